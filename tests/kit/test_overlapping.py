"""A runner whose jobs may wait for the outside: one that hangs keeps nobody else waiting."""

import asyncio

from sqlmodel import func, select

from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import ClaimedJob, NewJob, enqueue, finish, hasten, postpone
from kit.outbox.models import Job
from kit.outbox.runner import Runner


class Outside:
    """Handles jobs; those named "stuck" wait until they are let go."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.let_go = asyncio.Event()
        self.done: list[str] = []
        self.at_once = 0
        self.most_at_once = 0

    async def handle(self, job: ClaimedJob) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if job.payload["name"].startswith("stuck"):
            await self.let_go.wait()
        async with self.ground.db.transaction() as session:
            await finish(session, job)
        self.done.append(job.payload["name"])
        self.at_once -= 1

    async def put(self, *names: str) -> None:
        jobs = [NewJob(kind="call", payload={"name": name}, queue="q") for name in names]
        async with self.ground.db.transaction() as session:
            await enqueue(session, self.ground.clock.now(), jobs)

    async def until_done(self, count: int) -> None:
        while len(self.done) < count:  # noqa: ASYNC110 - what is awaited is the outcome, whoever brings it about.
            await asyncio.sleep(0)


async def test_one_that_hangs_keeps_nobody_waiting_and_is_finished_before_the_end(
    ground: Ground, clock: FrozenClock
) -> None:
    outside, stopping = Outside(ground), asyncio.Event()
    await outside.put("stuck", *(f"job {number}" for number in range(9)))
    runner = Runner(ground.db, clock, "q", independent={"call": outside.handle}, width=3, overlapping=True)
    async with asyncio.timeout(30):
        running = asyncio.create_task(runner.run(stopping))
        await outside.until_done(9)
        stopping.set()
        ground.bus.publish("stopping")
        outside.let_go.set()
        await running
    assert outside.done[-1] == "stuck"
    assert outside.most_at_once <= 3
    async with ground.db.reading() as session:
        assert (await session.exec(select(func.count()).select_from(Job))).one() == 0


async def test_more_than_the_width_are_never_in_hand(ground: Ground, clock: FrozenClock) -> None:
    outside, stopping = Outside(ground), asyncio.Event()
    await outside.put(*(f"stuck {number}" for number in range(8)))
    runner = Runner(ground.db, clock, "q", independent={"call": outside.handle}, width=3, overlapping=True)
    async with asyncio.timeout(30):
        running = asyncio.create_task(runner.run(stopping))
        while outside.at_once < 3:  # noqa: ASYNC110 - as above.
            await asyncio.sleep(0)
        outside.let_go.set()
        await outside.until_done(8)
        stopping.set()
        ground.bus.publish("stopping")
        await running
    assert outside.most_at_once == 3


async def test_what_was_put_off_runs_at_once_when_hastened(ground: Ground, clock: FrozenClock) -> None:
    called = []

    async def handle(job: ClaimedJob) -> None:
        called.append(job.attempt)
        async with ground.db.transaction() as session:
            if len(called) == 1:
                await postpone(session, job, until=clock.now().replace(hour=23))
            else:
                await finish(session, job)

    async with ground.db.transaction() as session:
        await enqueue(session, clock.now(), [NewJob(kind="call", payload={}, queue="q", lane="li")])
    runner = Runner(ground.db, clock, "q", independent={"call": handle})
    await runner.run_once()
    assert await runner.run_once() == 0
    async with ground.db.transaction() as session:
        await hasten(session, clock.now(), queue="q", lane="li")
    assert await runner.run_once() == 1
    assert called == [1, 1]
