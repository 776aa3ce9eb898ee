"""winmail.dat: what Outlook packs together for Outlook.

The library that reads it believes every count it is told; so only objects whose counts can be true are shown to it.
"""

import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tnefparse import TNEF
from tnefparse.mapi import IMESSAGE_SIG
from tnefparse.properties import MAPI_ATTACH_LONG_FILENAME
from tnefparse.tnef import TNEFAttachment

from channels.email.mime.charsets import decode, storable

_LARGEST = 32 * 1024 * 1024
#: The library copies the rest of the file for each object: objects times bytes.
_DEAREST = 2_000_000_000
_SIGNATURE = b"\x78\x9f\x3e\x22"
#: Bytes before the first object, before the data of one, and after it.
_HEAD, _OBJECT, _CHECKSUM = 6, 9, 2
_LONG = struct.Struct("<I")
_SHORT_PAIR = struct.Struct("<HH")
_MAPI = frozenset({TNEF.ATTMAPIPROPS, TNEF.ATTATTACHMENT})
#: Lists of people, which no reader asks for.
_LEFT_OUT = frozenset({TNEF.ATTRECIPTABLE, TNEF.ATTFROM})
_MULTIPLE, _NAMED = 0x1000, 0x8000
#: Bytes of a value by its type; those of other types say how long they are.
_SIZES = {0x02: 2, 0x0B: 2, 0x03: 4, 0x04: 4, 0x0A: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_EMBEDDED_DEPTH = 3


@dataclass(frozen=True)
class Packed:
    """The files of a winmail.dat, names and contents, and the text that was written."""

    files: tuple[tuple[str, bytes], ...] = ()
    text: str = ""
    html: str = ""


def unpack(data: bytes, *, depth: int = _EMBEDDED_DEPTH) -> Packed | None:
    """None where it cannot be read; never raises."""
    if len(data) > _LARGEST or not data.startswith(_SIGNATURE):
        return None
    # The library speaks of every oddity it meets.
    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    try:
        believable = list(_believable(data))
        if len(believable) * len(data) > _DEAREST:
            return None
        packed = TNEF(data[:_HEAD] + b"".join(believable), do_checksum=False)
        files = tuple(file for attachment in packed.attachments for file in _files(attachment, packed.codepage, depth))
        return Packed(files, _text(packed.body, packed.codepage), _text(packed.htmlbody, packed.codepage))
    except Exception:  # noqa: BLE001 - A codec of foreign files: whatever it raises, this one cannot be read.
        return None


def _believable(data: bytes) -> Iterator[bytes]:
    place = _HEAD
    while place + _OBJECT + _CHECKSUM <= len(data):
        (size,) = _LONG.unpack_from(data, place + 5)
        name = int.from_bytes(data[place + 1 : place + 3], "little")
        end = place + _OBJECT + size + _CHECKSUM
        content = data[place + _OBJECT : end - _CHECKSUM]
        if name not in _LEFT_OUT and (name not in _MAPI or _counts_are_true(content)):
            # A message packed in here is read by us, which looks at its counts too.
            plain = content.replace(IMESSAGE_SIG, bytes(len(IMESSAGE_SIG)))
            yield data[place : place + _OBJECT] + plain + data[end - _CHECKSUM : end]
        place = end


def _counts_are_true(block: bytes) -> bool:
    """Whether the properties of a block fit into it."""
    try:
        (count,) = _LONG.unpack_from(block, 0)
        place = _LONG.size
        for _ in range(min(count, len(block))):
            place = _after_property(block, place)
    except (struct.error, OverflowError):
        return False
    return count <= len(block) and place <= len(block) + 4


def _after_property(block: bytes, place: int) -> int:
    kind, name = _SHORT_PAIR.unpack_from(block, place)
    place += _SHORT_PAIR.size
    if name >= _NAMED:
        place = _after_name(block, place + 16)
    fixed = _SIZES.get(kind & ~_MULTIPLE)
    values = 1
    if kind & _MULTIPLE or fixed is None:
        (values,) = _LONG.unpack_from(block, place)
        place += _LONG.size
    if values > len(block):
        raise OverflowError
    if fixed is not None:
        return place + fixed * values + -fixed * values % 4
    for _ in range(values):
        (length,) = _LONG.unpack_from(block, place)
        place += _LONG.size + length + -length % 4
    return place


def _after_name(block: bytes, place: int) -> int:
    kind, length = struct.unpack_from("<II", block, place)
    return place + 8 + (length + -length % 4 if kind else 0)


def _files(attachment: TNEFAttachment, codepage: str | None, depth: int) -> Iterator[tuple[str, bytes]]:
    content = attachment.data if isinstance(attachment.data, bytes) else b"".join(_as_bytes(attachment.data))
    inner = content[len(IMESSAGE_SIG) :] if content.startswith(bytes(len(IMESSAGE_SIG)) + _SIGNATURE) else b""
    embedded = unpack(inner, depth=depth - 1) if inner and depth else None
    if embedded is not None:
        yield from embedded.files
    elif content:
        long_names = [one.data for one in attachment.mapi_attrs if one.name == MAPI_ATTACH_LONG_FILENAME]
        yield _text(next(iter(long_names), "") or attachment._name, codepage), content  # noqa: SLF001 - `name` is UTF-8 or raises.


def _as_bytes(value: object) -> list[bytes]:
    return [one for one in value if isinstance(one, bytes)] if isinstance(value, list | tuple) else []


def _text(value: object, codepage: str | None) -> str:
    """Text of the library: letters, bytes in the file's code page, or lists of either."""
    match value:
        case str():
            return storable(value.rstrip("\x00"))
        case bytes():
            return storable(decode(value.rstrip(b"\x00"), codepage or ""))
        case [first, *_]:
            return _text(first, codepage)
        case _:
            return ""
