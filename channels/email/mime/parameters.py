"""Content-Type and Content-Disposition: a value and its parameters, RFC 2231 and what mailers write instead."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from channels.email.mime.charsets import decode, guess, storable
from channels.email.mime.words import decode_words

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*(?:"|\Z)|[^;]*)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_LABELLED = re.compile(r"([^']*)'[^']*'(.*)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)")
#: Nobody writes more parameters.
_MOST = 100


@dataclass(frozen=True)
class Parametrised:
    """``text/plain; charset=utf-8``. Parameters by lower-case name, decoded."""

    value: str = ""
    parameters: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.parameters.get(name, "")


def parametrised(raw: bytes, *, charset: str = "") -> Parametrised:
    """A field of this kind; raw bytes in its parameters are read as those of other headers."""
    text = raw.decode("latin-1").replace("\r", "").replace("\n", " ")
    head, _, tail = text.partition(";")
    found = _PARAMETER.findall(f";{tail}")[:_MOST]
    return Parametrised(_COMMENT.sub("", head).strip().strip('"').lower(), _joined(found, charset))


def _joined(found: list[tuple[str, str]], charset: str) -> dict[str, str]:
    """Parameters by name, the pieces of the long ones put together."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, quoted in found:
        section = _SECTION.fullmatch(name.lower())
        if section is None:
            continue
        key, number, extended = section.groups()
        if number is None and not extended:
            plain.setdefault(key, _readable(_unquoted(quoted), charset))
        else:
            pieces.setdefault(key, {}).setdefault(int(number or 0), (_unquoted(quoted), bool(extended)))
    return plain | {key: _assembled(parts, charset) for key, parts in pieces.items()}


def _assembled(parts: dict[int, tuple[str, bool]], charset: str) -> str:
    first, extended = parts[min(parts)]
    label = ""
    if extended and (labelled := _LABELLED.fullmatch(first)):
        label, first = labelled.groups()
    sections = [(first, extended), *(parts[number] for number in sorted(parts)[1:])]
    if not any(encoded for _, encoded in sections):
        return _readable("".join(text for text, _ in sections), charset)
    data = b"".join(
        unquote_to_bytes(text.encode("latin-1")) if encoded else text.encode("latin-1") for text, encoded in sections
    )
    return storable(decode_words(decode(data, label, otherwise=charset), otherwise=charset))


def _unquoted(value: str) -> str:
    value = value.strip()
    if not value.startswith('"'):
        return value
    return _ESCAPED.sub(r"\1", value[1:].removesuffix('"'))


def _readable(value: str, charset: str) -> str:
    data = value.encode("latin-1")
    text = value if data.isascii() else (decode(data, charset) if charset and not _is_utf8(data) else guess(data))
    return storable(decode_words(text, otherwise=charset)).strip()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
