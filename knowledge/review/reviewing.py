"""Hand in, approve, give back. What keeps one person from publishing their own change stands in the database."""

from datetime import datetime

from sqlmodel import col, select

from kit.access.identity import Role
from kit.access.models import Staff
from kit.audit import Author
from kit.db import AsyncSession
from knowledge.review.errors import IncompleteError, NothingChangedError, OwnChangeError, UncheckedCaseError
from knowledge.versions.content import load, missing_from
from knowledge.versions.drafting import UNAPPROVED, take_part, version_of
from knowledge.versions.models import ArticlePart, ArticleVersion, Origin, Part, VersionState
from knowledge.versions.steps import step
from knowledge.versions.telling import tell

#: Who may approve what others wrote.
REVIEWERS = (Role.SUPERVISOR, Role.ADMIN)


async def submit(session: AsyncSession, now: datetime, by: Author, version_id: int, *, seen: int) -> None:
    """Ask for a second pair of eyes; whoever asks stands for the content, and counts as one of its authors."""
    version = await version_of(session, version_id)
    if missing_from(load(version.content)):
        raise IncompleteError
    live = select(ArticleVersion.digest).where(
        ArticleVersion.article_id == version.article_id, ArticleVersion.state == VersionState.PUBLISHED
    )
    if (await session.exec(live)).first() == version.digest:
        raise NothingChangedError
    await take_part(session, now, by, version_id, Part.AUTHOR)
    await step(
        session,
        version,
        (VersionState.DRAFT,),
        seen=seen,
        state=VersionState.REVIEW,
        submitted_at=now,
        changed_at=now,
        changed_by=by.name,
    )
    await tell(session, now, by, "submit", version, after={"state": VersionState.REVIEW})


async def approve(
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
    """Say that exactly this content is right; ``digest`` is of what the reviewer read.

    A person has one part in a version, by the key of its table: an author cannot become its reviewer, however two
    requests fall together. The approval itself is one statement that asks for everything once more.
    """
    version = await version_of(session, version_id)
    if version.origin == Origin.CASE and not checked:
        raise UncheckedCaseError
    if not await take_part(session, now, by, version_id, Part.REVIEWER):
        raise OwnChangeError
    await step(
        session,
        version,
        (VersionState.REVIEW,),
        col(ArticleVersion.digest) == digest,
        _has_part(by.id, Part.REVIEWER),
        may_review(by),
        seen=seen,
        state=VersionState.APPROVED,
        approved_at=now,
        approved_by=by.id,
        approver=by.name,
        approved_digest=digest,
        publish_at=publish_at,
        changed_at=now,
        changed_by=by.name,
        remark="",
    )
    told = {"state": VersionState.APPROVED, "publish_at": publish_at and publish_at.isoformat()}
    await tell(session, now, by, "approve", version, after={name: value for name, value in told.items() if value})


async def give_back(
    session: AsyncSession, now: datetime, by: Author, version_id: int, *, seen: int, remark: str = ""
) -> None:
    """It needs more work, or is not to be published after all; it is a draft again."""
    version = await version_of(session, version_id)
    waiting = (VersionState.REVIEW, VersionState.APPROVED)
    await step(
        session,
        version,
        waiting,
        seen=seen,
        state=VersionState.DRAFT,
        **{**UNAPPROVED, "remark": remark, "changed_at": now, "changed_by": by.name},
    )
    await tell(session, now, by, "give_back", version, after={"state": VersionState.DRAFT, "remark": remark})


def may_review(by: Author) -> object:
    """As a condition of the statement that approves: what a person may do can change while they read."""
    return (
        select(Staff.id).where(Staff.id == by.id, col(Staff.active).is_(True), col(Staff.role).in_(REVIEWERS)).exists()
    )


def _has_part(staff_id: int | None, part: Part) -> object:
    mine = select(ArticlePart.version_id).where(
        ArticlePart.version_id == col(ArticleVersion.id), ArticlePart.staff_id == staff_id, ArticlePart.part == part
    )
    return mine.exists()
