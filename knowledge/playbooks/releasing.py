"""Hand in, approve, give back, retire. What keeps one person from releasing their own change stands in the tables."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlmodel import col, select, update

from kit.audit import Author
from kit.db import AsyncSession, hint
from knowledge.playbooks.errors import PlaybookUnsoundError
from knowledge.playbooks.models import Playbook, PlaybookVersion
from knowledge.playbooks.telling import tell
from knowledge.playbooks.versions import PLAYBOOKS_CHANGED
from knowledge.playbooks.writing import UNAPPROVED, Edit, hold, new_version, part_table, sign, version_of
from knowledge.review.errors import NothingChangedError, OwnChangeError
from knowledge.review.reviewing import may_review
from knowledge.versions.models import ArticleState, Origin, Part, VersionState
from knowledge.versions.steps import step, take_part

#: How many faults a version has: its key, its source.
CountFaults = Callable[[AsyncSession, str, str], Awaitable[int]]
#: Who releases what comes with the product.
SYSTEM = Author("system")


async def submit(
    session: AsyncSession, now: datetime, by: Author, version_id: int, *, seen: int, faults: CountFaults
) -> None:
    """Ask for a second pair of eyes; whoever asks stands for the text, and counts as one of its authors."""
    version = await version_of(session, version_id)
    await _require_sound(session, version, faults)
    live = select(PlaybookVersion.digest).where(
        PlaybookVersion.playbook_id == version.playbook_id, PlaybookVersion.state == VersionState.PUBLISHED
    )
    if (await session.exec(live)).first() == version.digest:
        raise NothingChangedError
    await sign(session, now, by, version)
    await step(
        session,
        version,
        (VersionState.DRAFT,),
        seen=seen,
        state=VersionState.REVIEW,
        submitted_at=now,
        changed_at=now,
        changed_by=by.name,
        remark="",
    )
    await tell(session, now, by, "submit", version, state=VersionState.REVIEW)


async def approve(
    session: AsyncSession,
    now: datetime,
    by: Author,
    version_id: int,
    *,
    seen: int,
    digest: str,
    faults: CountFaults,
) -> None:
    """Say that exactly this text is right, and put it in force; ``digest`` is of what the reviewer read.

    Checked once more: an article it leads to may be gone by now. Walks that began with the one before go on with it.
    """
    version = await version_of(session, version_id)
    playbook = await hold(session, version.playbook_id)
    await _require_sound(session, version, faults)
    if not await take_part(session, part_table, now, by, version_id, Part.REVIEWER):
        raise OwnChangeError
    await _end_live(session, playbook.id, VersionState.REPLACED)
    await step(
        session,
        version,
        (VersionState.REVIEW,),
        col(PlaybookVersion.digest) == digest,
        may_review(by),
        seen=seen,
        state=VersionState.PUBLISHED,
        approved_at=now,
        approved_by=by.id,
        approver=by.name,
        approved_digest=digest,
        published_at=now,
        changed_at=now,
        changed_by=by.name,
        remark="",
    )
    await _in_force(session, now, playbook, version)
    await tell(session, now, by, "publish", version, state=VersionState.PUBLISHED, approver=by.name)


async def give_back(
    session: AsyncSession, now: datetime, by: Author, version_id: int, *, seen: int, remark: str = ""
) -> None:
    """It needs more work; it is a draft again."""
    version = await version_of(session, version_id)
    values = {**UNAPPROVED, "remark": remark, "changed_at": now, "changed_by": by.name}
    await step(session, version, (VersionState.REVIEW,), seen=seen, state=VersionState.DRAFT, **values)
    await tell(session, now, by, "give_back", version, state=VersionState.DRAFT, remark=remark)


async def retire(session: AsyncSession, now: datetime, by: Author, playbook_id: int, *, reason: str) -> None:
    """Nobody is offered it from now on; to bring it back is a change like any other."""
    playbook = await hold(session, playbook_id)
    await _end_live(session, playbook_id, VersionState.RETIRED)
    playbook.state, playbook.updated_at = ArticleState.RETIRED, now
    version = await version_of(session, playbook.current_id or 0)
    await tell(session, now, by, "retire", version, state=playbook.state, reason=reason)
    hint(session, PLAYBOOKS_CHANGED)


async def ship(session: AsyncSession, now: datetime, key: str, edit: Edit) -> bool:
    """A playbook that comes with the product, unless one of this key is here, whatever became of it."""
    if (await session.exec(select(Playbook.id).where(Playbook.key == key))).first() is not None:
        return False
    playbook = Playbook(key=key, updated_at=now)
    session.add(playbook)
    await session.flush()
    version = new_version(playbook.id, 1, edit, now, SYSTEM)
    version.origin, version.state, version.published_at = Origin.SHIPPED, VersionState.PUBLISHED, now
    session.add(version)
    await session.flush()
    await _in_force(session, now, playbook, version)
    await tell(session, now, SYSTEM, "ship", version)
    return True


async def _in_force(session: AsyncSession, now: datetime, playbook: Playbook, version: PlaybookVersion) -> None:
    playbook.state, playbook.current_id, playbook.updated_at = ArticleState.PUBLISHED, version.id, now
    await session.flush()
    hint(session, PLAYBOOKS_CHANGED)


async def _end_live(session: AsyncSession, playbook_id: int, state: VersionState) -> None:
    live = update(PlaybookVersion).where(
        col(PlaybookVersion.playbook_id) == playbook_id, col(PlaybookVersion.state) == VersionState.PUBLISHED
    )
    await session.exec(live.values(state=state).execution_options(synchronize_session=False))


async def _require_sound(session: AsyncSession, version: PlaybookVersion, faults: CountFaults) -> None:
    playbook = (await session.exec(select(Playbook).where(Playbook.id == version.playbook_id))).one()
    if count := await faults(session, playbook.key, version.source):
        raise PlaybookUnsoundError(count=count)
