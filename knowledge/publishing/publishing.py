"""From approved to published, and from published to retired."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from kit.audit import Author
from kit.clock import Clock
from kit.db import AsyncSession
from kit.outbox import NewJob, Priority, enqueue_one
from kit.outbox.work import ClaimedJob
from knowledge.loader import ArticleFile
from knowledge.models import Article, ArticleText, Question
from knowledge.publishing.shelving import put_out, take_away
from knowledge.review.reviewing import approve
from knowledge.versions.content import Content, Words, digest_of, dump, load, of_files
from knowledge.versions.drafting import hold_article, refuse_taken, version_of
from knowledge.versions.errors import ArticleChangedError, SlugTakenError
from knowledge.versions.models import (
    ArticlePart,
    ArticlePicture,
    ArticleRedirect,
    ArticleState,
    ArticleVersion,
    Origin,
    Part,
    VersionState,
)
from knowledge.versions.steps import step
from knowledge.versions.telling import tell

#: The job that publishes what was approved for a later moment; its payload is ``version_id`` and ``digest``.
PUBLISH_DUE = "article.publish"
_QUEUE = "in"
#: Who publishes what comes with the product, and what comes due.
SYSTEM = Author("system")


async def publish(session: AsyncSession, now: datetime, by: Author, version_id: int, *, digest: str) -> None:
    """Give readers an approved version, in place of the one they had.

    The statement that does it asks for the approval of exactly this content, by somebody who is no author of it.
    """
    version = await version_of(session, version_id)
    article = await hold_article(session, version.article_id)
    content = load(version.content)
    if digest_of(content) != digest:
        raise ArticleChangedError(who=version.changed_by)
    await refuse_taken(session, content.slug, article_id=article.id)
    await _replace_live(session, article.id)
    approved = select(ArticlePart.version_id).where(
        ArticlePart.version_id == col(ArticleVersion.id),
        ArticlePart.staff_id == col(ArticleVersion.approved_by),
        ArticlePart.part == Part.REVIEWER,
    )
    await step(
        session,
        version,
        (VersionState.APPROVED,),
        col(ArticleVersion.digest) == digest,
        col(ArticleVersion.approved_digest) == digest,
        approved.exists(),
        seen=version.revision,
        state=VersionState.PUBLISHED,
        published_at=now,
        publish_at=None,
        changed_at=now,
        changed_by=by.name,
    )
    before = {"slug": article.slug, "state": article.state}
    await _shelve(session, now, article, await version_of(session, version_id), content)
    after = {"state": article.state, "approver": version.approver}
    await tell(session, now, by, "publish", version, before=before, after=after)


async def approve_and_publish(
    session: AsyncSession,
    now: datetime,
    by: Author,
    version_id: int,
    *,
    seen: int,
    digest: str,
    publish_at: datetime | None = None,
    checked: bool = False,
) -> None:
    """Approve; then publish at once, or leave it to a job when the moment lies ahead."""
    later = publish_at if publish_at is not None and publish_at > now else None
    await approve(session, now, by, version_id, seen=seen, digest=digest, publish_at=later, checked=checked)
    if later is None:
        await publish(session, now, by, version_id, digest=digest)
        return
    job = NewJob(
        kind=PUBLISH_DUE,
        payload={"version_id": version_id, "digest": digest},
        queue=_QUEUE,
        priority=Priority.NOTICE,
        run_at=later,
    )
    await enqueue_one(session, now, job)


async def publish_due(session: AsyncSession, now: datetime, payload: dict[str, Any]) -> None:
    """At its time: unless somebody changed it, took the approval back, or approved it for another moment since."""
    version = await version_of(session, payload["version_id"])
    due = version.publish_at is not None and version.publish_at <= now
    if version.state == VersionState.APPROVED and due and version.approved_digest == payload["digest"]:
        await publish(session, now, SYSTEM, version.id, digest=payload["digest"])


class DuePublishing:
    """Handles :data:`PUBLISH_DUE`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def handle(self, session: AsyncSession, job: ClaimedJob) -> None:
        await publish_due(session, self._clock.now(), job.payload)


async def retire(session: AsyncSession, now: datetime, by: Author, article_id: int, *, reason: str) -> None:
    """Take it away from readers; to bring it back is a change like any other."""
    article = await hold_article(session, article_id)
    live = update(ArticleVersion).where(
        col(ArticleVersion.article_id) == article_id, col(ArticleVersion.state) == VersionState.PUBLISHED
    )
    await session.exec(live.values(state=VersionState.RETIRED).execution_options(synchronize_session=False))
    before = {"state": article.state}
    article.state = ArticleState.RETIRED
    await take_away(session, now, article)
    version = await version_of(session, article.current_id or 0)
    await tell(session, now, by, "retire", version, before=before, after={"state": article.state, "reason": reason})


async def look_after(
    session: AsyncSession, now: datetime, by: Author, article_id: int, *, owner_id: int | None, review_on: date | None
) -> None:
    """Say whose article it is and when it is to be looked at; readers get nothing else by that."""
    article = await hold_article(session, article_id)
    before = _care(article)
    article.owner_id, article.review_on, article.reminded_on = owner_id, review_on, None
    session.add(article)
    await session.flush()
    if (after := _care(article)) != before:
        version = await version_of(session, article.current_id or 0)
        await tell(session, now, by, "care", version, before=before, after=after)


def _care(article: Article) -> dict[str, Any]:
    return {"owner": article.owner_id, "review_on": article.review_on and article.review_on.isoformat()}


async def publish_shipped(session: AsyncSession, now: datetime, files: Sequence[ArticleFile]) -> None:
    """An article that comes with the product: the one kind that nobody here has to approve."""
    content = of_files(files)
    first = files[0]
    article = Article(
        slug=first.slug,
        kind=first.kind,
        audience=first.audience,
        level=first.level,
        component=first.component,
        tags=[],
        updated_at=now,
        state=ArticleState.DRAFT,
    )
    session.add(article)
    await session.flush()
    version = await _shipped(session, now, article, content)
    await _shelve(session, now, article, version, content)
    await tell(session, now, SYSTEM, "ship", version)


async def adopt(session: AsyncSession, now: datetime) -> int:
    """Articles from before there were versions: what is published is their first one."""
    unversioned = select(Article).where(col(Article.current_id).is_(None)).order_by(col(Article.id))
    articles = (await session.exec(unversioned)).all()
    for article in articles:
        version = await _shipped(session, article.updated_at, article, await _as_published(session, article))
        article.current_id, article.state = version.id, ArticleState.PUBLISHED
        session.add(article)
        await tell(session, now, SYSTEM, "adopt", version)
    await session.flush()
    return len(articles)


async def _as_published(session: AsyncSession, article: Article) -> Content:
    texts = (await session.exec(select(ArticleText).where(ArticleText.article_id == article.id))).all()
    mine = select(Question).where(Question.article_id == article.id).order_by(col(Question.id))
    asked = (await session.exec(mine)).all()
    words = {
        text.locale: Words(
            title=text.title,
            summary=text.summary,
            steps=tuple(text.steps),
            questions=tuple(one.text for one in asked if (one.locale, one.source) == (text.locale, "question")),
            tags=_tags(article, [one for one in asked if one.locale == text.locale]),
            body=text.body,
        )
        for text in texts
    }
    return Content(
        slug=article.slug,
        kind=article.kind,
        audience=article.audience,
        level=article.level,
        component=article.component,
        words=words,  # type: ignore[arg-type]  # The column has nothing but our languages.
    )


def _tags(article: Article, asked: Iterable[Question]) -> tuple[str, ...]:
    """As the article has them, or what the search was given of a language whose tags it does not have."""
    stored = next((one.text for one in asked if one.source == "tags"), "")
    return tuple(article.tags) if stored == " ".join(article.tags) else tuple(stored.split())


async def _shipped(session: AsyncSession, now: datetime, article: Article, content: Content) -> ArticleVersion:
    version = ArticleVersion(
        article_id=article.id,
        number=1,
        state=VersionState.PUBLISHED,
        origin=Origin.SHIPPED,
        content=dump(content),
        digest=digest_of(content),
        title_zh=content.in_language("zh").title,
        title_en=content.in_language("en").title,
        zh_at=now if content.in_language("zh") else None,
        en_at=now if content.in_language("en") else None,
        created_at=now,
        changed_at=now,
        changed_by=SYSTEM.name,
        published_at=now,
    )
    session.add(version)
    await session.flush()
    return version


async def _replace_live(session: AsyncSession, article_id: int) -> None:
    live = update(ArticleVersion).where(
        col(ArticleVersion.article_id) == article_id, col(ArticleVersion.state) == VersionState.PUBLISHED
    )
    await session.exec(live.values(state=VersionState.REPLACED).execution_options(synchronize_session=False))


async def _shelve(
    session: AsyncSession, now: datetime, article: Article, version: ArticleVersion, content: Content
) -> None:
    if article.state != ArticleState.DRAFT and article.slug != content.slug:
        session.add(ArticleRedirect(slug=article.slug, article_id=article.id, at=now))
    await session.exec(delete(ArticleRedirect).where(col(ArticleRedirect.slug) == content.slug))
    article.state, article.current_id = ArticleState.PUBLISHED, version.id
    try:
        await put_out(session, now, article, version, content)
    except IntegrityError as taken:
        raise SlugTakenError(slug=content.slug) from taken
    shown = update(ArticlePicture).where(col(ArticlePicture.id).in_(content.pictures))
    if content.pictures:
        await session.exec(shown.values(public=True))
