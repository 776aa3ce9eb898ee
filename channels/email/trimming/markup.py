"""Marks in the HTML of mail programs that say where the quote begins.

The places are marked in the source, before it is made text; whatever is nested is counted, never recursed into.
"""

import re

from channels.email.mime.html import html_to_text

#: In the text: what follows is quoted to the end; a quote begins; it ends. Private characters, taken out of what came.
CUT, BEGIN, END = "\ue002", "\ue000", "\ue001"
_PRIVATE = re.compile("[\ue000-\ue003]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})((?:\s[^<>]{0,2000})?)/?>")
_VALUE = r"\"[^\"]{0,1000}\"|'[^']{0,1000}'|[^\s\"'>]{1,300}"
_ATTRIBUTE = re.compile(rf"\s([a-zA-Z][a-zA-Z-]{{0,30}})\s{{0,3}}=\s{{0,3}}({_VALUE})")
#: Outlook on the web puts these before the names of others.
_PREFIX = r"(?:x_|ecx)?"
_CUT_IDS = re.compile(
    rf"{_PREFIX}(?:divrplyfwdmsg|appendonsend|stopspelling|replysplit|mailsplit|replywithinheader|olk_src_body_section"
    r"|ms-outlook-mobile-reply)|yp-reply-.{0,200}|__aliyun_previous_mail_.{0,100}",
    re.IGNORECASE,
)
_BOX_IDS = re.compile(
    rf"{_PREFIX}(?:isreplycontent|isforwardcontent|yahoo_quoted.{{0,60}}|zmailblockquote)", re.IGNORECASE
)
_BOX_CLASSES = frozenset(
    "gmail_quote gmail_quote_container yahoo_quoted ntes-mailmaster-quote protonmail_quote zmail_extra tutanota_quote"
    " mail-quote-collapse qt-quote moz-forward-container aol_quote".split()
)
_BOXES = frozenset("div blockquote section table span".split())
#: Outlook puts a line above the headers: the top border of a block, in one of its colours.
_COLOUR = r"(?:#?(?:b5c4df|e1e1e1)|rgb\(225, ?225, ?225\))"
_OUTLOOK = re.compile(
    rf"border-top\s{{0,3}}:\s{{0,3}}(?:solid\s{{1,3}}{_COLOUR}|{_COLOUR}\s{{1,3}}1\.?0?p[tx]\s{{1,3}}solid)",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(r"data:[a-zA-Z]{1,40}/[^\"'\s<>)]{100,}")


def without_embedded(html: str) -> str:
    """Without the pictures that are written out in it, which are long and say nothing."""
    return _EMBEDDED.sub("", html) if "data:" in html else html


def marked_text(html: str) -> str:
    """The text of the document, with :data:`CUT`, :data:`BEGIN` and :data:`END` alone on their lines."""
    return html_to_text(_marked(_PRIVATE.sub("", html)))


def _marked(html: str) -> str:
    pieces: list[str] = []
    done = depth = 0
    inside = ""
    for tag in _TAG.finditer(html):
        closing, name = bool(tag[1]), tag[2].lower()
        if inside:
            if name == inside:
                depth += -1 if closing else 1
            if depth == 0:
                pieces += [html[done : tag.end()], f"<div>{END}</div>"]
                done, inside = tag.end(), ""
        elif not closing:
            kind = _kind_of(name, tag[3])
            if kind:
                pieces += [html[done : tag.start()], f"<div>{kind}</div>"]
                done = tag.start()
            if kind == CUT:
                # What follows is quoted, whatever it is; the mark says that something was there.
                return "".join(pieces)
            if kind == BEGIN:
                inside, depth = name, 1
    return "".join([*pieces, html[done:]])


def _kind_of(name: str, written: str) -> str:
    """What begins at this tag, or nothing."""
    attributes = {key.lower(): value.strip("\"'") for key, value in _ATTRIBUTE.findall(written)} if written else {}
    if not attributes:
        return ""
    mark = attributes.get("id", "")
    classes = set(attributes.get("class", "").lower().split())
    if "data-yp-reply" in attributes or _CUT_IDS.fullmatch(mark) or _is_outlook(name, attributes):
        return CUT
    box = bool(_BOX_CLASSES & classes) or bool(_BOX_IDS.fullmatch(mark)) or attributes.get("type", "").lower() == "cite"
    return BEGIN if box and name in _BOXES else ""


def _is_outlook(name: str, attributes: dict[str, str]) -> bool:
    return name == "div" and bool(_OUTLOOK.search(attributes.get("style", "")))
