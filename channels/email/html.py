"""The HTML of a mail as staff may look at it: an allow-list of what only formats, and nothing that is fetched or run.

A document that would take long to read, so deeply is it nested or so long, is shown as its text.
"""

import html as entities
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3

from channels.email.mime.html import html_to_text
from kit.i18n import Locale, translate

#: Beyond, the attributes of a single element could be compared with each other for seconds.
_LONGEST = 400_000
_DEEPEST, _MOST = 400, 10_000
_EMBEDDED = re.compile(r"data:[a-zA-Z]+/[^\"'\s<>)]{100,}")
_OPENING = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
#: Elements that end without being told to, or hold nothing: any number of them may stand there.
_ENDS_ITSELF = frozenset(
    "area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot th thead tr track "
    "wbr".split()
)

_TAGS = frozenset(
    "a abbr address article b big blockquote br caption center cite code col colgroup dd del div dl dt em figcaption "
    "figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section small span "
    "strike strong sub sup table tbody td tfoot th thead tr tt u ul wbr".split()
)
#: What stands in these is no text of the mail.
_UNREAD = frozenset(
    "applet audio canvas datalist embed frameset head iframe math noframes noscript object script select style svg "
    "template textarea title video xml".split()
)
_CELL = frozenset({"align", "bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"})
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "dir", "lang", "style", "title"},
    "a": {"href"},
    "col": {"span", "width"},
    "font": {"color", "face", "size"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "td": set(_CELL),
    "th": set(_CELL),
    "tr": {"bgcolor", "valign"},
}
_SCHEMES = {"cid", "http", "https", "mailto", "tel"}
_LINKS = frozenset({"http", "https", "mailto", "tel"})

_PROPERTIES = frozenset(
    "background background-color border border-bottom border-collapse border-color border-left border-radius "
    "border-right border-spacing border-style border-top border-width color display font font-family font-size "
    "font-style font-variant font-weight height letter-spacing line-height list-style-type margin margin-bottom "
    "margin-left margin-right margin-top max-height max-width min-width padding padding-bottom padding-left "
    "padding-right padding-top text-align text-decoration text-indent text-transform vertical-align white-space width "
    "word-break word-spacing".split()
)
#: Words, numbers and colours: no address, no escape, no function but those of colours.
_VALUE = re.compile(r"(?:[\w\s#%.,!'\"-]|(?<=rgb)\([\d\s.,%]*\)|(?<=rgba|hsla)\([\d\s.,%]*\)|(?<=hsl)\([\d\s.,%]*\))*")
_LONGEST_STYLE, _LONGEST_VALUE = 2_000, 200

#: A tag as the sanitiser writes it: lower case, every value in double quotes.
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z-]+=\"[^\"]*\")*)>")
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b", re.IGNORECASE)
_LONGEST_LABEL = 200
#: A picture this small only reports that it was fetched.
_TINY = frozenset({"0", "1", "0px", "1px"})


@dataclass(frozen=True)
class SafeHtml:
    """What may stand in a page, and how many pictures of it lie elsewhere."""

    html: str
    remote: int


def sanitise(html: str, *, pictures: Mapping[str, str], remote: bool, locale: Locale) -> SafeHtml:
    """Keep what formats. ``pictures``: addresses by content id; those elsewhere only where ``remote`` is asked for."""
    document = _EMBEDDED.sub("", html.replace("\x00", ""))
    if len(document) > _LONGEST or _too_deep(document):
        return SafeHtml(f"<pre>{entities.escape(html_to_text(html))}</pre>", 0)
    cleaned = nh3.clean(
        document,
        tags=set(_TAGS),
        clean_content_tags=set(_UNREAD),
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return _Finish(pictures, locale, remote=remote).finish(cleaned)


def _too_deep(document: str) -> bool:
    """Whether elements are open in such numbers that each further one is compared with all of them."""
    deep = count = 0
    for closing, name in _OPENING.findall(document):
        if name.lower() in _ENDS_ITSELF:
            continue
        # What closes may only look like it, in a comment or an attribute: so there is a limit to all of them too.
        deep, count = (max(0, deep - 1), count) if closing else (deep + 1, count + 1)
        if deep > _DEEPEST or count > _MOST:
            return True
    return False


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return safe_style(value) or None
    if name == "href":
        return value if tag == "a" and value.split(":", 1)[0].strip().lower() in _LINKS else None
    return value


def safe_style(style: str) -> str:
    """Those declarations that colour, measure and space; a negative margin would lay one text over another."""
    if len(style) > _LONGEST_STYLE:
        return ""
    pairs = (declaration.split(":", 1) for declaration in style.split(";") if ":" in declaration)
    return ";".join(f"{name.strip().lower()}:{value.strip()}" for name, value in pairs if _is_safe(name, value))


def _is_safe(name: str, value: str) -> bool:
    known = name.strip().lower() in _PROPERTIES and len(value) <= _LONGEST_VALUE
    laid_over = name.strip().lower().startswith(("margin", "text-indent")) and "-" in value
    return known and not laid_over and _VALUE.fullmatch(value) is not None


class _Finish:
    """One walk over what the sanitiser wrote: pictures find their files, links say where they lead."""

    def __init__(self, pictures: Mapping[str, str], locale: Locale, *, remote: bool) -> None:
        self._pictures = pictures
        self._locale = locale
        self._shows_remote = remote
        self._remote = 0
        self._target = ""
        self._label = ""

    def finish(self, cleaned: str) -> SafeHtml:
        return SafeHtml("".join(self._pieces(cleaned)), self._remote)

    def _pieces(self, cleaned: str) -> Iterator[str]:
        done = 0
        for tag in _TAG.finditer(cleaned):
            yield self._text(cleaned[done : tag.start()])
            yield self._tag(tag)
            done = tag.end()
        yield self._text(cleaned[done:])

    def _text(self, text: str) -> str:
        if self._target and len(self._label) < _LONGEST_LABEL:
            self._label += text[:_LONGEST_LABEL]
        return text

    def _tag(self, tag: re.Match[str]) -> str:
        closing, name, attributes = tag.groups()
        if name == "img":
            return self._picture(attributes)
        if name != "a":
            return tag[0]
        if closing:
            return tag[0] + self._where_to()
        self._target, self._label = _host_of(dict(_ATTRIBUTE.findall(attributes)).get("href", "")), ""
        return tag[0]

    def _where_to(self) -> str:
        """The host a link leads to, unless its text says so itself; loudly where the text says another."""
        target, label = self._target, entities.unescape(self._label)
        self._target = ""
        named = _HOST.search(label)
        if not target or (named and _is_same(target, named[0].lower())):
            return ""
        kind, key = ("yp-false", "channels.mail.leads_elsewhere") if named else ("yp-host", "channels.mail.leads_to")
        return f' <span class="{kind}">{entities.escape(translate(key, self._locale, host=target))}</span>'

    def _picture(self, attributes: str) -> str:
        found = dict(_ATTRIBUTE.findall(attributes))
        source = entities.unescape(found.get("src", ""))
        scheme, _, rest = source.partition(":")
        if scheme.lower() == "cid":
            return self._shown(attributes, self._pictures[rest]) if rest in self._pictures else self._missing(found)
        if scheme.lower() not in {"http", "https"}:
            return self._missing(found)
        self._remote += 1
        if self._shows_remote and scheme.lower() == "https":
            return f"<img{attributes}>"
        return "" if _TINY & {found.get("width", ""), found.get("height", "")} else self._missing(found)

    def _missing(self, found: Mapping[str, str]) -> str:
        said = f"{translate('channels.mail.picture', self._locale)} {entities.unescape(found.get('alt', ''))}"
        return f'<span class="yp-picture">{entities.escape(said.strip())}</span>'

    @staticmethod
    def _shown(attributes: str, address: str) -> str:
        rest = "".join(f' {name}="{value}"' for name, value in _ATTRIBUTE.findall(attributes) if name != "src")
        return f'<img src="{entities.escape(address)}"{rest}>'


def _host_of(href: str) -> str:
    """The host of a web address, in the letters it is looked up by; empty for anything else."""
    try:
        parts = urlsplit(entities.unescape(href))
        host = (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        # No address that leads anywhere, or a host that nobody can look up.
        return ""


def _is_same(target: str, named: str) -> bool:
    bare = named.removeprefix("www.")
    return target == bare or target.endswith(f".{bare}")


_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
html {{ color-scheme: light; background: #fff; color: #1d2433; }}
body {{ margin: 12px; font: 15px/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }}
img, table {{ max-width: 100%; }} img {{ height: auto; }} pre {{ white-space: pre-wrap; }} a {{ color: #0b4fb3; }}
.yp-host {{ color: #5b6675; font: 12px system-ui, sans-serif; }}
.yp-false {{ padding: 0 4px; background: #fde4e1; color: #9b1c12; font: bold 12px system-ui, sans-serif; }}
.yp-picture {{ padding: 2px 6px; border: 1px dashed #8a94a3; color: #5b6675; font: 12px system-ui, sans-serif; }}
</style></head><body>{body}</body></html>"""


def page_of(safe: SafeHtml, *, title: str, lang: str) -> str:
    """A page of its own around it, to be shown in a frame that may do nothing."""
    return _PAGE.format(lang=lang, title=entities.escape(title), body=safe.html)


def policy_of(*, remote: bool) -> str:
    """What that page may do: show its own pictures, open links beside it, and with ``remote`` fetch pictures."""
    pictures = "data: https:" if remote else "data:"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
