"""Markdown as HTML that is safe to put into a page, whoever wrote it."""

import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

#: Where readers get the pictures of articles; a text names one as ``![what it shows](picture:<id>)``.
PUBLIC_PICTURES = "/help/pictures/"
_PICTURE = re.compile(r"\(picture:([0-9a-f]{32})\)")
_WITHOUT_SOURCE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_SCHEMES = {"https", "http", "mailto", "tel"}
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render_markdown(text: str, *, pictures: str = PUBLIC_PICTURES) -> Markup:
    """Headings, lists, tables, links and pictures of our own, found under ``pictures``; no raw HTML, no scripts."""

    def kept(element: str, attribute: str, value: str) -> str | None:
        foreign = (element, attribute) == ("img", "src") and not value.startswith(pictures)
        return None if foreign else value

    clean = nh3.clean(
        _markdown.render(_PICTURE.sub(rf"({pictures}\1)", text)),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "img": {"src", "alt"}},
        attribute_filter=kept,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Markup(_WITHOUT_SOURCE.sub("", clean))  # noqa: S704 - it has just been cleaned.
