"""Take jobs, finish them, give them back: the worker's side of the table."""

import random
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, case, delete, func, literal_column, select, update

from kit.clock import to_ms
from kit.db import AsyncSession, hint
from kit.outbox.models import Job, JobState, Lane, Priority

job: Table = Job.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
lane_table: Table = Lane.__table__  # type: ignore[attr-defined]  # As above.

#: The longest pause between two tries.
MAX_BACKOFF_S = 600


class LeaseLostError(Exception):
    """Another worker has taken the job meanwhile: roll back, the work is not ours any more."""


@dataclass(frozen=True)
class ClaimedJob:
    """A job this worker holds until ``lease_until`` (epoch ms)."""

    id: int
    queue: str
    kind: str
    lane: str | None
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    fence: str
    lease_until: int
    expires_at: int | None
    correlation: str | None


async def claim(
    session: AsyncSession,
    now: datetime,
    *,
    queue: str,
    limit: int,
    lease_s: float,
    priorities: Iterable[Priority] = Priority,
) -> list[ClaimedJob]:
    """Take up to ``limit`` jobs that are due, people's first; nobody else gets them while the lease lasts.

    Who has looked with :func:`earliest` names the ``priorities`` that have any.
    """
    taken: list[ClaimedJob] = []
    for priority in sorted(priorities):
        if len(taken) < limit:
            taken += await _claim_priority(
                session, now, queue=queue, priority=priority, limit=limit - len(taken), lease_s=lease_s
            )
    return taken


async def _claim_priority(
    session: AsyncSession, now: datetime, *, queue: str, priority: Priority, limit: int, lease_s: float
) -> list[ClaimedJob]:
    values = {
        "of_queue": queue,
        "of_priority": int(priority),
        "now": to_ms(now),
        "most": limit,
        "until": to_ms(now + timedelta(seconds=lease_s)),
        "holder": secrets.token_hex(8),
    }
    rows = (await session.execute(_CLAIM, values)).all()
    return sorted((_claimed(row) for row in rows), key=lambda claimed: claimed.id)


def _literal(state: JobState) -> Any:
    return literal_column(str(int(state)))


def _claimed(row: Row[Any]) -> ClaimedJob:
    return ClaimedJob(
        id=row.id,
        queue=row.queue,
        kind=row.kind,
        lane=row.lane,
        payload=row.payload,
        attempt=row.attempt,
        max_attempts=row.max_attempts,
        fence=row.fence,
        lease_until=row.lease_until,
        expires_at=row.expires_at,
        correlation=row.correlation,
    )


async def finish(session: AsyncSession, done: ClaimedJob, *, next_from: datetime | None = None) -> None:
    """Delete the job and let the next of its lane go, not before ``next_from``.

    Raises LeaseLostError when the job is no longer ours.
    """
    if (await session.execute(_DELETE_MINE, {"held": done.id, "held_by": done.fence})).first() is None:
        raise LeaseLostError
    await _release_lane(session, done, to_ms(next_from) if next_from else 0)


async def _release_lane(session: AsyncSession, done: ClaimedJob, next_from: int = 0) -> None:
    if done.lane is None:
        return
    # Nearly always nothing waits behind the job, and its lane goes with it.
    if (await session.execute(_END_LANE, {"of_lane": done.lane})).first() is not None:
        return
    await session.execute(_COUNT_DOWN, {"of_lane": done.lane})
    # A statement of its own: it needs a snapshot taken after the lane lock was won, or a job
    # enqueued meanwhile would be overlooked and wait for ever.
    await session.execute(_LET_NEXT_GO, {"of_lane": done.lane, "next_from": next_from})
    hint(session, f"queue:{done.queue}")


async def _must_hit_one(session: AsyncSession, statement: Any) -> None:
    hit = (await session.execute(statement.returning(job.c.id))).all()
    if len(hit) != 1:
        raise LeaseLostError


def _mine(done: ClaimedJob) -> Any:
    return update(job).where(job.c.id == done.id, job.c.fence == done.fence, job.c.state == int(JobState.RUNNING))


async def postpone(session: AsyncSession, held: ClaimedJob, *, until: datetime) -> None:
    """Give the job back, to run from ``until``; this try does not count. Its lane goes on waiting.

    Raises LeaseLostError when the job is no longer ours.
    """
    values = {
        "state": int(JobState.READY),
        "run_at": to_ms(until),
        "attempt": job.c.attempt - 1,
        "fence": None,
    }
    await _must_hit_one(session, _mine(held).values(values))


async def hasten(session: AsyncSession, now: datetime, *, queue: str, lane: str) -> None:
    """What was postponed in this lane may run at once."""
    await session.execute(_HASTEN, {"of_lane": lane, "now": to_ms(now)})
    hint(session, f"queue:{queue}")


async def retry(
    session: AsyncSession, now: datetime, failed: ClaimedJob, *, error: str, after_s: float | None = None
) -> bool:
    """Try again later with jittered backoff; False when it was the last try and the job is now DEAD.

    Followers of its lane wait for a retry, and go on past a dead job.
    """
    if failed.attempt >= failed.max_attempts:
        await _must_hit_one(session, _mine(failed).values(state=int(JobState.DEAD), error=error[:2000], fence=None))
        await _release_lane(session, failed)
        return False
    pause = after_s if after_s is not None else random.uniform(0, min(MAX_BACKOFF_S, 2**failed.attempt))  # noqa: S311 - jitter is no secret.
    run_at = to_ms(now + timedelta(seconds=pause))
    await _must_hit_one(
        session,
        _mine(failed).values(state=int(JobState.READY), run_at=run_at, error=error[:2000], fence=None),
    )
    return True


async def renew(session: AsyncSession, now: datetime, held: Sequence[ClaimedJob], *, lease_s: float) -> None:
    """Hold the jobs for another lease; those lost meanwhile are left to their new owner."""
    until = to_ms(now + timedelta(seconds=lease_s))
    for one in held:
        await session.execute(_mine(one).values(lease_until=until))


async def reap(session: AsyncSession, now: datetime, *, everything: bool = False) -> int:
    """Give jobs of dead workers back and return how many.

    ``everything`` ignores leases: right only when this is the one process there is, at its start.
    """
    statement = update(job).where(job.c.state == _literal(JobState.RUNNING))
    if not everything:
        statement = statement.where(job.c.lease_until < to_ms(now))
    rows = (await session.execute(statement.values(state=int(JobState.READY), fence=None).returning(job.c.queue))).all()
    for queue in {row.queue for row in rows}:
        hint(session, f"queue:{queue}")
    return len(rows)


async def earliest(session: AsyncSession, *, queue: str) -> dict[Priority, int]:
    """When the first ready job of each priority may run, in epoch ms; a priority without any is left out."""
    row = (await session.execute(_EARLIEST, {"of_queue": queue})).one()
    return {priority: moment for priority, moment in zip(Priority, row, strict=True) if moment is not None}


def _earliest_of(priority: Priority) -> Select[tuple[int]]:
    ready = job.c.state == _literal(JobState.READY)
    mine = (job.c.queue == bindparam("of_queue"), job.c.priority == literal_column(str(int(priority))))
    return select(func.min(job.c.run_at)).where(*mine, ready)


# Built once: to build a statement costs more than to run it.
_EARLIEST = select(*(_earliest_of(priority).scalar_subquery().label(f"p{int(priority)}") for priority in Priority))
# A literal state lets both planners prove that the partial index serves the query.
_DUE = (
    select(job.c.id)
    .where(job.c.queue == bindparam("of_queue"), job.c.priority == bindparam("of_priority"))
    .where(job.c.state == _literal(JobState.READY), job.c.run_at <= bindparam("now"))
    .order_by(job.c.run_at, job.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(job)
    .where(job.c.id.in_(select(_DUE.c.id)))
    .values(
        state=_literal(JobState.RUNNING),
        attempt=job.c.attempt + literal_column("1"),
        lease_until=bindparam("until"),
        fence=bindparam("holder"),
    )
    .returning(*job.c)
)
_DELETE_MINE = (
    delete(job)
    .where(job.c.id == bindparam("held"), job.c.fence == bindparam("held_by"))
    .where(job.c.state == _literal(JobState.RUNNING))
    .returning(job.c.id)
)
_LANE = lane_table.c.lane == bindparam("of_lane")
_END_LANE = delete(lane_table).where(_LANE, lane_table.c.n == literal_column("1")).returning(lane_table.c.lane)
_COUNT_DOWN = update(lane_table).where(_LANE).values(n=lane_table.c.n - literal_column("1"))
_HEAD = (
    select(job.c.id)
    .where(job.c.lane == bindparam("of_lane"), job.c.state == _literal(JobState.WAITING))
    .order_by(job.c.id)
    .limit(literal_column("1"))
)
_FROM = bindparam("next_from", type_=job.c.run_at.type)
_LET_NEXT_GO = (
    update(job)
    .where(job.c.id == _HEAD.scalar_subquery())
    .values(state=_literal(JobState.READY), run_at=case((job.c.run_at < _FROM, _FROM), else_=job.c.run_at))
)
_HASTEN = (
    update(job)
    .where(job.c.lane == bindparam("of_lane"), job.c.state == _literal(JobState.READY))
    .values(run_at=bindparam("now"))
)
