"""Begin, change and give up a version. Whoever does any of it has a hand in it, and cannot approve it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select, update

from kit.audit import Author
from kit.db import AsyncSession
from kit.i18n import LOCALES, Locale
from knowledge.errors import ArticleNotFoundError
from knowledge.models import Article
from knowledge.versions import steps
from knowledge.versions.content import (
    BODY_MAX,
    LINE_MAX,
    LINES_MAX,
    SLUG,
    SUMMARY_MAX,
    TITLE_MAX,
    Content,
    digest_of,
    dump,
    load,
)
from knowledge.versions.errors import (
    ArticleLongError,
    ArticleOpenError,
    SlugInvalidError,
    SlugTakenError,
    VersionNotFoundError,
)
from knowledge.versions.models import (
    OPEN,
    ArticlePart,
    ArticleRedirect,
    ArticleState,
    ArticleVersion,
    Origin,
    Part,
    VersionState,
)
from knowledge.versions.steps import step
from knowledge.versions.telling import tell

part_table: Table = ArticlePart.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody wants a version to be."""

    content: Content
    note: str = ""
    #: Languages that still say what the other one says, though only the other one was changed.
    fitting: frozenset[Locale] = frozenset()
    origin: Origin = Origin.WRITTEN
    removed: Sequence[dict[str, Any]] = ()


async def begin(session: AsyncSession, now: datetime, by: Author, edit: Edit) -> ArticleVersion:
    """A new article with its first draft; nobody but the desk sees it."""
    content = _checked(edit.content)
    await refuse_taken(session, content.slug, article_id=None)
    article = Article(
        slug=content.slug,
        kind=content.kind,
        audience=content.audience,
        level=content.level,
        component=content.component,
        tags=[],
        updated_at=now,
        state=ArticleState.DRAFT,
        owner_id=by.id,
    )
    session.add(article)
    try:
        await session.flush()
    except IntegrityError as taken:
        raise SlugTakenError(slug=content.slug) from taken
    version = _version(article.id, 1, content, edit.origin, now, by)
    version.note, version.removed = edit.note, list(edit.removed)
    version.zh_at, version.en_at = (now if content.in_language(locale) else None for locale in LOCALES)
    return await _put_up(session, now, by, article, version)


async def reopen(session: AsyncSession, now: datetime, by: Author, article_id: int) -> ArticleVersion:
    """The version being worked on; a new one, as the last one is, where there is none."""
    article = await hold_article(session, article_id)
    base = await version_of(session, article.current_id or 0)
    if base.state in OPEN:
        return base
    version = await _next(session, now, by, article, base, Origin.WRITTEN)
    await _put_up(session, now, by, article, version, author=False)
    if base.published_at is None:
        # Nobody has read it over, so whoever wrote it has a hand in what follows.
        await _inherit(session, base.id, version.id)
    return version


async def roll_back(session: AsyncSession, now: datetime, by: Author, article_id: int, number: int) -> ArticleVersion:
    """A new draft that says what a version that was published once said."""
    article = await hold_article(session, article_id)
    current = await version_of(session, article.current_id or 0)
    if current.state in OPEN:
        raise ArticleOpenError
    wanted = select(ArticleVersion).where(ArticleVersion.article_id == article_id, ArticleVersion.number == number)
    old = (await session.exec(wanted)).first()
    if old is None or old.published_at is None:
        raise VersionNotFoundError
    version = await _next(session, now, by, article, old, Origin.ROLLBACK)
    version.note = f"v{number}"
    return await _put_up(session, now, by, article, version)


async def save(
    session: AsyncSession, now: datetime, by: Author, version_id: int, edit: Edit, *, seen: int
) -> ArticleVersion:
    """Change it as it was ``seen``. Whatever was approved is not any more: an approval is of one exact content."""
    content = _checked(edit.content)
    before = await version_of(session, version_id)
    was = _summary(before)
    digest = digest_of(content)
    stamps = _stamps(before, content, edit.fitting, now)
    if (digest, edit.note, *stamps) == (before.digest, before.note, before.zh_at, before.en_at):
        return before
    await refuse_taken(session, content.slug, article_id=before.article_id)
    await take_part(session, now, by, version_id, Part.AUTHOR)
    values: dict[str, Any] = {
        "content": dump(content),
        "digest": digest,
        "title_zh": content.in_language("zh").title,
        "title_en": content.in_language("en").title,
        "zh_at": stamps[0],
        "en_at": stamps[1],
        "note": edit.note,
        "origin": before.origin if before.origin != Origin.SHIPPED else Origin.WRITTEN,
        "changed_at": now,
        "changed_by": by.name,
    }
    await step(session, before, OPEN, seen=seen, state=VersionState.DRAFT, **values, **UNAPPROVED)
    await _rename_unpublished(session, before.article_id, content)
    after = await version_of(session, version_id)
    await tell(session, now, by, "edit", after, before=was, after={"state": VersionState.DRAFT})
    return after


#: What a version is without its approval.
UNAPPROVED: dict[str, Any] = {
    "approved_at": None,
    "approved_by": None,
    "approver": "",
    "approved_digest": None,
    "publish_at": None,
    "submitted_at": None,
}


async def discard(session: AsyncSession, now: datetime, by: Author, version_id: int, *, seen: int) -> None:
    """Give it up; what is published stays as it is."""
    version = await version_of(session, version_id)
    article = await hold_article(session, version.article_id)
    await step(session, version, OPEN, seen=seen, state=VersionState.DISCARDED, **UNAPPROVED)
    last = select(func.max(ArticleVersion.id)).where(
        ArticleVersion.article_id == article.id, col(ArticleVersion.published_at).is_not(None)
    )
    article.current_id = (await session.exec(last)).one() or version_id
    if article.state == ArticleState.DRAFT:
        article.state = ArticleState.RETIRED
    await tell(session, now, by, "discard", version, before=_summary(version), after={"state": VersionState.DISCARDED})


async def take_part(session: AsyncSession, now: datetime, by: Author, version_id: int, part: Part) -> bool:
    """Note who does what to a version of an article, see :func:`knowledge.versions.steps.take_part`."""
    return await steps.take_part(session, part_table, now, by, version_id, part)


async def hold_article(session: AsyncSession, article_id: int) -> Article:
    """The article; until the end of the transaction nobody else moves it on."""
    mine = select(Article).where(Article.id == article_id).with_for_update().execution_options(populate_existing=True)
    article = (await session.exec(mine)).first()
    if article is None:
        raise ArticleNotFoundError(slug=str(article_id))
    return article


async def version_of(session: AsyncSession, version_id: int) -> ArticleVersion:
    """As the database has it now."""
    fresh = select(ArticleVersion).where(ArticleVersion.id == version_id).execution_options(populate_existing=True)
    version = (await session.exec(fresh)).first()
    if version is None:
        raise VersionNotFoundError
    return version


async def refuse_taken(session: AsyncSession, slug: str, *, article_id: int | None) -> None:
    """Refuse an address that leads, or once led, to another article."""
    owners = select(Article.id).where(Article.slug == slug)
    former = select(ArticleRedirect.article_id).where(ArticleRedirect.slug == slug)
    known = {*(await session.exec(owners)).all(), *(await session.exec(former)).all()}
    if known - {article_id}:
        raise SlugTakenError(slug=slug)


async def _rename_unpublished(session: AsyncSession, article_id: int, content: Content) -> None:
    """Nobody knows the address of an article that never was published."""
    drafted = update(Article).where(col(Article.id) == article_id, col(Article.state) == ArticleState.DRAFT)
    await session.exec(drafted.values(slug=content.slug, kind=content.kind, component=content.component))


async def _put_up(
    session: AsyncSession,
    now: datetime,
    by: Author,
    article: Article,
    version: ArticleVersion,
    *,
    author: bool = True,
) -> ArticleVersion:
    session.add(version)
    await session.flush()
    article.current_id = version.id
    session.add(article)
    await session.flush()
    if author:
        await take_part(session, now, by, version.id, Part.AUTHOR)
        await tell(session, now, by, "draft", version, after={"origin": version.origin})
    return version


async def _next(  # noqa: PLR0917 - as above.
    session: AsyncSession, now: datetime, by: Author, article: Article, base: ArticleVersion, origin: Origin
) -> ArticleVersion:
    newest = select(func.max(ArticleVersion.number)).where(ArticleVersion.article_id == article.id)
    number = ((await session.exec(newest)).one() or 0) + 1
    version = _version(article.id, number, load(base.content), origin, now, by)
    version.zh_at, version.en_at = base.zh_at, base.en_at
    return version


def _version(  # noqa: PLR0917 - as above.
    article_id: int, number: int, content: Content, origin: Origin, now: datetime, by: Author
) -> ArticleVersion:
    return ArticleVersion(
        article_id=article_id,
        number=number,
        state=VersionState.DRAFT,
        origin=origin,
        content=dump(content),
        digest=digest_of(content),
        title_zh=content.in_language("zh").title,
        title_en=content.in_language("en").title,
        created_at=now,
        changed_at=now,
        changed_by=by.name,
    )


async def _inherit(session: AsyncSession, old_id: int, new_id: int) -> None:
    hands = select(ArticlePart).where(ArticlePart.version_id == old_id, ArticlePart.part == Part.AUTHOR)
    for hand in (await session.exec(hands)).all():
        session.add(ArticlePart(version_id=new_id, staff_id=hand.staff_id, part=hand.part, name=hand.name, at=hand.at))
    await session.flush()


def _checked(content: Content) -> Content:
    if not SLUG.fullmatch(content.slug):
        raise SlugInvalidError
    for words in content.words.values():
        lines = (*words.steps, *words.questions, *words.tags)
        if (
            len(words.title) > TITLE_MAX
            or len(words.summary) > SUMMARY_MAX
            or len(words.body) > BODY_MAX
            or max(len(words.steps), len(words.questions), len(words.tags)) > LINES_MAX
            or any(len(line) > LINE_MAX for line in lines)
        ):
            raise ArticleLongError
    return content


def _stamps(
    before: ArticleVersion, content: Content, fitting: frozenset[Locale], now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When each language was last made to say what it says; the same moment where both are known to agree."""
    old = load(before.content)
    changed = {one for one in LOCALES if old.in_language(one).said != content.in_language(one).said}
    known = {"zh": before.zh_at, "en": before.en_at}
    agreed = max((stamp for stamp in known.values() if stamp), default=now)
    return tuple(  # type: ignore[return-value]  # One for each of the two languages.
        now if locale in changed or (changed and locale in fitting) else agreed if locale in fitting else known[locale]
        for locale in LOCALES
    )


def _summary(version: ArticleVersion) -> dict[str, Any]:
    return {"version": version.number, "state": str(version.state), "digest": version.digest}
