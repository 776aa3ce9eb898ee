"""HTML as readable plain text: what a person would have seen, links and lists and tables included.

Hostile documents stay cheap: the tree is walked without recursion, and a document nested so deeply, or with so many
elements left open, that building its tree would take long is only freed of its tags.
"""

import html as entities
import re
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.mime.layout import Layout

#: Nobody writes more; what follows is dropped.
_LONGEST = 1_000_000
#: No tree is built of a longer document.
_LONGEST_TREE = 400_000
#: Elements open at once, and formatting elements left open times elements: beyond, no tree is built.
_DEEPEST, _DEAREST = 400, 2_000_000
#: Every two attributes of an element are compared: what may separate them in one tag, and ``>`` inside of values.
_MOST_SEPARATORS, _MOST_ANGLES = 1_000, 10
_LONG_TAG = re.compile(r"</?[a-zA-Z][^>]{1000,}")
_SEPARATOR = re.compile(r"[\s/\"']")
_ANGLE_IN_VALUE = re.compile(r"=\s*(?:\"[^\">]*>|'[^'>]*>)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>?")
_UNREAD = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_BROKEN_LINE = re.compile(r"<(?:br|p|div|tr|li|h[1-6]|table|blockquote)\b[^<>]*>?", re.IGNORECASE)

_VOID_OR_IMPLIED = frozenset(
    "area base body br col dd dt embed head hr html img input link meta option p param source tbody td tfoot th thead "
    "tr track wbr li".split()
)
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_DROPPED = frozenset(
    "applet audio canvas datalist embed head iframe math meta object script select style svg template textarea title "
    "video -comment".split()
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote figure".split())
_BLOCKS = _PARAGRAPHS | frozenset(
    "address article aside body caption center dd details div dt fieldset figcaption footer form header html legend li "
    "main nav section summary tbody tfoot thead".split()
)
_INVISIBLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:opacity|font-size)\s*:\s*0+(?:\.0+)?(?:px|pt|em|%)?\s*(?:!important\s*)?(?:;|$))",
    re.IGNORECASE,
)
_NO_HEIGHT = re.compile(r"(?:^|;)\s*(?:max-)?height\s*:\s*0(?:px)?\s*(?:!important\s*)?(?:;|$)", re.IGNORECASE)
_NO_OVERFLOW = re.compile(r"(?:^|;)\s*overflow\s*:\s*hidden", re.IGNORECASE)
_NO_MARGIN = re.compile(r"(?:^|;)\s*margin(?:-top|-bottom)?\s*:\s*0", re.IGNORECASE)
_KEEPS_SPACE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:[a-zA-Z]+/[^\"'\s<>)]{100,}")
#: A style longer than this is not looked at: no sane one is.
_LONGEST_STYLE = 2_000


def html_to_text(html: str) -> str:
    """The visible text; never raises, whatever it is given."""
    document = _EMBEDDED.sub("", html.replace("\x00", ""))[:_LONGEST]
    if len(document) > _LONGEST_TREE or not _few_attributes(document) or not _affordable(document):
        return _without_tags(document)
    root = LexborHTMLParser(document).root
    return _Walk().read(root) if root is not None else ""


def _affordable(document: str) -> bool:
    """Whether building the tree takes time in proportion to the document."""
    if document.count("<") <= _DEEPEST:
        return True
    deep = loose = 0
    for tags, (closing, name) in enumerate(_TAG.findall(document)):
        tag, step = name.lower(), -1 if closing else 1
        loose = max(0, loose + step) if tag in _FORMATTING else loose
        deep = max(0, deep + step) if tag not in _VOID_OR_IMPLIED else deep
        if deep > _DEEPEST or loose * tags > _DEAREST:
            return False
    return True


def _few_attributes(document: str) -> bool:
    tags = (found.group() for found in _LONG_TAG.finditer(document))
    if any(len(_SEPARATOR.findall(tag)) > _MOST_SEPARATORS for tag in tags):
        return False
    return sum(1 for _ in islice(_ANGLE_IN_VALUE.finditer(document), _MOST_ANGLES + 1)) <= _MOST_ANGLES


def _without_tags(document: str) -> str:
    lines = _BROKEN_LINE.sub("\n", _UNREAD.sub(" ", document))
    text = entities.unescape(_TAG.sub(" ", lines))
    folded = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(folded)).strip()


@dataclass(frozen=True)
class _Open:
    """An element whose end is to come, and what its end does."""

    node: LexborNode
    tag: str
    blank: bool
    keeps_space: bool


class _Walk:
    """One walk through a document."""

    def __init__(self) -> None:
        self._layout = Layout()
        self._open: list[_Open] = []

    def read(self, root: LexborNode) -> str:
        node: LexborNode | None = root
        while node is not None or self._open:
            node = self._into(node) if node is not None else self._leave(self._open.pop())
        return self._layout.text()

    def _into(self, node: LexborNode) -> LexborNode | None:
        """Begin a node: its first child is next, or its sibling where there is nothing to see inside."""
        tag = node.tag or ""
        if tag == "-text":
            self._layout.write(node.text_content or "")
            return node.next
        attributes = node.attributes if tag not in _DROPPED else None
        if attributes is None or _invisible(attributes):
            return node.next
        self._begin(node, tag, attributes)
        return node.child

    def _begin(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
        style = _style(attributes)
        tight = tag == "p" and ("MsoNormal" in (attributes.get("class") or "") or bool(_NO_MARGIN.search(style)))
        blank = tag in _PARAGRAPHS and not tight
        if tag in _BLOCKS:
            self._layout.block(blank=blank)
        opened = _Open(node, tag, blank, tag == "pre" or bool(style and _KEEPS_SPACE.search(style)))
        self._open.append(opened)
        if opened.keeps_space:
            self._layout.keep_space()
        _begin_special(self._layout, tag, attributes)

    def _leave(self, ended: _Open) -> LexborNode | None:
        _end_special(self._layout, ended.tag)
        if ended.tag in _BLOCKS:
            self._layout.block(blank=ended.blank)
        if ended.keeps_space:
            self._layout.fold_space()
        return ended.node.next


def _invisible(attributes: dict[str, str | None]) -> bool:
    style = _style(attributes)
    return "hidden" in attributes or bool(style and (_INVISIBLE.search(style) or _collapsed(style)))


def _collapsed(style: str) -> bool:
    return bool(_NO_HEIGHT.search(style) and _NO_OVERFLOW.search(style))


def _style(attributes: dict[str, str | None]) -> str:
    return (attributes.get("style") or "")[:_LONGEST_STYLE]


def _begin_special(layout: Layout, tag: str, attributes: dict[str, str | None]) -> None:
    match tag:
        case "br":
            layout.line_break()
        case "hr":
            layout.rule()
        case "a":
            layout.begin_link(attributes.get("href") or "")
        case "img":
            layout.write_picture(attributes.get("alt") or "")
        case "blockquote":
            layout.indent("> ")
        case "ul" | "ol":
            layout.begin_list(numbered=tag == "ol")
        case "li":
            layout.begin_item()
        case "tr":
            layout.begin_row()
        case "td" | "th":
            layout.begin_cell()


def _end_special(layout: Layout, tag: str) -> None:
    match tag:
        case "a":
            layout.end_link()
        case "blockquote" | "li":
            layout.dedent()
        case "ul" | "ol":
            layout.end_list()
        case "td" | "th":
            layout.end_cell()
        case "tr":
            layout.end_row()
