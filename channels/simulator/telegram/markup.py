"""Texts with ``parse_mode=HTML``, read as strictly as Telegram reads them.

The tags, and the words of refusals, are those of core.telegram.org/bots/api#html-style and of the open server.
Offsets in refusals are in bytes, offsets of entities in UTF-16 code units.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from channels.simulator.telegram.limits import utf16_length
from channels.simulator.telegram.refusals import bad_request

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ATTRIBUTE = re.compile(r"""\s+([a-zA-Z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


@dataclass
class _Reading:
    source: str
    place: int = 0
    text: str = ""
    open: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, words: str, at: int) -> NoReturn:
        offset = len(self.source[:at].encode())
        raise bad_request(f"can't parse entities: {words.format(offset=offset)}", forbidden=True)


def read_text(source: str, parse_mode: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities; raises Refusal."""
    if not parse_mode:
        return source, []
    if parse_mode.lower() != "html":
        # MarkdownV2 exists too, but eighteen characters have to be escaped in it: nobody should send it.
        raise bad_request("unsupported parse_mode", forbidden=True)
    reading = _Reading(source)
    while reading.place < len(source):
        _step(reading)
    if reading.open:
        reading.fail(f'Can\'t find end tag corresponding to start tag "{reading.open[-1][0]}"', len(source))
    reading.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return reading.text, reading.entities


def _step(reading: _Reading) -> None:
    source, place = reading.source, reading.place
    if source.startswith("</", place):
        _end_tag(reading)
    elif source[place] == "<":
        _start_tag(reading)
    elif found := _CHARACTER.match(source, place):
        reading.text += html.unescape(found[0])
        reading.place = found.end()
    else:
        reading.text += source[place]
        reading.place += 1


def _start_tag(reading: _Reading) -> None:
    begin = reading.place
    named = re.compile(r"<([^\s>]*)").match(reading.source, begin)
    name = named[1].lower() if named else ""
    place = named.end() if named else begin + 1
    if place >= len(reading.source):
        reading.fail("Unclosed start tag at byte offset {offset}", begin)
    if name not in _KINDS:
        reading.fail(f'Unsupported start tag "{name}" at byte offset {{offset}}', begin)
    attributes: dict[str, str] = {}
    while found := _ATTRIBUTE.match(reading.source, place):
        attributes[found[1].lower()] = html.unescape(found[2] or found[3] or found[4] or "")
        place = found.end()
    closing = re.compile(r"\s*>").match(reading.source, place)
    if closing is None:
        reading.fail("Unclosed start tag at byte offset {offset}", begin)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        reading.fail('Tag "span" must have class "tg-spoiler" at byte offset {offset}', begin)
    reading.open.append((name, utf16_length(reading.text), attributes))
    reading.place = closing.end()


def _end_tag(reading: _Reading) -> None:
    begin = reading.place
    if not reading.open:
        reading.fail("Unexpected end tag at byte offset {offset}", begin)
    found = re.compile(r"</([^\s>]*)\s*>").match(reading.source, begin)
    if found is None:
        reading.fail("Unclosed end tag at byte offset {offset}", begin)
    name, offset, attributes = reading.open.pop()
    if found[1] and found[1].lower() != name:
        words = f'Unmatched end tag at byte offset {{offset}}, expected "</{name}>", found "</{found[1]}>"'
        reading.fail(words, begin)
    reading.place = found.end()
    length = utf16_length(reading.text) - offset
    if length and (name != "a" or attributes.get("href")):
        link = {"url": attributes["href"]} if name == "a" else {}
        reading.entities.append({"type": _KINDS[name], "offset": offset, "length": length, **link})
