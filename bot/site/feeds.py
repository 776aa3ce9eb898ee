"""The help centre for programs: what is new as Atom, and everything there is as a sitemap; pictures of articles."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import nlargest
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from bot.site.shelves import Choice, choose, feed_address, fitting
from bot.site.state import SiteDep
from kit.errors import NotFoundError
from kit.ground import Ground
from kit.i18n import LOCALES, Locale, html_lang, translate
from kit.web.deps import GroundDep, ReadSession
from knowledge.articles import ArticleView
from knowledge.publishing.addresses import public_picture

MOST_ENTRIES = 50
_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_CACHED = {"cache-control": "public, max-age=300"}
#: A picture never changes: another one has another address.
_KEPT = {"cache-control": "public, max-age=31536000, immutable", "content-security-policy": "default-src 'none'"}

router = APIRouter(include_in_schema=False)


@router.get("/help/feed/{language}.atom")
async def feed(request: Request, ground: GroundDep, site: SiteDep, language: str) -> Response:
    """The articles that were changed last, in one language; ``kind`` and ``component`` narrow it down."""
    locale = next((one for one in LOCALES if one == language), None)
    if locale is None:
        raise NotFoundError
    choice = choose(request.query_params.get("kind", ""), request.query_params.get("component", ""))
    views = site.library.articles(locale) if site.library.ready else iter(())
    newest = nlargest(MOST_ENTRIES, fitting(views, choice), key=lambda view: view.updated_at)
    document = _atom(ground, newest, locale, choice)
    return Response(_written(document), media_type="application/atom+xml", headers=_CACHED)


def _atom(ground: Ground, views: list[ArticleView], locale: Locale, choice: Choice) -> Element:
    base = ground.settings.base_url.rstrip("/")
    own = base + feed_address(locale, choice)
    root = Element("feed", {"xmlns": _ATOM, "xml:lang": html_lang(locale)})
    organisation = ground.settings.organisation if locale == "zh" else ground.settings.organisation_en
    _add(root, "title", " · ".join([*_topics(locale, choice), translate("site.help.title", locale), organisation]))
    _add(root, "id", own)
    _add(root, "link", rel="self", href=own)
    _add(root, "link", rel="alternate", href=f"{base}/help")
    _add(root, "updated", _stamp(views[0].updated_at if views else ground.clock.now()))
    author = SubElement(root, "author")
    _add(author, "name", organisation)
    for view in views:
        entry = SubElement(root, "entry")
        address = f"{base}/help/{view.slug}"
        _add(entry, "title", view.title)
        _add(entry, "id", f"{address}#{locale}")
        _add(entry, "link", rel="alternate", href=f"{address}?lang={locale}")
        _add(entry, "updated", _stamp(view.updated_at))
        _add(entry, "summary", view.summary)
        _add(entry, "category", term=view.kind)
        _add(entry, "category", term=view.component)
    return root


def _topics(locale: Locale, choice: Choice) -> Iterator[str]:
    if choice.kind:
        yield translate(f"site.kind.{choice.kind}", locale)
    if choice.component:
        yield translate(f"site.component.{choice.component}", locale)


@router.get("/sitemap.xml")
async def sitemap(ground: GroundDep, site: SiteDep) -> Response:
    """Every public page, each with its other language."""
    base = ground.settings.base_url.rstrip("/")
    root = Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": _XHTML})
    for path in ("/", "/help", "/process"):
        _add(SubElement(root, "url"), "loc", f"{base}{path}")
    if site.library.ready:
        by_slug: dict[str, dict[Locale, ArticleView]] = {}
        for locale in LOCALES:
            for view in site.library.articles(locale):
                by_slug.setdefault(view.slug, {})[locale] = view
        for slug in sorted(by_slug):
            _page(root, f"{base}/help/{slug}", by_slug[slug].values())
    return Response(_written(root), media_type="application/xml", headers=_CACHED)


def _page(root: Element, address: str, views: Iterable[ArticleView]) -> None:
    page = SubElement(root, "url")
    shown = list(views)
    _add(page, "loc", address)
    _add(page, "lastmod", _stamp(max(view.updated_at for view in shown)))
    for view in shown:
        other = {"rel": "alternate", "hreflang": html_lang(view.locale), "href": f"{address}?lang={view.locale}"}
        _add(page, "xhtml:link", **other)


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _written(document: Element) -> bytes:
    return bytes(tostring(document, encoding="utf-8", xml_declaration=True))


@router.get("/help/pictures/{picture_id}")
async def picture(ground: GroundDep, session: ReadSession, picture_id: str) -> Response:
    """One that a published article shows, or once showed; those of drafts are for the desk alone."""
    found = await public_picture(session, picture_id)
    if found is None:
        raise NotFoundError
    return FileResponse(ground.files.path(found.id), media_type=found.mime, headers=_KEPT)
