"""Put jobs into the table, inside the caller's transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from kit.clock import to_ms
from kit.db import AsyncSession, hint
from kit.log import current_correlation
from kit.outbox.models import Job, JobState, Lane, Priority

job_table: Table = Job.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
lane_table: Table = Lane.__table__  # type: ignore[attr-defined]  # As above.


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What to do, where it queues and from when; a job without a lane has no order."""

    kind: str
    payload: dict[str, Any]
    queue: str
    priority: Priority = Priority.BOT
    lane: str | None = None
    run_at: datetime | None = None
    expires_at: datetime | None = None
    max_attempts: int = 8
    #: The current task's, unless the job belongs to another story.
    correlation: str | None = None


async def enqueue_one(session: AsyncSession, now: datetime, job: NewJob) -> None:
    """Shorthand for :func:`enqueue` of one job."""
    await enqueue(session, now, [job])


async def enqueue(session: AsyncSession, now: datetime, jobs: Sequence[NewJob]) -> None:
    """Insert the jobs; the first of an idle lane is ready, every other of a lane waits its turn.

    Lanes are counted up in sorted order, so that two transactions never lock them crosswise.
    """
    if not jobs:
        return
    more = Counter(job.lane for job in jobs if job.lane)
    idle = {lane for lane, count in (await count_up(session, more)).items() if count == more[lane]}
    rows = []
    for job in jobs:
        ready = job.lane is None or job.lane in idle
        idle.discard(job.lane or "")
        rows.append(_row(job, now, JobState.READY if ready else JobState.WAITING))
    await session.execute(_INSERT, rows)
    for queue in {job.queue for job in jobs}:
        hint(session, f"queue:{queue}")


async def count_up(session: AsyncSession, more: Mapping[str, int]) -> dict[str, int]:
    """Add to the numbers of unfinished jobs of lanes, take their locks, and return the new numbers."""
    if not more:
        return {}
    statement = _COUNT_UP[session.get_bind().dialect.name]
    rows = [{"lane": lane, "n": count} for lane, count in sorted(more.items())]
    # One lane is by far the most frequent case, and a plain statement the quickest.
    counted = await session.execute(statement, rows[0] if len(rows) == 1 else rows)
    return {row.lane: row.n for row in counted.all()}


def _counting_up(dialect_insert: Any) -> Insert:
    statement = dialect_insert(lane_table)
    counted: Insert = statement.on_conflict_do_update(
        index_elements=["lane"], set_={"n": lane_table.c.n + statement.excluded.n}
    ).returning(lane_table.c.lane, lane_table.c.n)
    return counted


# Built once: to build a statement costs more than to run it.
_INSERT = insert(job_table)
_COUNT_UP = {"postgresql": _counting_up(postgresql.insert), "sqlite": _counting_up(sqlite.insert)}


def _row(job: NewJob, now: datetime, state: JobState) -> dict[str, Any]:
    return {
        "queue": job.queue,
        "priority": int(job.priority),
        "lane": job.lane,
        "state": int(state),
        "kind": job.kind,
        "payload": job.payload,
        "run_at": to_ms(job.run_at or now),
        "expires_at": to_ms(job.expires_at) if job.expires_at else None,
        "attempt": 0,
        "max_attempts": job.max_attempts,
        "correlation": job.correlation or current_correlation(),
        "created_at": to_ms(now),
    }
