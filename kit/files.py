"""Attachments: stored under random names, typed by their content, never by what the sender claims."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import filetype

from kit.errors import InvalidError, TooLargeError
from kit.log import log
from kit.scanning import Scanner, Verdict

#: What we take. Text has no signature, so it is recognised by being valid UTF-8 or GB 18030 without NUL.
ACCEPTED = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/amr": "amr",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/x-wav": "wav",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/plain": "txt",
}
_TEXT_SUFFIXES = {".txt", ".csv", ".log", ".xml", ".ofd"}
_SNIFF_BYTES = 8192
_CHUNK = 256 * 1024


class EmptyFileError(InvalidError):
    """A file without a byte in it."""

    code = "file_empty"


class FileTypeError(InvalidError):
    """The content is not of a kind we take, whatever the name says."""

    code = "file_type"


class FileTooLargeError(TooLargeError):
    """More bytes than ``limit_mb`` megabytes."""

    code = "file_too_large"


class InfectedFileError(InvalidError):
    """The virus scanner knows what is in it; nobody gets it."""

    code = "file_infected"


@dataclass(frozen=True)
class StoredFile:
    """A file we hold; ``id`` is its unguessable name in the store."""

    id: str
    name: str
    mime: str
    size: int
    #: "clean" as the virus scanner says; empty where none was asked, or none could tell.
    scan: str = ""


class FileStore:
    """Files in one folder, two characters of the id a sub-folder; what ``scanner`` finds infected is not kept."""

    def __init__(self, folder: Path, *, scanner: Scanner | None = None) -> None:
        self.folder = folder
        self.scanner = scanner

    def path(self, file_id: str) -> Path:
        """Where the file lies; raises ValueError for what is no id of ours."""
        if not (file_id.isalnum() and file_id.isascii()):
            msg = "not a file id"
            raise ValueError(msg)
        return self.folder / file_id[:2] / file_id

    async def save(self, chunks: AsyncIterator[bytes], *, name: str, limit: int) -> StoredFile:
        """Store the bytes as they come; refuse past ``limit`` without reading the rest."""
        file_id = secrets.token_hex(16)
        path = self.path(file_id)
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        try:
            size = await _write(path, chunks, limit)
            mime = await asyncio.to_thread(_sniff, path, name)
            scan = await self.examine(_read(path), name=name)
        except BaseException:
            # Refused, or the sender hung up: half a file is no file.
            path.unlink(missing_ok=True)
            raise
        return StoredFile(id=file_id, name=clean_name(name), mime=mime, size=size, scan=scan)

    async def examine(self, chunks: AsyncIterator[bytes], *, name: str) -> str:
        """What is to be noted of a file as its ``scan``; raises InfectedFileError."""
        if self.scanner is None:
            return ""
        finding = await self.scanner.scan(chunks)
        if finding.verdict is Verdict.INFECTED:
            log.warning("infected file refused", found=finding.detail)
            raise InfectedFileError(name=clean_name(name))
        if finding.verdict is Verdict.UNSCANNED:
            log.warning("file not scanned", reason=finding.detail)
            return ""
        return finding.verdict.value

    async def keep(self, content: bytes) -> str:
        """Store bytes of any kind that are served to nobody as they are; the id to find them by."""
        file_id = secrets.token_hex(16)
        await asyncio.to_thread(self._put, self.path(file_id), content)
        return file_id

    async def drop(self, file_id: str) -> None:
        """Forget a file that nobody came to know of."""
        await asyncio.to_thread(self.path(file_id).unlink, missing_ok=True)

    @staticmethod
    def _put(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


async def _write(path: Path, chunks: AsyncIterator[bytes], limit: int) -> int:
    size = 0
    with path.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise FileTooLargeError(limit_mb=limit // (1024 * 1024))
            await asyncio.to_thread(file.write, chunk)
    if size == 0:
        raise EmptyFileError
    return size


async def _read(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


def kind_of(content: bytes, name: str = "") -> str:
    """The type by what is in it; empty where that cannot be told."""
    head = content[:_SNIFF_BYTES]
    kind = filetype.guess(head)
    return str(kind.mime) if kind else _text_type(head, name)


def _sniff(path: Path, name: str) -> str:
    with path.open("rb") as file:
        mime = kind_of(file.read(_SNIFF_BYTES), name)
    if mime not in ACCEPTED:
        raise FileTypeError(name=clean_name(name))
    return mime


def _text_type(head: bytes, name: str) -> str:
    if Path(name).suffix.lower() not in _TEXT_SUFFIXES or b"\0" in head:
        return ""
    for encoding in ("utf8", "gb18030"):
        try:
            # The last character may be cut by the sniffing window.
            head[:-4].decode(encoding) if len(head) == _SNIFF_BYTES else head.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "text/plain"
    return ""


def clean_name(name: str) -> str:
    """A file name fit to be shown and saved: no path, no control characters, at most 120 characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in base if c.isprintable() and c not in '<>:"|?*')
    return visible.strip(". ")[-120:] or "file"
