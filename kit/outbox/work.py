"""Take jobs, finish them, give them back: the worker's side of the table."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, delete, func, literal_column, select, update

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


async def claim(session: AsyncSession, now: datetime, *, queue: str, limit: int, lease_s: float) -> list[ClaimedJob]:
    """Take up to ``limit`` jobs that are due, people's first; nobody else gets them while the lease lasts."""
    taken: list[ClaimedJob] = []
    for priority in Priority:
        if len(taken) < limit:
            taken += await _claim_priority(
                session, now, queue=queue, priority=priority, limit=limit - len(taken), lease_s=lease_s
            )
    return taken


async def _claim_priority(
    session: AsyncSession, now: datetime, *, queue: str, priority: Priority, limit: int, lease_s: float
) -> list[ClaimedJob]:
    fence = secrets.token_hex(8)
    lease_until = to_ms(now + timedelta(seconds=lease_s))
    # A literal state lets both planners prove that the partial index serves the query.
    due = (
        select(job.c.id)
        .where(job.c.queue == queue, job.c.priority == int(priority), job.c.state == _literal(JobState.READY))
        .where(job.c.run_at <= to_ms(now))
        .order_by(job.c.run_at, job.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(job)
        .where(job.c.id.in_(select(due.c.id)))
        .values(state=int(JobState.RUNNING), attempt=job.c.attempt + 1, lease_until=lease_until, fence=fence)
        .returning(*job.c)
    )
    rows = (await session.execute(statement)).all()
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


async def finish(session: AsyncSession, done: ClaimedJob) -> None:
    """Delete the job and let the next of its lane go; raises LeaseLostError when it is no longer ours."""
    mine = delete(job).where(job.c.id == done.id, job.c.fence == done.fence, job.c.state == int(JobState.RUNNING))
    await _must_hit_one(session, mine)
    await _release_lane(session, done)


async def _release_lane(session: AsyncSession, done: ClaimedJob) -> None:
    if done.lane is None:
        return
    down = (
        update(lane_table).where(lane_table.c.lane == done.lane).values(n=lane_table.c.n - 1).returning(lane_table.c.n)
    )
    left = (await session.execute(down)).scalar_one()
    if left == 0:
        await session.execute(delete(lane_table).where(lane_table.c.lane == done.lane))
        return
    # A statement of its own: it needs a snapshot taken after the lane lock was won, or a job
    # enqueued meanwhile would be overlooked and wait for ever.
    waiting = job.c.state == _literal(JobState.WAITING)
    first = select(job.c.id).where(job.c.lane == done.lane, waiting).order_by(job.c.id).limit(1)
    await session.execute(update(job).where(job.c.id == first.scalar_subquery()).values(state=int(JobState.READY)))
    hint(session, f"queue:{done.queue}")


async def _must_hit_one(session: AsyncSession, statement: Any) -> None:
    hit = (await session.execute(statement.returning(job.c.id))).all()
    if len(hit) != 1:
        raise LeaseLostError


def _mine(done: ClaimedJob) -> Any:
    return update(job).where(job.c.id == done.id, job.c.fence == done.fence, job.c.state == int(JobState.RUNNING))


async def postpone(session: AsyncSession, held: ClaimedJob, *, until: datetime) -> None:
    """Give the job back, to run from ``until``; this try does not count. Its lane goes on waiting."""
    values = {
        "state": int(JobState.READY),
        "run_at": to_ms(until),
        "attempt": job.c.attempt - 1,
        "fence": None,
    }
    await _must_hit_one(session, _mine(held).values(values))


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


async def next_due(session: AsyncSession, *, queue: str) -> int | None:
    """When the next ready job of the queue may run, in epoch ms; None when there is none."""
    ready = job.c.state == _literal(JobState.READY)
    first: int | None = await session.scalar(select(func.min(job.c.run_at)).where(job.c.queue == queue, ready))
    return first
