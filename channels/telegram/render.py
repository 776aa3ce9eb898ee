"""Our messages as Telegram shows them: HTML of the few tags it knows, and rows of buttons. Pure.

Only ``<b>`` and ``<a>`` are ever written, around text that is escaped: what people or the knowledge base wrote can
neither break the markup nor use it. Lengths are in UTF-16 units, counted after the tags are taken out.
"""

import base64
import hashlib
import html
import unicodedata
from collections.abc import Sequence

from channels.compose import length
from channels.port import Button, Link, Outbound, TextUnit

#: What one message may hold.
TEXT_LIMIT = 4096
#: Kept free for the speaker's name and the labels of links.
RESERVED = 256
_NAME_LIMIT = 64
_STAFF = "staff"
#: The press of a button that only shows what was chosen.
MARKED = "-"
#: How wide the labels of one row may be together, in columns of which a Chinese character takes two.
_ROW_WIDTH = 28
_ROW_MOST = 5


def as_html(message: Outbound) -> str:
    """The text with the name of a member of staff above and the links below."""
    blocks = [html.escape(_storable(message.text), quote=False)]
    name = _speaker(message)
    if name:
        blocks.insert(0, f"<b>{html.escape(name, quote=False)}</b>")
    lines = [_anchor(link, label) for link, label in _labelled(message)]
    return "\n\n".join(block for block in ("\n".join(blocks), "\n".join(lines)) if block)


def as_plain(message: Outbound) -> str:
    """The same without any markup; addresses are left out where they do not fit."""
    text = "\n".join(block for block in (_speaker(message), _storable(message.text)) if block)
    for link in message.links:
        line = f"\n\n{link.label}\n{link.url}"
        if length(text + line, TextUnit.UTF16) <= TEXT_LIMIT:
            text += line
    return text


def _speaker(message: Outbound) -> str:
    """People speak under their name, or one would take them for the bot."""
    if message.author != _STAFF or not message.author_name:
        return ""
    return _clipped(_storable(message.author_name), _NAME_LIMIT)


def _labelled(message: Outbound) -> list[tuple[Link, str]]:
    """The links and the labels there is room for."""
    if not message.links:
        return []
    used = length(message.text, TextUnit.UTF16) + length(_speaker(message), TextUnit.UTF16) + 4
    room = (TEXT_LIMIT - used) // len(message.links) - 1
    return [(link, _clipped(_storable(link.label), max(1, room))) for link in message.links]


def _anchor(link: Link, label: str) -> str:
    return f'<a href="{html.escape(_storable(link.url))}">{html.escape(label, quote=False)}</a>'


def _clipped(text: str, limit: int) -> str:
    while length(text, TextUnit.UTF16) > limit:
        text = text[:-2] + "…" if text.endswith("…") else text[:-1] + "…"
    return text


def _storable(text: str) -> str:
    """Without halves of surrogate pairs, which no request can carry."""
    return text.encode("utf8", errors="ignore").decode("utf8")


def button_id(key: str, place: int, button: Button) -> str:
    """A short name for one button of one message: the same for every try of it.

    It tells nothing and need not be secret: it is looked up together with the chat it was sent to.
    """
    digest = hashlib.sha256(f"{key}\n{place}\n{button.id}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:15]).decode()


def rows_of(buttons: Sequence[Button]) -> list[list[Button]]:
    """The buttons in rows: short ones, as the five stars of a survey, stand side by side."""
    rows: list[list[Button]] = []
    for button in buttons:
        row = rows[-1] if rows else []
        if row and len(row) < _ROW_MOST and sum(_width(one.label) for one in (*row, button)) <= _ROW_WIDTH:
            row.append(button)
        else:
            rows.append([button])
    return rows


def _width(label: str) -> int:
    # Four for the frame of the button.
    return 4 + sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label)
