"""What readers have: the texts of the published version, and the ways to ask for them."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import col, delete, select

from kit.db import AsyncSession, hint
from kit.i18n import Locale
from knowledge.loader import ArticleFile, phrasings_of
from knowledge.models import Article, ArticleText, Question
from knowledge.search.phrasing import Phrasing
from knowledge.versions.content import Content, files_of
from knowledge.versions.models import ArticleVersion

#: Told when readers have something else than before.
KNOWLEDGE_CHANGED = "knowledge"


async def put_out(
    session: AsyncSession, now: datetime, article: Article, version: ArticleVersion, content: Content
) -> None:
    """Give readers this content instead of what they had; a way to ask that stays keeps its vector."""
    tags = next((words.tags for locale in content.languages if (words := content.in_language(locale)).tags), ())
    article.slug, article.tags = content.slug, list(tags)
    article.kind, article.audience = content.kind, content.audience
    article.level, article.component = content.level, content.component
    article.updated_at = now
    session.add(article)
    await session.exec(delete(ArticleText).where(col(ArticleText.article_id) == article.id))
    files = files_of(content)
    session.add_all(_text(article.id, file, outdated=is_outdated(version, _locale(file), content)) for file in files)
    await _keep_questions(session, article.id, files)
    await session.flush()
    hint(session, KNOWLEDGE_CHANGED)


async def take_away(session: AsyncSession, now: datetime, article: Article) -> None:
    """Readers have it no more."""
    article.updated_at = now
    session.add(article)
    await session.exec(delete(ArticleText).where(col(ArticleText.article_id) == article.id))
    await session.exec(delete(Question).where(col(Question.article_id) == article.id))
    await session.flush()
    hint(session, KNOWLEDGE_CHANGED)


async def _keep_questions(session: AsyncSession, article_id: int, files: list[ArticleFile]) -> None:
    wanted = {(file.lang, one.source, one.text): None for file in files for one in ways_to_ask(file)}
    for old in (await session.exec(select(Question).where(Question.article_id == article_id))).all():
        if (key := (old.locale, old.source, old.text)) in wanted:
            del wanted[key]
        else:
            await session.delete(old)
    session.add_all(
        Question(article_id=article_id, locale=locale, source=source, text=text) for locale, source, text in wanted
    )


def is_outdated(version: ArticleVersion, locale: Locale, content: Content) -> bool:
    """Whether the other language was changed since this one last said the same."""
    mine, other = (version.zh_at, version.en_at) if locale == "zh" else (version.en_at, version.zh_at)
    return len(content.languages) > 1 and mine is not None and other is not None and mine < other


def ways_to_ask(file: ArticleFile) -> Iterator[Phrasing]:
    """What the search is given of the article; a text that stands twice in it counts once."""
    seen: set[str] = set()
    for phrasing in phrasings_of(file):
        if phrasing.text and phrasing.text.casefold() not in seen:
            seen.add(phrasing.text.casefold())
            yield phrasing


def _locale(file: ArticleFile) -> Locale:
    return "en" if file.lang == "en" else "zh"


def _text(article_id: int, file: ArticleFile, *, outdated: bool) -> ArticleText:
    return ArticleText(
        article_id=article_id,
        locale=file.lang,
        title=file.title,
        summary=file.summary,
        steps=list(file.steps),
        body=file.body,
        outdated=outdated,
    )
