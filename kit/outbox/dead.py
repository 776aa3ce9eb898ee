"""Jobs that were given up: shown, and run again when the cause is gone."""

from datetime import datetime

from sqlmodel import col, select, update

from kit.clock import to_ms
from kit.db import AsyncSession, hint
from kit.errors import NotFoundError
from kit.outbox.enqueue import count_up
from kit.outbox.models import Job, JobState


class NoDeadJobError(NotFoundError):
    """No job of this id was given up."""

    code = "no_dead_job"


async def dead_jobs(session: AsyncSession, *, limit: int = 100) -> list[Job]:
    """What was given up, newest first."""
    given_up = select(Job).where(Job.state == JobState.DEAD).order_by(col(Job.id).desc()).limit(limit)
    return list((await session.exec(given_up)).all())


async def revive(session: AsyncSession, now: datetime, job_id: int) -> None:
    """Run the job again with all its tries, in its place in the lane; raises NoDeadJobError."""
    job = (await session.exec(select(Job).where(Job.id == job_id, Job.state == JobState.DEAD))).first()
    if job is None:
        raise NoDeadJobError
    first = job.lane is None or (await count_up(session, {job.lane: 1}))[job.lane] == 1
    state = JobState.READY if first else JobState.WAITING
    where = (col(Job.id) == job_id, col(Job.state) == JobState.DEAD)
    await session.exec(update(Job).where(*where).values(state=state, attempt=0, run_at=to_ms(now), error=None))
    hint(session, f"queue:{job.queue}")
