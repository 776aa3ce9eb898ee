"""The folder as a zip, made and read; nothing in it is trusted to be small, or to be called what it says."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from knowledge.folder.errors import FolderInvalidError
from knowledge.loader import DRAFT, ArticleFile, ArticleFileError, read_text, write_text

PICTURES = "pictures"
MOST_FILES = 5000
FILE_MAX = 512 * 1024
PICTURE_MAX = 10 * 1024 * 1024
WHOLE_MAX = 200 * 1024 * 1024
_TEXT = re.compile(r"(?:.*/)?(zh|en)/([a-z0-9][a-z0-9-]{0,79})\.md")
_PICTURE = re.compile(r"(?:.*/)?pictures/([0-9a-f]{32})\.(?:png|jpg|gif|webp)")
_MADE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Folder:
    """Texts, and pictures by the name the texts know them by."""

    files: list[ArticleFile]
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def paths_of(folder: Folder, suffixes: Mapping[str, str]) -> Iterable[tuple[str, bytes]]:
    """What goes where."""
    for file in folder.files:
        yield f"{file.lang}/{file.slug}.md", write_text(file).encode()
    for name, content in folder.pictures.items():
        yield f"{PICTURES}/{name}.{suffixes[name]}", content


def pack(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """The same parts always make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(packed: bytes) -> Folder:
    """The articles in a zip; raises FolderInvalidError for what is none, or too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            names = [info for info in archive.infolist() if not info.is_dir()]
            if len(names) > MOST_FILES or sum(info.file_size for info in names) > WHOLE_MAX:
                raise FolderInvalidError(file="zip", why="too large")
            return gather((info.filename, _read(archive, info)) for info in names)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as broken:
        raise FolderInvalidError(file="zip", why=str(broken)) from broken


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    limit = FILE_MAX if info.filename.endswith(".md") else PICTURE_MAX
    with archive.open(info) as file:
        # What the archive says of its sizes is its own word.
        content = file.read(limit + 1)
    if len(content) > limit:
        raise FolderInvalidError(file=info.filename[-120:], why="too large")
    return content


def gather(parts: Iterable[tuple[str, bytes]]) -> Folder:
    """Articles and pictures among some files; others are passed over."""
    files: list[ArticleFile] = []
    pictures: dict[str, bytes] = {}
    for name, content in parts:
        if found := _TEXT.fullmatch(name):
            files.append(_article(PurePosixPath(found[1], f"{found[2]}.md"), content))
        elif found := _PICTURE.fullmatch(name):
            pictures[found[1]] = content
    if not files:
        raise FolderInvalidError(file="zh/*.md, en/*.md", why="not found")
    return Folder(files, pictures)


def _article(path: PurePosixPath, content: bytes) -> ArticleFile:
    try:
        return read_text(Path(path), content.decode("utf-8-sig"), DRAFT)
    except UnicodeDecodeError as error:
        raise FolderInvalidError(file=str(path), why="not UTF-8") from error
    except ArticleFileError as error:
        raise FolderInvalidError(file=str(path), why=error.detail) from error
