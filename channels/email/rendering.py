"""Put a message into the two bodies of a mail: what stands in it and in which order is one template for both.

Mail programs know no style sheets and no scripts. Every element carries its style, which the templates name and this
module holds, so that the HTML of a mail stays as readable as that of a page.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from channels.port import Button, Link
from kit.i18n import Locale, html_lang, show_moment, translate
from kit.settings import Settings

_TEMPLATES = Path(__file__).parent / "templates"
#: So many lines of what the person wrote last are shown again.
QUOTED_LINES = 20
_QUOTED_LINE_MAX = 500
#: Answers longer than this, or more of them, are a list and not a sentence.
_SHORT_LABEL, _FEW = 12, 3
#: As "5 Excellent": the number alone is the answer.
_NUMBERED = re.compile(r"\d{1,2}(?: |$)")
_PREVIEW = 90
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,2000}")
_URL_TAIL = ".,;:!?)'"

_FONT = "font-family:-apple-system,BlinkMacSystemFont,Segoe UI,PingFang SC,Microsoft YaHei,sans-serif"
_QUIET = "color:#6b7280;font-size:13px;line-height:1.6"
_STYLES = {
    "page": f"margin:0;padding:0;{_FONT}",
    "sheet": f"max-width:600px;margin:0 auto;padding:16px;{_FONT};font-size:15px;line-height:1.7;color:#1f2933",
    "hidden": "display:none;max-height:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px",
    "marker": "margin:0 0 20px;color:#9aa1ab;font-size:12px;line-height:1.5",
    "organisation": "margin:0 0 12px;padding:0 0 10px;border-bottom:1px solid #e4e7eb;font-weight:600;font-size:15px",
    "paragraph": "margin:0 0 14px;overflow-wrap:anywhere",
    "anchor": "color:#1d5fc4",
    "quiet_anchor": "color:#6b7280",
    "choices": "margin:0 0 8px",
    "choice": (
        "display:inline-block;margin:0 8px 8px 0;padding:7px 16px;border:1px solid #1d5fc4;border-radius:6px;"
        "color:#1d5fc4;text-decoration:none;font-size:15px;line-height:1.5"
    ),
    "signature": "margin:0 0 14px;font-weight:600",
    "quiet": f"margin:0 0 10px;{_QUIET}",
    "footer": f"margin:20px 0 0;padding:10px 0 0;border-top:1px solid #e4e7eb;{_QUIET}",
    "wrote": f"margin:18px 0 8px;{_QUIET}",
    "quote": f"margin:0;padding:0 0 0 12px;border-left:3px solid #d5dae0;overflow-wrap:anywhere;{_QUIET}",
}
_ATTRIBUTES: Mapping[str, Markup] = {name: Markup('style="{}"').format(style) for name, style in _STYLES.items()}


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """What the person wrote last."""

    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a mail says; ``token`` names it where it is quoted, ``reply_to`` and ``subject`` are those of an answer."""

    text: str
    locale: Locale
    token: str
    reply_to: str
    subject: str
    number: str = ""
    page: str = ""
    signature: str = ""
    links: Sequence[Link] = ()
    buttons: Sequence[Button] = ()
    unsubscribe: str = ""
    quoted: Quoted | None = None


@dataclass(frozen=True, kw_only=True)
class Bodies:
    """The same twice."""

    text: str
    html: str


class Rendering:
    """Fills the template in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._plain = _environment(escaped=False)
        self._rich = _environment(escaped=True)

    def render(self, words: Words) -> Bodies:
        """Text and HTML of one message."""
        values = {
            "words": words,
            "t": _translator(words.locale),
            "html_lang": html_lang(words.locale),
            "organisation": self.organisation(words.locale),
            "choices": _choices(words),
            "quoted": self._quoted(words),
        }
        text = self._plain.get_template("email/message.html").render(parts="email/text.html", **values)
        html = self._rich.get_template("email/message.html").render(parts="email/rich.html", **values)
        return Bodies(text=_tidied(text), html=html)

    def organisation(self, locale: str) -> str:
        """Who writes."""
        return self._settings.organisation if locale == "zh" else self._settings.organisation_en

    def _quoted(self, words: Words) -> dict[str, object] | None:
        if words.quoted is None or not words.quoted.text.strip():
            return None
        lines = [line[:_QUOTED_LINE_MAX] for line in words.quoted.text.strip().splitlines()]
        if len(lines) > QUOTED_LINES:
            lines = [*lines[:QUOTED_LINES], "…"]
        return {"at": show_moment(words.quoted.at, words.locale, self._settings.time_zone), "lines": lines}


def _environment(*, escaped: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=escaped,  # noqa: S701 - the plain one makes text, in which nothing is escaped.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(paragraphs=_paragraphs, linked=_linked, preview=_preview)
    environment.globals.update(style=_ATTRIBUTES)
    return environment


def _translator(locale: Locale) -> object:
    # Positional-only, so that a text may itself need a value called "key".
    def bound(key: str, /, **values: object) -> str:
        return translate(key, locale, **values)

    return bound


@dataclass(frozen=True, kw_only=True)
class _Choice:
    label: str
    href: str


@dataclass(frozen=True, kw_only=True)
class _Choices:
    """How to answer with a few words: as ``how`` says, or where that is empty with one of a list."""

    how: str
    all: Sequence[_Choice]


def _choices(words: Words) -> _Choices | None:
    if not words.buttons:
        return None
    labels = [button.label for button in words.buttons]
    return _Choices(how=_how(words, labels), all=[_Choice(label=label, href=_mailto(words, label)) for label in labels])


def _how(words: Words, labels: Sequence[str]) -> str:
    """One sentence, where that is enough; what the text has numbered is not named again."""
    rest = [label for label in labels if not _NUMBERED.match(label) and f". {label}\n" not in f"{words.text}\n"]
    if len(rest) > _FEW or any(len(label) > _SHORT_LABEL for label in rest):
        return ""
    if not rest:
        return translate("channels.email.letter.answer_number", words.locale)
    key = "answer" if len(rest) == len(labels) else "answer_number_or"
    return translate(f"channels.email.letter.{key}", words.locale, choices=_sentence(rest, words.locale))


def _sentence(labels: Sequence[str], locale: Locale) -> str:
    """“好了”或“没好”; "Yes", "No" or "Later"."""
    said = [translate("channels.email.letter.choice", locale, label=label) for label in labels]
    if len(said) == 1:
        return said[0]
    between = translate("channels.email.letter.comma", locale)
    return translate("channels.email.letter.either", locale, some=between.join(said[:-1]), last=said[-1])


def _mailto(words: Words, label: str) -> str:
    """A mail that is written already and only has to be sent (RFC 6068)."""
    return f"mailto:{quote(words.reply_to, safe='@+')}?subject={quote(words.subject)}&body={quote(label)}"


def _paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph."""
    blocks = re.split(r"\n[ \t]*\n", text.strip().replace("\r\n", "\n"))
    return [block.strip("\n").split("\n") for block in blocks if block.strip()]


def _linked(line: str) -> Markup:
    """The line for HTML, the addresses in it to be clicked."""
    pieces: list[Markup] = []
    place = 0
    for found in _URL.finditer(line):
        url = found[0].rstrip(_URL_TAIL)
        pieces += [escape(line[place : found.start()]), _anchor(url)]
        place = found.start() + len(url)
    return Markup().join([*pieces, escape(line[place:])])


def _anchor(url: str) -> Markup:
    return Markup('<a href="{}" {}>{}</a>').format(url, _ATTRIBUTES["anchor"], url)


def _preview(text: str) -> str:
    """What mail programs show in the list, beside the subject."""
    return " ".join(text.split())[:_PREVIEW]


def _tidied(text: str) -> str:
    """One empty line between blocks, and none at the ends."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept) + "\n"
