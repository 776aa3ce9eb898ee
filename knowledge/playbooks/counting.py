"""How walks go: how many were begun, how they ended, and at which step people leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Update, case, update
from sqlmodel import col, func, select

from kit.db import AsyncSession
from knowledge.playbooks.models import PlaybookWalk
from knowledge.playbooks.walking import Walk

#: Whoever has said nothing for so long has left.
LEFT_AFTER = timedelta(hours=24)
UNDER_WAY = "under_way"


@dataclass
class Course:
    """Of one playbook within a period; ``left_at`` counts by node."""

    started: int = 0
    fixed: int = 0
    escalated: int = 0
    left: int = 0
    left_at: dict[str, int] = field(default_factory=dict)


async def note_walk(
    session: AsyncSession, now: datetime, reference: str, walk: Walk, *, begins: bool, state: str
) -> None:
    """Where somebody stands; ``reference`` is the thread, in which one walk at a time is under way."""
    if begins:
        await end_walk(session, now, reference)
        session.add(
            PlaybookWalk(
                reference=reference,
                key=walk.key,
                digest=walk.digest,
                node=walk.node,
                state=state,
                started_at=now,
                moved_at=now,
            )
        )
        await session.flush()
        return
    moved = _under_way(reference).values(node=walk.node, state=state, moved_at=now)
    await session.exec(moved.execution_options(synchronize_session=False))


async def end_walk(session: AsyncSession, now: datetime, reference: str) -> None:
    """Another matter was begun: the walk that was under way is left where it is."""
    left = _under_way(reference).values(state="left", moved_at=now)
    await session.exec(left.execution_options(synchronize_session=False))


async def courses(session: AsyncSession, now: datetime, since: datetime) -> dict[str, Course]:
    """By key; who stands still for a day has left."""
    still = func.sum(case((col(PlaybookWalk.moved_at) < now - LEFT_AFTER, 1), else_=0))
    walk = PlaybookWalk
    still = func.sum(case((col(walk.moved_at) < now - LEFT_AFTER, 1), else_=0))
    counted = (
        select(walk.key, walk.state, walk.node, func.count(), still)  # type: ignore[call-overload]  # SQLModel types four at most.
        .where(col(walk.started_at) >= since)
        .group_by(walk.key, walk.state, walk.node)
    )
    return _summed((await session.exec(counted)).all())


def _summed(rows: Sequence[tuple[str, str, str, int, int]]) -> dict[str, Course]:
    found: dict[str, Course] = {}
    for key, state, node, count, still in rows:
        course = found.setdefault(key, Course())
        course.started += count
        course.fixed += count if state == "fixed" else 0
        course.escalated += count if state == "escalated" else 0
        if left := count if state == "left" else still if state == UNDER_WAY else 0:
            course.left += left
            course.left_at[node] = course.left_at.get(node, 0) + left
    return found


def _under_way(reference: str) -> Update:
    return update(PlaybookWalk).where(col(PlaybookWalk.reference) == reference, col(PlaybookWalk.state) == UNDER_WAY)
