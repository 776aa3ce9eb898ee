"""A message as the tree of its parts, whatever is wrong with its boundaries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from channels.email.mime.headers import Headers, decode_field, split_head
from channels.email.mime.parameters import Parametrised, parametrised
from channels.email.mime.smime import signed_content
from channels.email.mime.transfer import decode_transfer

#: Nobody nests deeper, or sends more parts.
_DEEPEST, _MOST_PARTS = 24, 1_000
_LONGEST_TYPE = 200
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_FIRST_DELIMITER = re.compile(rb"^--([^\r\n]{1,200})\r?\n(?=[A-Za-z-]+:|\r?\n)", re.MULTILINE)
_WRAPPED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)


@dataclass
class Budget:
    """Parts that one message may still have."""

    parts: int = _MOST_PARTS
    defects: list[str] = field(default_factory=list)


@dataclass
class Entity:
    """A message or part: its headers, its type, and what it holds."""

    headers: Headers
    body: bytes
    mime: str
    content_type: Parametrised
    children: list["Entity"] = field(default_factory=list)

    @cached_property
    def charset(self) -> str:
        return self.content_type.get("charset")

    @cached_property
    def disposition(self) -> Parametrised:
        return parametrised(self.headers.raw("content-disposition"), charset=self.charset)

    @cached_property
    def content(self) -> bytes:
        """The body without its transfer encoding."""
        return decode_transfer(self.body, decode_field(self.headers.raw("content-transfer-encoding")))


def walk(entity: Entity) -> Iterator[Entity]:
    """A part and all below it, in order."""
    yield entity
    for child in entity.children:
        yield from walk(child)


def read_entity(raw: bytes, budget: Budget) -> Entity:
    """The whole message."""
    headers, body = split_head(raw)
    budget.defects.extend(headers.defects)
    return _entity(headers, body, budget, _DEEPEST)


def _entity(headers: Headers, body: bytes, budget: Budget, depth: int, default: str = "text/plain") -> Entity:
    content_type = parametrised(headers.raw("content-type"))
    mime = _mime(content_type.value, body, default)
    entity = Entity(headers, body, mime, content_type)
    if mime.startswith("multipart/"):
        _divide(entity, budget, depth)
    elif mime in _WRAPPED and depth > 0:
        _unwrap(entity, budget, depth)
    return entity


def _unwrap(entity: Entity, budget: Budget, depth: int) -> None:
    """Open a message that is wrapped into its signature."""
    inside = signed_content(entity.content)
    if inside:
        headers, body = split_head(inside, part=True)
        entity.children.append(_entity(headers, body, budget, depth - 1))
        entity.mime = "multipart/signed"


def _mime(value: str, body: bytes, default: str) -> str:
    if _TYPE.fullmatch(value):
        return value
    if "html" in value or (not value and _HTML.match(body)):
        return "text/html"
    found = _TYPE.search(value[:_LONGEST_TYPE])
    return found.group() if found else default


def _divide(entity: Entity, budget: Budget, depth: int) -> None:
    """Give a multipart its parts; one whose parts cannot be found is read as text."""
    pieces = _pieces(entity, budget) if depth > 0 else []
    inside = "message/rfc822" if entity.mime == "multipart/digest" else "text/plain"
    for piece in pieces:
        if budget.parts <= 0:
            budget.defects.append("too many parts")
            break
        budget.parts -= 1
        headers, body = split_head(piece, part=True)
        entity.children.append(_entity(headers, body, budget, depth - 1, inside))
    if entity.children:
        entity.body = b""
    else:
        budget.defects.append("a multipart without parts")
        entity.mime = "text/html" if _HTML.match(entity.body) else "text/plain"


def _pieces(entity: Entity, budget: Budget) -> list[bytes]:
    boundary = entity.content_type.get("boundary").encode("utf-8", "replace").rstrip()
    for body in (entity.body, entity.content):
        pieces = _split(body, boundary) if boundary else []
        if pieces:
            return pieces
    guessed = _FIRST_DELIMITER.search(entity.body)
    if guessed is None:
        return []
    budget.defects.append("the boundary named in the header is not that of the parts")
    return _split(entity.body, guessed.group(1).rstrip().removesuffix(b"--"))


def _split(body: bytes, boundary: bytes) -> list[bytes]:
    """What stands between the delimiter lines; the last part of a cut-off message ends with it."""
    pieces: list[bytes] = []
    start: int | None = None
    for begin, end, closing in _delimiters(body, b"--" + boundary):
        if start is not None:
            pieces.append(_without_last_line_end(body[start:begin]))
        start = None if closing else end
        if len(pieces) > _MOST_PARTS:
            break
    if start is not None and body[start:].strip():
        pieces.append(body[start:])
    return pieces


def _delimiters(body: bytes, dashed: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where each delimiter line begins and ends, and whether it closes the multipart."""
    place = body.find(dashed)
    while place >= 0:
        rest = _DELIMITER_END.match(body, place + len(dashed))
        if rest and (place == 0 or body[place - 1] in b"\r\n"):
            yield place, rest.end(), rest.group(1) is not None
        place = body.find(dashed, place + len(dashed))


def _without_last_line_end(piece: bytes) -> bytes:
    return piece[:-2] if piece.endswith(b"\r\n") else piece[:-1] if piece.endswith(b"\n") else piece
