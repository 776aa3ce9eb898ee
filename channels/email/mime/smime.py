"""S/MIME mails whose text is wrapped into the signature (RFC 8551, 3.5.2): the text, the signature unchecked."""

from collections.abc import Iterator

#: Object identifiers of signed data and of plain data, as they are encoded.
_SIGNED = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_EXPLICIT, _OCTETS, _PIECES = 0xA0, 0x04, 0x24
_END = b"\x00\x00"
_LONG, _LONGEST_LENGTH = 0x80, 4
#: What may stand before the text: versions and names of digests.
_HEAD, _TAIL = 64, 512


def signed_content(data: bytes) -> bytes | None:
    """The message inside; None where the data is something else, such as encrypted."""
    signed = data.find(_SIGNED, 0, _HEAD)
    found = data.find(_DATA, signed, signed + _TAIL) if signed >= 0 else -1
    if found < 0:
        return None
    outer = _read(data, found + len(_DATA))
    inner = _read(data, outer[1]) if outer and outer[0] == _EXPLICIT else None
    if inner is None or inner[0] not in {_OCTETS, _PIECES}:
        return None
    kind, start, size = inner
    if kind == _OCTETS:
        return data[start : start + (size or 0)]
    return b"".join(_pieces(data, start, len(data) if size is None else start + size))


def _pieces(data: bytes, place: int, end: int) -> Iterator[bytes]:
    """Strings of bytes one after another."""
    while place < end and data[place : place + 2] != _END:
        piece = _read(data, place)
        tag, start, size = piece or (None, 0, None)
        if tag != _OCTETS or size is None:
            return
        yield data[start : start + size]
        place = start + size


def _read(data: bytes, place: int) -> tuple[int, int, int | None] | None:
    """An element at this place: its tag, where its content begins, how long that is; None is until it ends."""
    if place + 2 > len(data):
        return None
    tag, first = data[place], data[place + 1]
    if first < _LONG:
        return tag, place + 2, first
    count = first - _LONG
    if count > _LONGEST_LENGTH:
        return None
    size = int.from_bytes(data[place + 2 : place + 2 + count], "big")
    return tag, place + 2 + count, size if count else None
