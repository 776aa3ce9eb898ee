"""The body of a push, XML or JSON, as one kind of thing: fields of text, in fields. Pure.

Written here and strict, because a stranger is the author: no document types (so no entities that grow or reach out),
few levels, no element twice on the first one, and one refusal for everything else. That two elements of one name are
silently joined or dropped is how forgeries pass a check and are read differently behind it.
"""

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias
from xml.parsers import expat

Fields: TypeAlias = dict[str, Any]

#: The platform's deepest push, a list of pictures sent from a menu, has five.
MAX_DEPTH = 8


class UnreadableError(ValueError):
    """Neither of the two formats, or not as the platform writes them."""


def read_fields(body: bytes) -> Fields:
    """The fields of the message, every value a text, fields, or a list of these; raises UnreadableError."""
    start = body.lstrip()[:1]
    if start == b"{":
        return _read_json(body)
    if start == b"<":
        return _XmlReader().read(body)
    raise UnreadableError("neither XML nor JSON")


def _read_json(body: bytes) -> Fields:
    try:
        read = json.loads(body.decode(), object_pairs_hook=_no_pair_twice, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"JSON: {error}") from error
    fields = _as_texts(read, 1)
    if not isinstance(fields, dict):
        raise UnreadableError("JSON: no object")
    return fields


def _no_pair_twice(pairs: list[tuple[str, Any]]) -> Fields:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise UnreadableError("a name stands twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise UnreadableError(f"{name} is no number")


def _as_texts(value: Any, depth: int) -> Any:
    """Numbers as the text XML would have had, so that both formats mean the same."""
    if depth > MAX_DEPTH:
        raise UnreadableError("too deep")
    match value:
        case dict():
            return {name: _as_texts(each, depth + 1) for name, each in value.items()}
        case list():
            return [_as_texts(each, depth + 1) for each in value]
        case str():
            return value
        case bool() | None:
            return {True: "1", False: "0", None: ""}[value]
        case float() if not math.isfinite(value):
            raise UnreadableError("a number too large")
        case _:
            return str(value)


class _XmlReader:
    """One document: elements become fields, those without children their text."""

    def __init__(self) -> None:
        # Each open element's name, the fields in it so far, and its text.
        self._open: list[tuple[str, Fields, list[str]]] = []
        self._root: Fields | None = None

    def read(self, body: bytes) -> Fields:
        # Told the encoding, the parser does not believe what a document says of its own.
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise UnreadableError(f"XML: {error}") from error
        if self._root is None:
            raise UnreadableError("XML: no element of the name xml")
        return self._root

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self._open and name != "xml":
            raise UnreadableError("XML: the root is not called xml")
        if len(self._open) >= MAX_DEPTH:
            raise UnreadableError("too deep")
        self._open.append((name, {}, []))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def _end(self, name: str) -> None:
        _, fields, texts = self._open.pop()
        if not self._open:
            self._root = fields
        else:
            self._put(self._open[-1][1], name, fields or "".join(texts))

    def _put(self, parent: Fields, name: str, value: Fields | str) -> None:
        if name not in parent:
            parent[name] = value
        elif len(self._open) == 1:
            raise UnreadableError(f"{name} stands twice")
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]


def _no_document_type(*_declared: object) -> NoReturn:
    raise UnreadableError("XML: a document type is declared")


#: What may become of one text of a push.
Cleaner: TypeAlias = Callable[[str], str]


def mapped(value: Any, clean: Cleaner) -> Any:
    """The same fields with every name and text made clean."""
    match value:
        case dict():
            return {clean(name): mapped(each, clean) for name, each in value.items()}
        case list():
            return [mapped(each, clean) for each in value]
        case _:
            return clean(value)
