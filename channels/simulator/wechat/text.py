"""How the WeChat client shows a text: links and tappable replies as their labels, everything else as it is."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

_LINK = re.compile(r"""<a\s[^>]*?href=(?P<quote>["'])(?P<href>.*?)(?P=quote)[^>]*>(?P<label>.*?)</a>""", re.DOTALL)
_MENU = "weixin://bizmsgmenu"


def _clear(text: str) -> str:
    """The client knows these few entities and no others."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


@dataclass(frozen=True, kw_only=True)
class Tap:
    """What a press sends: the words, and the id the account gave them."""

    content: str
    menu_id: str


@dataclass
class Shown:
    """A text on the phone."""

    text: str = ""
    taps: dict[str, Tap] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def show(text: str) -> Shown:
    """What the person sees of a text with links."""
    shown = Shown()

    def label_of(match: re.Match[str]) -> str:
        label, href = match["label"], _clear(match["href"])
        words = _clear(label)
        if href.startswith(_MENU):
            asked = parse_qs(urlsplit(href).query, keep_blank_values=True)
            content = asked.get("msgmenucontent", [""])[0]
            shown.taps[words] = Tap(content=content, menu_id=asked.get("msgmenuid", [""])[0])
        else:
            shown.links[words] = href
        return label

    shown.text = _clear(_LINK.sub(label_of, text))
    return shown
