"""Files that came with a mail."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from channels.email.mime.charsets import guess
from channels.email.mime.entities import Entity
from channels.email.mime.headers import decode_field, split_head
from channels.email.mime.model import Part
from channels.email.mime.naming import extension_of, message_name, name_by_type, numbered, safe_name
from channels.email.mime.tnef import unpack
from channels.email.mime.transfer import uuencoded_files

_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_UNKNOWN = "application/octet-stream"
_FILE_NAME = re.compile(r"[\w-]+\.[A-Za-z][A-Za-z0-9]{1,4}")


@dataclass(frozen=True)
class Unpacked:
    """What a winmail.dat held."""

    parts: tuple[Part, ...]
    text: str
    html: str


def is_file(entity: Entity) -> bool:
    """Whether a text was sent as a file: it says so, or it has a name."""
    return is_attached(entity) or any(safe_name(name) for name in _names(entity))


def is_attached(entity: Entity) -> bool:
    return entity.disposition.value == "attachment"


def file_of(entity: Entity) -> Part:
    content_id = decode_field(entity.headers.raw("content-id")).strip("<> ")
    return Part(
        name=_name(entity),
        mime=entity.mime,
        content=entity.content,
        content_id=content_id,
        inline=entity.disposition.value == "inline" or (bool(content_id) and not is_attached(entity)),
    )


def distinct(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The files with a number in the names that stood before: ``image.png``, ``image1.png``."""
    counts: dict[str, int] = {}
    result = []
    for part in parts:
        count = counts.get(part.name, 0)
        counts[part.name] = count + 1
        result.append(replace(part, name=numbered(part.name, count)) if count else part)
    return tuple(result)


def _name(entity: Entity) -> str:
    """What the part says it is called; else something by what else it says; else by its type."""
    said = (safe_name(name) for name in _said(entity))
    name = next((name for name in said if name), "")
    if not name:
        is_mail = entity.mime in _MESSAGES
        return message_name(_subject(entity) or _description(entity)) if is_mail else name_by_type(entity.mime)
    return name + extension_of(entity.mime) if "." not in name and name.isascii() else name


def _names(entity: Entity) -> Iterator[str]:
    yield entity.disposition.get("filename")
    yield entity.content_type.get("name")
    yield entity.disposition.get("name")
    yield entity.content_type.get("filename")


def _said(entity: Entity) -> Iterator[str]:
    yield from _names(entity)
    if b"." in entity.headers.raw("content-location"):
        yield decode_field(entity.headers.raw("content-location")).split("?", 1)[0]
    # Outlook calls a picture ``<image001.png@01DC5D2E.8F0A1B20>``.
    local = decode_field(entity.headers.raw("content-id")).strip("<> ").partition("@")[0]
    if _FILE_NAME.fullmatch(local):
        yield local
    description = _description(entity)
    if _FILE_NAME.fullmatch(description.replace(" ", "")):
        yield description


def _description(entity: Entity) -> str:
    return decode_field(entity.headers.raw("content-description"))


def _subject(entity: Entity) -> str:
    headers, _ = split_head(entity.content)
    return decode_field(headers.raw("subject"))


def unpacks(entity: Entity) -> bool:
    return entity.mime in _TNEF or _name(entity).lower() == "winmail.dat"


def unpacked(entity: Entity) -> Unpacked | None:
    """The files of a winmail.dat; None where it cannot be read and stays a file."""
    packed = unpack(entity.content)
    if packed is None or not (packed.files or packed.text or packed.html):
        return None
    parts = tuple(_nameless(name, content) for name, content in packed.files)
    return Unpacked(parts, packed.text, packed.html)


def written_in(entity: Entity) -> tuple[bytes, tuple[Part, ...]]:
    """A plain text without the files that were uuencoded into it, and those files."""
    if b"begin " not in entity.content:
        return entity.content, ()
    kept, files = uuencoded_files(entity.content)
    return kept, tuple(_nameless(guess(name), content) for name, content in files)


def _nameless(name: str, content: bytes) -> Part:
    return Part(name=safe_name(name) or name_by_type(_UNKNOWN), mime=_UNKNOWN, content=content)
