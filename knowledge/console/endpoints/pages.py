"""One article: its text, its history, what two versions differ in, and articles that say nearly the same."""

from dataclasses import replace
from typing import Annotated

from fastapi import Form, Path, Query
from starlette.responses import Response

from kit.audit import history
from kit.db import AsyncSession
from kit.web.deps import ReadSession
from knowledge.console.counter import BIGINT_MAX, Counter, CounterDep, LibraryDep, RowId, knowledge_router
from knowledge.console.queries import authors_of, colleagues, one, versions_of
from knowledge.console.views import CHOICES, PICTURES, article_page, row_view, sides_of
from knowledge.errors import ArticleNotFoundError
from knowledge.figures.figures import figures_of
from knowledge.markdown import render_markdown
from knowledge.versions.content import BODY_MAX, load
from knowledge.versions.differences import differences
from knowledge.versions.drafting import version_of
from knowledge.versions.models import ArticleVersion
from knowledge.versions.telling import AUDIT_KIND

_MOST_NEAR = 5

router = knowledge_router()
Number = Annotated[int, Path(ge=1, le=BIGINT_MAX)]


@router.get("/articles/{article_id}")
async def show_article(desk: CounterDep, session: ReadSession, article_id: RowId) -> Response:
    return await whole_page(desk, session, article_id)


async def whole_page(desk: Counter, session: AsyncSession, article_id: int) -> Response:
    row = await one(session, article_id)
    figures = await figures_of(session, desk.now, [row.article])
    authors = (await authors_of(session, [row.version.id]))[row.version.id]
    view = replace(
        row_view(row, figures, desk.locale, desk.today),
        authors=list(authors.values()),
        own=desk.staff.id in authors,
    )
    return desk.page(
        "article.html",
        page=article_page(row, view),
        choices=CHOICES,
        staff_choices=await colleagues(session),
        owner_id=row.article.owner_id,
        versions=await versions_of(session, article_id),
        body_max=BODY_MAX,
    )


@router.get("/articles/{article_id}/versions/{number}")
async def show_version(
    desk: CounterDep,
    session: ReadSession,
    article_id: RowId,
    number: Number,
    against: Annotated[int | None, Query(ge=1, le=BIGINT_MAX)] = None,
) -> Response:
    """What it said, and what it said otherwise than the one published before it."""
    versions = {version.number: version for version in await versions_of(session, article_id)}
    if number not in versions:
        raise ArticleNotFoundError(slug=str(number))
    version = versions[number]
    base = versions.get(against) if against else _published_before(list(versions.values()), version)
    content = load(version.content)
    row = row_view(await one(session, article_id), {}, desk.locale, desk.today)
    return desk.page(
        "version.html",
        row=row,
        version=version,
        base=base,
        changes=differences(load(base.content), content) if base else [],
        others=[other for other in versions.values() if other.number != number],
        sides=[side for side in sides_of(version, content) if side.words],
    )


def _published_before(versions: list[ArticleVersion], version: ArticleVersion) -> ArticleVersion | None:
    earlier = (one for one in versions if one.published_at is not None and one.number < version.number)
    return max(earlier, key=lambda one: one.number, default=None)


@router.get("/articles/{article_id}/history")
async def show_history(desk: CounterDep, session: ReadSession, article_id: RowId) -> Response:
    """Every step, from the audit."""
    row = await one(session, article_id)
    entries = await history(session, AUDIT_KIND, str(article_id))
    return desk.page("history.html", row=row_view(row, {}, desk.locale, desk.today), entries=entries)


@router.get("/versions/{version_id}/near")
async def show_near(desk: CounterDep, session: ReadSession, library: LibraryDep, version_id: RowId) -> Response:
    """Articles that already say what this one says."""
    content = load((await version_of(session, version_id)).content)
    texts = [text for words in content.words.values() for text in (words.title, *words.questions) if text]
    near = library.near(texts, itself=content.slug)[:_MOST_NEAR] if library.ready else []
    return desk.page("near.html", near=[(library.article(entry.article, desk.locale), entry) for entry in near])


@router.post("/preview")
async def preview(desk: CounterDep, body: Annotated[str, Form(max_length=BODY_MAX)] = "") -> Response:
    """What the Markdown will look like."""
    return desk.page("preview.html", html=render_markdown(body, pictures=PICTURES))
