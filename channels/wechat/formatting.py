"""A message as the platform's text: what is markup and what is only said, and what fits into 2048 bytes. Pure.

The platform knows two kinds of markup in a text: links, and its own tappable replies. Everything else that looks
like markup is something a person wrote, as the XML of an invoice, and is escaped.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import quote

from channels.port import Button, Link, Outbound

#: What the platform takes, tags included. It is written nowhere; longer texts are refused with 45002.
PLATFORM_BYTES = 2048
#: What we fill of that: a passive reply may get a line more, that says how to read on.
MOST_BYTES = PLATFORM_BYTES - 64
#: Links that staff may write as tags; any other tag is shown as it was written.
_ALLOWED_LINK = re.compile(r'<a\s+href="(https?://[^"<>\s]+)"\s*>([^<>]*)</a>', re.IGNORECASE)
#: An address is left as it is: the platform makes it tappable by itself, and an escaped one leads nowhere.
_KEPT = re.compile(rf"{_ALLOWED_LINK.pattern}|https?://[^\s<>]+", re.IGNORECASE)
#: Only this is taken for markup; the rest is escaped where there is room.
_DANGEROUS = re.compile(r"<(?=/?a[\s>])|&(?=#?\w+;)", re.IGNORECASE)
#: What a link may lead to.
_PAGE = re.compile(r'https?://[^"<>\s]+', re.IGNORECASE)
#: What would end an address, or a value in it. Everything else is sent as it is written, as in all known examples.
_UNSAFE_IN_ADDRESS = re.compile(r'[\x00-\x20"#%&+<>]')
_SAFE_ENTITY = {"<": "&lt;", "&": "&amp;"}


def size(text: str) -> int:
    """Bytes, as the platform counts them."""
    return len(text.encode())


def text_of(message: Outbound) -> str | None:
    """The whole message as one text with tappable replies in it; None when it does not fit, however it is put.

    The words and the addresses are never shortened. Where there is too little room the quick replies are named
    instead of tappable (whoever types one is understood the same), and left out last.
    """
    forms = (
        _joined(body, _link_lines(message.links), lines)
        for lines in _button_forms(message.buttons)
        for body in (escaped(message.text), _sparingly_escaped(message.text))
    )
    return next((text for text in forms if size(text) <= MOST_BYTES), None)


def menu_of(message: Outbound) -> dict[str, object] | None:
    """The message as the platform's own menu message; None where it is better put as a text.

    Whether markup is understood in a menu's head is written nowhere, so it is used only for texts without any.
    """
    head = message.text
    if not message.buttons or message.links or not head or escaped(head) != head or _ALLOWED_LINK.search(head):
        return None
    if size(_joined(head, _tappable(message.buttons))) > MOST_BYTES:
        return None
    items = [{"id": button.id, "content": button.label} for button in message.buttons]
    return {"head_content": head, "list": items, "tail_content": ""}


def escaped(text: str) -> str:
    """The text with everything escaped that is not an allowed link or an address."""
    return "".join(part if kept else escape(part, quote=False).replace("&gt;", ">") for kept, part in _pieces(text))


def _sparingly_escaped(text: str) -> str:
    return "".join(
        part if kept else _DANGEROUS.sub(lambda found: _SAFE_ENTITY[found[0]], part) for kept, part in _pieces(text)
    )


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, and whether each stays as it is."""
    place = 0
    for found in _KEPT.finditer(text):
        yield False, text[place : found.start()]
        yield True, found[0]
        place = found.end()
    yield False, text[place:]


def link(label: str, url: str) -> str:
    """A tappable link; an address that is none is only said."""
    if not _PAGE.fullmatch(url):
        return escaped(f"{label}\n{url}")
    return f'<a href="{url}">{escape(label, quote=False)}</a>'


def tappable(button: Button) -> str:
    """A line that sends its label when tapped, with the button's id beside it."""
    label = escape(button.label, quote=False)
    content, name = _in_address(button.label), _in_address(button.id)
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={name}">{label}</a>'


def _in_address(value: str) -> str:
    return _UNSAFE_IN_ADDRESS.sub(lambda found: quote(found[0], safe=""), value)


def _link_lines(links: Sequence[Link]) -> str:
    return "\n".join(link(each.label, each.url) for each in dict.fromkeys(links))


def _button_forms(buttons: Sequence[Button]) -> tuple[str, ...]:
    return _tappable(buttons), _named(buttons), ""


def _tappable(buttons: Sequence[Button]) -> str:
    return "\n".join(tappable(button) for button in buttons)


def _named(buttons: Sequence[Button]) -> str:
    return " / ".join(f"【{escape(button.label, quote=False)}】" for button in buttons)


def _joined(*blocks: str) -> str:
    return "\n\n".join(block for block in blocks if block)
