"""The body of a push, JSON or XML as the account has chosen, as one kind of thing. Pure.

A stranger may be the author: no document types, few levels, no element twice, one refusal for everything else.
"""

import json
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.parsers import expat

#: The XML form has the names of an older platform.
_NAMES = {
    "ToUserName": "receiver_id",
    "FromUserName": "sender_id",
    "CreateTime": "created_at",
    "MsgType": "type",
    "Content": "text",
    "Text": "text",
    "Event": "subtype",
    "EventKey": "key",
    "Ticket": "ticket",
    "Location_X": "latitude",
    "Location_Y": "longitude",
    "MediaId": "tovfid",
    "MsgId": "id",
}
_TYPES = {"location": "position"}
_OUTER = frozenset({"receiver_id", "sender_id", "created_at", "type", "text", "id"})
_DEEPEST = 8


class UnreadableError(ValueError):
    """Neither of the two formats, or not as the platform writes them."""


@dataclass(frozen=True, kw_only=True)
class Push:
    """What a push says; ``data`` is what it says of its own kind, every value a text."""

    type: str
    receiver_id: str
    sender_id: str
    created_at: str
    text: str
    id: str
    data: dict[str, str]


def read_push(body: bytes) -> Push:
    """The push; raises UnreadableError."""
    start = body.lstrip()[:1]
    if start == b"{":
        return _from_json(body)
    if start == b"<":
        return _from_xml(body)
    raise UnreadableError("neither JSON nor XML")


def _from_json(body: bytes) -> Push:
    try:
        read = json.loads(body.decode(), object_pairs_hook=_no_pair_twice)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"JSON: {error}") from error
    data = read.get("data") or {}
    if not isinstance(data, dict):
        raise UnreadableError("JSON: data is no object")
    return _push({name: read.get(name) for name in _OUTER}, data)


def _no_pair_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise UnreadableError("a name stands twice")
    return fields


def _from_xml(body: bytes) -> Push:
    fields = {_NAMES.get(name, name): value for name, value in _Reader().read(body).items()}
    fields["type"] = _TYPES.get(fields.get("type", ""), fields.get("type", ""))
    return _push(fields, {name: value for name, value in fields.items() if name not in _OUTER})


def _push(fields: dict[str, Any], data: dict[str, Any]) -> Push:
    said = {name: _as_text(fields.get(name)) for name in _OUTER}
    return Push(**said, data={_clean(name): _as_text(value) for name, value in data.items()})


def _as_text(value: object) -> str:
    """Numbers as the text XML would have had; what holds other things says nothing."""
    if isinstance(value, str):
        return _clean(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _clean(text: str) -> str:
    """Without what no database takes."""
    return text.replace("\0", "").encode("utf8", "ignore").decode()


class _Reader:
    """The elements right below the root, with their texts."""

    def __init__(self) -> None:
        self._depth = 0
        self._name = ""
        self._fields: dict[str, str] = {}

    def read(self, body: bytes) -> dict[str, str]:
        # Told the encoding, the parser does not believe what a document says of its own.
        parser = expat.ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = _no_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise UnreadableError(f"XML: {error}") from error
        return self._fields

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadableError("XML: too deep")
        if self._depth == 2:  # noqa: PLR2004 - below the root.
            if name in self._fields:
                raise UnreadableError("XML: a name stands twice")
            self._name, self._fields[name] = name, ""

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._depth == 2:  # noqa: PLR2004 - below the root.
            self._fields[self._name] += text


def _no_document_type(*_declared: object) -> NoReturn:
    raise UnreadableError("XML: a document type is declared")
