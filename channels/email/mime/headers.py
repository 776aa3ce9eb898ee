"""Header fields: taken apart from raw bytes, so that one broken field spoils no other."""

import codecs
import re
from dataclasses import dataclass, field

from channels.email.mime.charsets import codec_of, decode, guess, storable
from channels.email.mime.words import decode_words

_NAME = re.compile(rb"[!-9;-~]+(?=[ \t]*:)")
_FOLDED = re.compile(r"\n[ \t]*")
#: What begins Japanese letters in a header that nobody encoded.
_JAPANESE = b"\x1b$"
_BLANKS = re.compile(r"[ \t\n]+")
_LINE_ENDS = re.compile(rb"\r\n|\n|\r(?!\n)")
#: What mailboxes and pipes put before the first field.
_ENVELOPE = (b"From ", b">From ")
#: Nobody has more fields, or longer ones.
_MOST_FIELDS, _LONGEST_FIELD, _LONGEST_HEAD = 2_000, 200_000, 1_000_000


@dataclass(frozen=True)
class Headers:
    """Fields in order, names in lower case, values as they came."""

    fields: tuple[tuple[str, bytes], ...] = ()
    defects: tuple[str, ...] = field(default=())

    def raw(self, name: str) -> bytes:
        """The first value of this name, or nothing."""
        return next((value for key, value in self.fields if key == name), b"")

    def all(self, name: str) -> list[bytes]:
        return [value for key, value in self.fields if key == name]


def split_head(raw: bytes, *, part: bool = False) -> tuple[Headers, bytes]:
    """The fields of a message, or of a part of one, and its body.

    Empty lines before the first field of a message are skipped; before that of a part they say that there is none.
    """
    reading = _Reading()
    place = 3 if raw.startswith(codecs.BOM_UTF8) else 0
    while place < min(len(raw), _LONGEST_HEAD):
        line, after = _line_at(raw, place)
        if line.strip(b" \t\x00"):
            if not reading.take(line, _line_at(raw, after)[0]):
                break
        elif part or reading.fields:
            place = after
            break
        place = after
    return reading.headers(), raw[place:]


class _Reading:
    """Fields as their lines come."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, bytearray]] = []
        self._defects: list[str] = []

    def take(self, line: bytes, following: bytes) -> bool:
        """One line that is not empty; False when it belongs to the body already."""
        if line[:1] in {b" ", b"\t"} and self.fields:
            self.fields[-1][1].extend(b"\n" + line)
            return True
        name = _NAME.match(line)
        if len(self.fields) >= _MOST_FIELDS:
            return False
        if name:
            self.fields.append((name.group().decode("ascii").lower(), bytearray(line[line.index(b":") + 1 :])))
            return True
        if not self.fields:
            return line.startswith(_ENVELOPE)
        self._defects.append("a line among the headers is no header")
        if _NAME.match(following) or self.fields[-1][1].rstrip().endswith(b";"):
            # A long value that some program broke without indenting what follows.
            self.fields[-1][1].extend(b"\n" + line)
            return True
        return False

    def headers(self) -> Headers:
        kept = tuple((name, bytes(value[:_LONGEST_FIELD])) for name, value in self.fields)
        return Headers(kept, tuple(dict.fromkeys(self._defects)))


def _line_at(raw: bytes, place: int) -> tuple[bytes, int]:
    found = _LINE_ENDS.search(raw, place)
    if found is None:
        return raw[place:], len(raw)
    return raw[place : found.start()], found.end()


def unfold(value: bytes, *, charset: str = "") -> str:
    """A field as text, its encoded words unread. Raw bytes are UTF-8, else of the body's charset, else Chinese."""
    return _FOLDED.sub(" ", storable(_raw_letters(value, charset))).strip()


def decode_field(value: bytes, *, charset: str = "") -> str:
    """A field as a person reads it."""
    text = decode_words(unfold(value, charset=charset), otherwise=charset)
    return _BLANKS.sub(" ", storable(text)).strip()


def _raw_letters(value: bytes, charset: str) -> str:
    if _JAPANESE in value:
        return decode(value, "iso-2022-jp")
    if value.isascii():
        return value.decode("ascii")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return decode(value, charset) if codec_of(charset) else guess(value)
