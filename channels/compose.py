"""Make a message fit a platform: what its capabilities say, and nothing about which platform it is. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from channels.port import Capabilities, Outbound, TextUnit

#: Where a text is best cut, best first: between paragraphs, lines, sentences, then words.
_SEAMS = ("\n\n", "\n", "。", "！", "？", "；", ". ", "! ", "? ", "，", ", ", " ")
_URL = re.compile(r"https?://\S+")
_JOINERS = {"\u200d", "\ufe0f", "\u20e3"}
#: A cut this early in the text would leave a stub.
_STUB = 0.5


def length(text: str, unit: TextUnit) -> int:
    """How long the platform says the text is."""
    match unit:
        case TextUnit.UTF8:
            return len(text.encode())
        case TextUnit.UTF16:
            return len(text.encode("utf-16-le")) // 2
        case TextUnit.CHARACTERS:
            return len(text)


def parts_of(message: Outbound, capabilities: Capabilities) -> list[Outbound]:
    """The messages the platform can take, in order; quick replies are on the last one that has text."""
    if not capabilities.links:
        message = _with_links_written_out(message)
    texts = split_text(message.text, capabilities.text_limit, capabilities.text_unit) if message.text else []
    if capabilities.mixed and len(texts) <= 1:
        return [message]
    bare = message.model_copy(update={"text": "", "buttons": (), "links": (), "attachments": ()})
    parts = [bare.model_copy(update={"text": text}) for text in texts]
    if parts:
        parts[-1] = parts[-1].model_copy(update={"buttons": message.buttons, "links": message.links})
    files = [bare.model_copy(update={"attachments": (file,)}) for file in message.attachments]
    return (parts + files) or [message]


def _with_links_written_out(message: Outbound) -> Outbound:
    lines = [message.text, *(f"{link.label}\n{link.url}" for link in message.links)]
    return message.model_copy(update={"text": "\n\n".join(line for line in lines if line), "links": ()})


def can_merge(first: Outbound, second: Outbound, capabilities: Capabilities) -> bool:
    """Whether two messages may travel as one: same speaker, no files, and it still fits one part."""
    if first.attachments or second.attachments or not (first.text and second.text):
        return False
    if (first.author, first.author_name) != (second.author, second.author_name):
        return False
    return len(parts_of(merged([first, second]), capabilities)) == 1


def merged(messages: Sequence[Outbound]) -> Outbound:
    """Several messages as one; only the last one's quick replies are still asked."""
    return messages[-1].model_copy(
        update={
            "text": "\n\n".join(message.text for message in messages),
            "links": tuple(link for message in messages for link in message.links),
        }
    )


def split_text(text: str, limit: int, unit: TextUnit) -> list[str]:
    """Cut a text into parts of at most ``limit``, never inside a grapheme, nor inside an address that fits one."""
    parts = []
    rest = text.strip()
    while length(rest, unit) > limit:
        cut = _cut(rest, limit, unit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, limit: int, unit: TextUnit) -> int:
    """Where to cut: as many characters as fit, moved back to a seam."""
    fits = _fitting(text, limit, unit)
    best = next((place for seam in _SEAMS if (place := _seam(text, seam, fits)) > fits * _STUB), fits)
    return _outside_grapheme(text, _outside_address(text, best))


def _fitting(text: str, limit: int, unit: TextUnit) -> int:
    """How many characters fit, at least one: some platforms' limits are smaller than a single emoji in no world."""
    size = 0
    for place, character in enumerate(text):
        size += length(character, unit)
        if size > limit:
            return max(1, place)
    return len(text)


def _seam(text: str, seam: str, fits: int) -> int:
    found = text.rfind(seam, 0, fits)
    return found + len(seam) if found >= 0 and found + len(seam) <= fits else -1


def _outside_address(text: str, cut: int) -> int:
    for match in _URL.finditer(text):
        if match.start() < cut < match.end():
            return match.start() or cut
        if match.start() >= cut:
            break
    return cut


def _outside_grapheme(text: str, cut: int) -> int:
    """Move back before a base character whose marks, joiners or second flag letter would be cut off."""
    moved = cut
    while 0 < moved < len(text) and _sticks(text, moved):
        moved -= 1
    return moved or cut


def _sticks(text: str, place: int) -> bool:
    """The character at ``place`` belongs to the one before it."""
    here, before = text[place], text[place - 1]
    if here in _JOINERS or before == "\u200d" or unicodedata.combining(here) or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    return _is_flag(here) and _flags_before(text, place) % 2 == 1


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, place: int) -> int:
    count = 0
    while place - 1 - count >= 0 and _is_flag(text[place - 1 - count]):
        count += 1
    return count
