"""What a mail says and the files it brings, from the tree of its parts, as a mail client shows them."""

import html as entities
import re
from dataclasses import dataclass

from channels.email.mime.calendar import calendar_line
from channels.email.mime.charsets import decode, storable
from channels.email.mime.entities import Entity, walk
from channels.email.mime.files import file_of, is_attached, is_file, unpacked, unpacks, written_in
from channels.email.mime.flowed import unflow
from channels.email.mime.html import html_to_text
from channels.email.mime.model import Part

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_META_SCANNED = 4_096
_TEXTS = frozenset({"text/plain", "text/html"})
#: Nobody types more; lines of such a text stay as they came.
_LONGEST_FLOWED = 1_000_000


@dataclass(frozen=True)
class Piece:
    """One stretch of the body: as plain text, as HTML, or both."""

    plain: str | None = None
    html: str | None = None

    def says_something(self) -> bool:
        return bool((self.plain or "").strip() or self.html)

    def as_text(self) -> str:
        if self.plain is not None and (self.plain.strip() or self.html is None):
            return self.plain
        return html_to_text(self.html or "")

    def as_html(self) -> str:
        if self.html is not None:
            return self.html
        return f'<div style="white-space: pre-wrap">{entities.escape(self.plain or "", quote=False)}</div>'


@dataclass(frozen=True)
class Content:
    """Pieces of the body in order, the files beside them, and lines that stand for parts nobody can read."""

    pieces: tuple[Piece, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        said = [text for piece in self.pieces if (text := piece.as_text().strip("\n")).strip()]
        return "\n\n".join(said or self.notes)

    def html(self) -> str | None:
        if all(piece.html is None for piece in self.pieces):
            return None
        return "\n".join(piece.as_html() for piece in self.pieces)


def read_body(entity: Entity) -> Content:
    """The whole mail. One whose only text has a name is a mail all the same: the text is shown, and is a file too."""
    content = read_content(entity)
    if content.notes or any(piece.says_something() for piece in content.pieces):
        return content
    texts = (part for part in walk(entity) if part.mime in _TEXTS and not is_attached(part))
    shown = next((text for text in map(_text, texts) if text.pieces[0].says_something()), None)
    return content if shown is None else Content(shown.pieces, content.parts + shown.parts)


def read_content(entity: Entity) -> Content:
    """Everything below a part; files in the order in which they came."""
    match entity.mime:
        case "multipart/alternative":
            return _alternative([_form(child) for child in entity.children])
        case "multipart/related":
            return _related(entity.children)
        case mime if mime.startswith("multipart/"):
            return _joined([read_content(child) for child in entity.children])
        case "text/plain" | "text/html" if not is_file(entity):
            return _text(entity)
        case "text/calendar":
            return Content(parts=(file_of(entity),), notes=_notes(entity))
        case _:
            return _file(entity)


def _joined(contents: list[Content]) -> Content:
    return Content(
        tuple(piece for content in contents for piece in content.pieces),
        tuple(part for content in contents for part in content.parts),
        tuple(note for content in contents for note in content.notes),
    )


def _form(child: Entity) -> Content:
    """One of several forms of the body; a name does not make a file of it."""
    return _text(child) if child.mime in _TEXTS and not is_attached(child) else read_content(child)


def _related(children: list[Entity]) -> Content:
    """A page and what belongs to it: further pages stand beside it as files."""
    contents: list[Content] = []
    has_page = False
    for child in children:
        content = _file(child) if has_page and child.mime == "text/html" else read_content(child)
        has_page = has_page or content.html() is not None
        contents.append(content)
    return _joined(contents)


def _alternative(contents: list[Content]) -> Content:
    """The same said several times: the last plain form and the last HTML form are kept, as is every file."""
    joined = _joined(contents)
    forms = [content.pieces for content in contents if content.pieces]
    rich = next((form for form in reversed(forms) if any(piece.html is not None for piece in form)), None)
    plain = next((form for form in reversed(forms) if all(piece.html is None for piece in form)), None)
    if rich is None or plain is None:
        return Content(rich or plain or (), joined.parts, joined.notes)
    text = "\n\n".join(piece.plain or "" for piece in plain)
    return Content((Piece(text, Content(rich).html()),), joined.parts, joined.notes)


def _text(entity: Entity) -> Content:
    if entity.mime == "text/html":
        return Content((Piece(html=_decoded(entity, _meta_charset(entity.content))),))
    kept, files = written_in(entity)
    text = storable(decode(kept, entity.charset)) if files else _decoded(entity)
    if entity.content_type.get("format").lower() == "flowed" and len(text) <= _LONGEST_FLOWED:
        text = unflow(text, delsp=entity.content_type.get("delsp").lower() == "yes")
    return Content((Piece(plain=text),), files)


def _decoded(entity: Entity, otherwise: str = "") -> str:
    return storable(decode(entity.content, entity.charset, otherwise=otherwise))


def _meta_charset(content: bytes) -> str:
    found = _META_CHARSET.search(content[:_META_SCANNED])
    return found.group(1).decode("ascii") if found else ""


def _notes(entity: Entity) -> tuple[str, ...]:
    line = calendar_line(_decoded(entity))
    return (line,) if line else ()


def _file(entity: Entity) -> Content:
    packed = unpacked(entity) if unpacks(entity) else None
    if packed is None:
        return Content(parts=(file_of(entity),))
    html, text = packed.html or None, packed.text or None
    pieces = (Piece(text, html),) if html or text else ()
    return Content(pieces, packed.parts)
