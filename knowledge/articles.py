"""Articles in the database: imported once from files, then read by language."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby

from markupsafe import Markup
from sqlmodel import col, select

from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.errors import ArticleNotFoundError
from knowledge.loader import ArticleFile, phrasings_of
from knowledge.markdown import render_markdown
from knowledge.models import Article, ArticleText, Question
from knowledge.search.phrasing import Phrasing


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
    body: str = field(repr=False)

    @cached_property
    def body_html(self) -> Markup:
        """The body as safe HTML, made at the first use."""
        return render_markdown(self.body)


async def import_folder(session: AsyncSession, now: datetime, files: Iterable[ArticleFile]) -> int:
    """Add the articles that are not there yet and return how many; one in the database is never touched."""
    present = set(await slugs(session))
    new = sorted((file for file in files if file.slug not in present), key=lambda file: file.slug)
    articles = [list(group) for _, group in groupby(new, key=lambda file: file.slug)]
    for translations in articles:
        await _insert(session, now, translations)
    return len(articles)


async def _insert(session: AsyncSession, now: datetime, translations: list[ArticleFile]) -> None:
    first = translations[0]
    article = Article(
        slug=first.slug,
        kind=first.kind,
        audience=first.audience,
        level=first.level,
        component=first.component,
        tags=list(first.tags),
        updated_at=now,
    )
    session.add(article)
    await session.flush()
    for file in translations:
        session.add(_text(article.id, file))
        session.add_all(
            Question(article_id=article.id, locale=file.lang, text=phrasing.text, source=phrasing.source)
            for phrasing in ways_to_ask(file)
        )
    await session.flush()


def _text(article_id: int, file: ArticleFile) -> ArticleText:
    return ArticleText(
        article_id=article_id,
        locale=file.lang,
        title=file.title,
        summary=file.summary,
        steps=list(file.steps),
        body=file.body,
    )


def ways_to_ask(file: ArticleFile) -> Iterator[Phrasing]:
    """What the search is given of the article; a text that stands twice in it counts once."""
    seen: set[str] = set()
    for phrasing in phrasings_of(file):
        if phrasing.text.casefold() not in seen:
            seen.add(phrasing.text.casefold())
            yield phrasing


_COLUMNS = select(Article, ArticleText).join(ArticleText, col(ArticleText.article_id) == col(Article.id))


async def all_articles(session: AsyncSession) -> list[ArticleView]:
    """Every article in every language."""
    rows = (await session.exec(_COLUMNS.order_by(col(Article.slug), col(ArticleText.locale)))).all()
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
    """The slug of every article, sorted."""
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
        body=text.body,
    )
