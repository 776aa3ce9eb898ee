"""Ways to ask that talks brought up, handed in for an article; a second person lets them in like any other change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import select

from kit.audit import Author
from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.errors import ArticleNotFoundError
from knowledge.models import Article
from knowledge.quality.errors import ArticleUnderWayError, PhrasingKnownError
from knowledge.review.reviewing import submit
from knowledge.versions.content import LINE_MAX, Content, load
from knowledge.versions.drafting import Edit, reopen, save, version_of
from knowledge.versions.models import OPEN, ArticleVersion


async def hand_in_phrasing(
    session: AsyncSession, now: datetime, by: Author, *, slug: str, locale: Locale, text: str, note: str
) -> ArticleVersion:
    """The article with one more way to ask, waiting for a second person.

    Raises ArticleUnderWayError while somebody writes on it, PhrasingKnownError if it is asked for so already.
    """
    article = (await session.exec(select(Article).where(Article.slug == slug))).first()
    if article is None:
        raise ArticleNotFoundError(slug=slug)
    base = await version_of(session, article.current_id or 0)
    if base.state in OPEN:
        raise ArticleUnderWayError(slug=slug)
    content = _with(load(base.content), locale, " ".join(text.split())[:LINE_MAX])
    version = await reopen(session, now, by, article.id)
    edit = Edit(content=content, note=note, fitting=frozenset(content.languages))
    version = await save(session, now, by, version.id, edit, seen=version.revision)
    await submit(session, now, by, version.id, seen=version.revision)
    return version


def _with(content: Content, locale: Locale, text: str) -> Content:
    asked: Sequence[str] = content.in_language(locale).questions
    if not text or text.casefold() in {one.casefold() for one in asked}:
        raise PhrasingKnownError
    words = replace(content.in_language(locale), questions=(*asked, text))
    return replace(content, words={**content.words, locale: words})
