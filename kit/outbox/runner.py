"""The loop of one worker on one queue: claim, handle, finish; woken by hints, patient without them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from kit.clock import Clock, to_ms
from kit.db import AsyncSession, Database
from kit.log import bind_correlation, log
from kit.outbox.models import Priority
from kit.outbox.work import ClaimedJob, LeaseLostError, claim, earliest, finish, postpone, renew, retry

#: Runs inside the transaction that also finishes the job: its effect happens exactly once.
Transactional = Callable[[AsyncSession, ClaimedJob], Awaitable[None]]
#: Runs with no transaction open (it talks to the outside) and finishes the job itself.
Independent = Callable[[ClaimedJob], Awaitable[None]]

#: What was due is being claimed by another worker and not committed yet.
_OTHERS_WERE_FASTER_S = 0.01


class Gate(Protocol):
    """Limits how many jobs of a queue are begun, for all workers together."""

    async def open(self, session: AsyncSession, now: datetime, most: int) -> "int | datetime":
        """How many may be claimed in this transaction, at most ``most``; a moment when none may before it."""
        ...

    async def charge(self, session: AsyncSession, now: datetime, count: int) -> None:
        """So many were claimed."""
        ...


class Postponed(Exception):  # noqa: N818 - not an error: the handler asks to be called later.
    """Raised by a transactional handler: nothing was done, call again from ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass
class Runner:
    """Works one queue. ``width`` jobs at a time; each in its own transaction."""

    db: Database
    clock: Clock
    queue: str
    transactional: Mapping[str, Transactional] = field(default_factory=dict)
    independent: Mapping[str, Independent] = field(default_factory=dict)
    #: Told of a batch before its jobs are handled one by one, to prepare what is cheaper together.
    foresee: Callable[[Sequence[ClaimedJob]], Awaitable[None]] | None = None
    gate: Gate | None = None
    width: int = 10
    #: Claim anew as soon as one job has ended, instead of when all of a batch have: where a job may wait for the
    #: outside for half a minute, the others must not wait with it.
    overlapping: bool = False
    lease_s: float = 30
    poll_s: float = 1.0
    #: Until when the gate is known to be shut.
    _shut_until: datetime | None = None
    _in_hand: set["asyncio.Task[None]"] = field(default_factory=set)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until ``stopping`` is set; jobs in hand are finished first."""
        async with (
            self.db.bus.listening(f"queue:{self.queue}", "stopping") as listener,
            asyncio.TaskGroup() as group,
        ):
            while not stopping.is_set():
                # A look before the claim: most hints are about jobs that are not due yet.
                async with self.db.reading() as session:
                    first = await earliest(session, queue=self.queue)
                now = to_ms(self.clock.now())
                due = [priority for priority, moment in first.items() if moment <= now]
                if not due:
                    await listener.wait(self._pause(first, now))
                elif not await (self._begin(group, due) if self.overlapping else self.run_once(due)):
                    await listener.wait(self._shut_for())

    async def _begin(self, group: asyncio.TaskGroup, priorities: Iterable[Priority]) -> int:
        """Claim what there is room for and start on it; return how many jobs that were."""
        while len(self._in_hand) >= self.width:
            await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
        jobs = await self._claim(priorities, self.width - len(self._in_hand))
        for job in jobs:
            task = group.create_task(self._work([job]))
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        return len(jobs)

    def _shut_for(self) -> float:
        """Seconds until the gate opens; a moment, when it is other workers who have it all."""
        if self._shut_until is None:
            return _OTHERS_WERE_FASTER_S
        seconds = (self._shut_until - self.clock.now()).total_seconds()
        return min(max(seconds, _OTHERS_WERE_FASTER_S), self.poll_s)

    def _pause(self, first: Mapping[Priority, int], now: int) -> float:
        """Seconds until the next job of the queue comes due, at most the polling interval."""
        return min([self.poll_s, *((moment - now) / 1000 for moment in first.values())])

    async def run_once(self, priorities: Iterable[Priority] = Priority) -> int:
        """Claim and handle one batch; return how many jobs were in it."""
        jobs = await self._claim(priorities, self.width)
        if jobs:
            await self._work(jobs)
        return len(jobs)

    async def _claim(self, priorities: Iterable[Priority], most: int) -> Sequence[ClaimedJob]:
        now = self.clock.now()
        async with self.db.transaction() as session:
            allowed = await self.gate.open(session, now, most) if self.gate else most
            self._shut_until = allowed if isinstance(allowed, datetime) else None
            if isinstance(allowed, datetime):
                return []
            jobs = await claim(
                session, now, queue=self.queue, limit=allowed, lease_s=self.lease_s, priorities=priorities
            )
            if self.gate and jobs:
                await self.gate.charge(session, now, len(jobs))
        return jobs

    async def _work(self, jobs: Sequence[ClaimedJob]) -> None:
        async with self._leases_renewed(jobs):
            await self._foresee(jobs)
            await asyncio.gather(*(self._handle(job) for job in jobs))

    async def _foresee(self, jobs: Sequence[ClaimedJob]) -> None:
        if self.foresee is None:
            return
        try:
            await self.foresee(jobs)
        except Exception:  # noqa: BLE001 - each job is handled all the same, and fails by itself if it must.
            log.exception("batch not foreseen")

    @asynccontextmanager
    async def _leases_renewed(self, jobs: Sequence[ClaimedJob]) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._keep_leases(jobs))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def _keep_leases(self, jobs: Sequence[ClaimedJob]) -> None:
        while True:
            await asyncio.sleep(self.lease_s / 3)
            async with self.db.transaction() as session:
                await renew(session, self.clock.now(), jobs, lease_s=self.lease_s)

    async def _handle(self, job: ClaimedJob) -> None:
        with structlog.contextvars.bound_contextvars(job=job.id, kind=job.kind):
            bind_correlation(job.correlation)
            try:
                await self._dispatch(job)
            except LeaseLostError:
                log.warning("lease lost, another worker has the job")
            except Exception as error:  # noqa: BLE001 - whatever failed is recorded on the job and retried.
                log.exception("job failed")
                await self._give_back(job, error)

    async def _dispatch(self, job: ClaimedJob) -> None:
        if job.kind in self.independent:
            await self.independent[job.kind](job)
            return
        try:
            async with self.db.transaction() as session:
                await self.transactional[job.kind](session, job)
                await finish(session, job)
        except Postponed as later:
            async with self.db.transaction() as session:
                await postpone(session, job, until=later.until)

    async def _give_back(self, job: ClaimedJob, error: Exception) -> None:
        async with self.db.transaction() as session:
            if not await retry(session, self.clock.now(), job, error=repr(error)):
                log.error("job given up", error=repr(error))
