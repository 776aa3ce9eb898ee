"""One file out of a form, handed on as it arrives: nothing is kept in memory or in a temporary file."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from kit.errors import InvalidError


class _FirstFile:
    """Follows the parser and keeps only the bytes of the first part that is a file."""

    def __init__(self, boundary: bytes) -> None:
        self.name: str | None = None
        self.complete = False
        self.chunks: list[bytes] = []
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._inside = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
            },
        )

    def feed(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise InvalidError from error

    def taken(self) -> list[bytes]:
        chunks, self.chunks = self.chunks, []
        return chunks

    def _part_begin(self) -> None:
        self._disposition = b""
        self._header = (bytearray(), bytearray())

    def _header_end(self) -> None:
        field, value = self._header
        if field.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if self.name is None and b"filename" in options:
            self.name = options[b"filename"].decode("utf8", errors="replace")
            self._inside = True

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self.chunks.append(data[start:end])

    def _part_end(self) -> None:
        if self._inside:
            self._inside = False
            self.complete = True


async def file_part(content_type: str, body: AsyncIterator[bytes]) -> tuple[str, AsyncIterator[bytes]]:
    """Name and bytes of the first file; raises InvalidError for no form, no file or an early end."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise InvalidError
    part = _FirstFile(options[b"boundary"])
    async for chunk in body:
        part.feed(chunk)
        if part.name is not None:
            return part.name, _bytes_of(part, body)
    raise InvalidError


async def _bytes_of(part: _FirstFile, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for piece in part.taken():
        yield piece
    async for chunk in body:
        part.feed(chunk)
        for piece in part.taken():
            yield piece
    if not part.complete:
        raise InvalidError
