"""Addresses of headers, as standards write them and as everybody else does."""

import re
from collections.abc import Iterator

from channels.email.mime.model import Address
from channels.email.mime.words import WORD, decode_words

_LETTER = r"[^\s<>()\[\]\"',;:@]"
_ADDRESS = re.compile(rf"(?<!{_LETTER}){_LETTER}+@(?:{_LETTER}+|\[[0-9A-Fa-f.:IPv]+\])")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\(([^()]*)\)")
_GROUP = re.compile(r"\A[^@<>\"]*:(?!//)\s*")
_PAIRS = {'"': '"', "<": ">", "(": ")"}
#: Nobody names more people in one header, or needs more letters for it.
_MOST, _LONGEST, _LONGEST_NAME = 2_000, 100_000, 1_000


def read_addresses(text: str, *, otherwise: str = "") -> tuple[Address, ...]:
    """Everybody named in an unfolded header; ``otherwise`` is the charset of words that name none."""
    read = tuple(_read(piece, otherwise) for piece in _named(text[:_LONGEST]))
    found = tuple(address for address in read if address.address or address.name)
    if found and not any(address.address for address in found):
        # A whole address was put into an encoded word.
        decoded = decode_words(text[:_LONGEST], otherwise=otherwise)
        again = tuple(_read(piece, "") for piece in _named(decoded)) if decoded != text else ()
        return tuple(address for address in again if address.address) or found
    return found


def _named(text: str) -> list[str]:
    """One string for each address. A comma inside a name that nobody quoted does not part it from its address."""
    named: list[str] = []
    pending: list[str] = []
    for piece in _pieces(text):
        pending.append(piece)
        if "@" in WORD.sub("", piece) or not piece.strip():
            named.append(",".join(pending))
            pending = []
    named.append(",".join(pending))
    return [piece for piece in named if piece.strip(" \t,;")][:_MOST]


def _pieces(text: str) -> Iterator[str]:
    """The header cut at commas and semicolons that stand in no quotes, brackets, comments or encoded words."""
    last = {letter: text.rfind(end) for letter, end in _PAIRS.items()}
    start = place = 0
    closing = ""
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            place += 1
        elif closing:
            closing = "" if letter == closing else closing
        elif letter == "=" and (word := WORD.match(text, place)) and word["cut"] is None:
            place = word.end() - 1
        elif last.get(letter, -1) > place:
            closing = _PAIRS[letter]
        elif letter in ",;":
            yield text[start:place]
            start = place + 1
        place += 1
    yield text[start:]


def _read(piece: str, otherwise: str) -> Address:
    """One address with its name, before it, or in brackets after it."""
    angle = piece.rfind("<")
    if angle >= 0 and (inside := _inside(piece[angle + 1 :])):
        name = _name(_GROUP.sub("", piece[:angle], count=1) if ":" in piece[:angle] else piece[:angle], otherwise)
        return Address(address=inside, name=name if name != inside else "")
    return _bare(piece, otherwise)


def _inside(text: str) -> str:
    """What stands in angle brackets: an address, without blanks and without a route before it."""
    inside = "".join(text.split(">", 1)[0].split()).removeprefix("mailto:")
    found = _ADDRESS.search(inside.rsplit(":", 1)[-1]) or _ADDRESS.search(inside)
    return found.group() if found else ""


def _bare(piece: str, otherwise: str) -> Address:
    """An address without brackets; brackets that hold none, such as those of ``<MAILER-DAEMON>``, are no name."""
    found = _ADDRESS.search(WORD.sub(" ", piece))
    if found is None:
        named = _GROUP.sub("", piece, count=1)
        before = named.partition("<")[0]
        return Address(address="", name=_name(before if before.strip() else named, otherwise))
    address = found.group()
    comments = _COMMENT.findall(piece)
    name = _name(comments[-1] if comments else piece.replace(address, " ", 1), otherwise)
    return Address(address=address, name="" if name == address or "@" in name else name)


def _name(text: str, otherwise: str) -> str:
    """A display name: unquoted, its encoded words read."""
    unquoted = _QUOTED.sub(lambda found: _ESCAPED.sub(r"\1", found.group(1)), text[:_LONGEST_NAME])
    decoded = decode_words(unquoted.strip(" \t<>,;"), otherwise=otherwise)
    plain = re.sub(r"[ \t\n]+", " ", decoded).strip(" \"'")
    return "" if plain in {"()", "<>"} else plain
