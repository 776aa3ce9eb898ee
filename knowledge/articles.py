"""Articles in the database: imported once from files, then read by language."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby

from markupsafe import Markup
from sqlmodel import col, select

from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.errors import ArticleNotFoundError
from knowledge.loader import ArticleFile
from knowledge.markdown import render_markdown
from knowledge.models import Article, ArticleText
from knowledge.publishing.publishing import adopt, publish_shipped
from knowledge.publishing.shelving import ways_to_ask
from knowledge.versions.models import ArticleRedirect

__all__ = [
    "ArticleView",
    "all_articles",
    "get_article",
    "import_folder",
    "in_language",
    "list_articles",
    "slugs",
    "ways_to_ask",
]


@dataclass(frozen=True, kw_only=True)
class ArticleView:
    """An article in one language, as it is shown; not a row, so it may be kept and shared."""

    slug: str
    locale: Locale
    kind: str
    component: str
    audience: str
    level: str
    tags: tuple[str, ...]
    title: str
    summary: str
    steps: tuple[str, ...]
    updated_at: datetime
    #: The other language was changed since.
    outdated: bool = False
    body: str = field(repr=False)

    @cached_property
    def body_html(self) -> Markup:
        """The body as safe HTML, made at the first use."""
        return render_markdown(self.body)


async def import_folder(session: AsyncSession, now: datetime, files: Iterable[ArticleFile]) -> int:
    """Publish the articles that came with the product and are not there yet, and return how many.

    One that is in the database is never touched, whatever became of it: edited, renamed or retired.
    """
    await adopt(session, now)
    present = {*await slugs(session), *(await session.exec(select(ArticleRedirect.slug))).all()}
    new = sorted((file for file in files if file.slug not in present), key=lambda file: file.slug)
    articles = [list(group) for _, group in groupby(new, key=lambda file: file.slug)]
    for translations in articles:
        await publish_shipped(session, now, translations)
    return len(articles)


_COLUMNS = select(Article, ArticleText).join(ArticleText, col(ArticleText.article_id) == col(Article.id))


async def all_articles(session: AsyncSession, slugs: Collection[str] | None = None) -> list[ArticleView]:
    """Every article, or those, in every language."""
    chosen = _COLUMNS if slugs is None else _COLUMNS.where(col(Article.slug).in_(slugs))
    rows = (await session.exec(chosen.order_by(col(Article.slug), col(ArticleText.locale)))).all()
    return [_view(article, text) for article, text in rows]


async def get_article(session: AsyncSession, slug: str, locale: Locale) -> ArticleView:
    """The article, in the other language when it has no text in this one; or ArticleNotFoundError."""
    rows = (await session.exec(_COLUMNS.where(col(Article.slug) == slug))).all()
    views = [_view(article, text) for article, text in rows]
    return in_language(views, slug, locale)


def in_language(views: Iterable[ArticleView], slug: str, locale: Locale) -> ArticleView:
    """Of the translations of one article the one in ``locale``, else any; or ArticleNotFoundError."""
    ranked = sorted(views, key=lambda view: view.locale != locale)
    if not ranked:
        raise ArticleNotFoundError(slug=slug)
    return ranked[0]


async def list_articles(
    session: AsyncSession, locale: Locale, *, kind: str | None = None, component: str | None = None
) -> list[ArticleView]:
    """Articles in one language, by title."""
    chosen = _COLUMNS.where(col(ArticleText.locale) == locale)
    if kind:
        chosen = chosen.where(col(Article.kind) == kind)
    if component:
        chosen = chosen.where(col(Article.component) == component)
    rows = (await session.exec(chosen.order_by(col(ArticleText.title)))).all()
    return [_view(article, text) for article, text in rows]


async def slugs(session: AsyncSession) -> list[str]:
    """The slug of every article, published or not, sorted."""
    return list((await session.exec(select(Article.slug).order_by(col(Article.slug)))).all())


def _view(article: Article, text: ArticleText) -> ArticleView:
    return ArticleView(
        slug=article.slug,
        locale="en" if text.locale == "en" else "zh",
        kind=article.kind,
        component=article.component,
        audience=article.audience,
        level=article.level,
        tags=tuple(article.tags),
        title=text.title,
        summary=text.summary,
        steps=tuple(text.steps),
        updated_at=article.updated_at,
        outdated=text.outdated,
        body=text.body,
    )
