import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import select

from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import (
    ClaimedJob,
    JobState,
    LeaseLostError,
    NewJob,
    NoDeadJobError,
    Priority,
    claim,
    dead_jobs,
    enqueue,
    finish,
    postpone,
    reap,
    retry,
    revive,
)
from kit.outbox.models import Job, Lane
from kit.outbox.runner import Postponed, Runner


def job(name: str, *, lane: str | None = None, priority: Priority = Priority.BOT, attempts: int = 8) -> NewJob:
    return NewJob(kind="work", payload={"name": name}, queue="q", lane=lane, priority=priority, max_attempts=attempts)


async def put(ground: Ground, *jobs: NewJob) -> None:
    async with ground.db.transaction() as session:
        await enqueue(session, ground.clock.now(), jobs)


async def take(ground: Ground, limit: int = 10) -> list[ClaimedJob]:
    async with ground.db.transaction() as session:
        return await claim(session, ground.clock.now(), queue="q", limit=limit, lease_s=30)


async def done(ground: Ground, claimed: ClaimedJob) -> None:
    async with ground.db.transaction() as session:
        await finish(session, claimed)


def names(jobs: list[ClaimedJob]) -> list[str]:
    return [claimed.payload["name"] for claimed in jobs]


async def states(ground: Ground) -> list[int]:
    async with ground.db.reading() as session:
        return [row.state for row in (await session.exec(select(Job).order_by(Job.id))).all()]  # type: ignore[arg-type]  # A column at class level.


class TestLanes:
    async def test_only_the_head_of_a_lane_is_given_out(self, ground: Ground) -> None:
        await put(ground, job("a", lane="x"), job("b", lane="x"), job("c", lane="y"))
        assert sorted(names(await take(ground))) == ["a", "c"]

    async def test_finishing_the_head_lets_the_next_go_in_order(self, ground: Ground) -> None:
        await put(ground, job("a", lane="x"), job("b", lane="x"))
        await put(ground, job("c", lane="x"))
        order = []
        for _ in range(3):
            (head,) = await take(ground)
            order += names([head])
            await done(ground, head)
        assert order == ["a", "b", "c"]
        async with ground.db.reading() as session:
            assert (await session.exec(select(Lane))).all() == []

    async def test_followers_wait_while_the_head_is_retried(self, ground: Ground, clock: FrozenClock) -> None:
        await put(ground, job("a", lane="x"), job("b", lane="x"))
        (head,) = await take(ground)
        async with ground.db.transaction() as session:
            assert await retry(session, clock.now(), head, error="no", after_s=60)
        assert await take(ground) == []
        clock.advance(seconds=61)
        assert names(await take(ground)) == ["a"]

    async def test_a_lane_goes_on_past_a_dead_job_which_stays_visible(self, ground: Ground) -> None:
        await put(ground, job("a", lane="x", attempts=1), job("b", lane="x"))
        (head,) = await take(ground)
        async with ground.db.transaction() as session:
            assert not await retry(session, ground.clock.now(), head, error="broken")
        assert names(await take(ground)) == ["b"]
        assert await states(ground) == [JobState.DEAD, JobState.RUNNING]


class TestDeadJobs:
    async def test_a_given_up_job_is_listed_with_its_error_and_runs_again_before_its_followers(
        self, ground: Ground
    ) -> None:
        await put(ground, job("a", lane="x", attempts=1))
        (head,) = await take(ground)
        async with ground.db.transaction() as session:
            await retry(session, ground.clock.now(), head, error="broken")
        await put(ground, job("b", lane="x"), job("c", lane="x"))
        async with ground.db.transaction() as session:
            (dead,) = await dead_jobs(session)
            assert (dead.id, dead.error) == (head.id, "broken")
            await revive(session, ground.clock.now(), dead.id)
        order = []
        while claimed := await take(ground):
            assert len(claimed) == 1
            order += names(claimed)
            await done(ground, claimed[0])
        assert order == ["b", "a", "c"]

    async def test_what_is_not_dead_cannot_be_revived(self, ground: Ground) -> None:
        await put(ground, job("a"))
        (running,) = await take(ground)
        with pytest.raises(NoDeadJobError):
            async with ground.db.transaction() as session:
                await revive(session, ground.clock.now(), running.id)


class TestPriorities:
    async def test_people_go_before_the_bot_and_the_bot_before_notices(self, ground: Ground) -> None:
        await put(
            ground,
            job("notice", priority=Priority.NOTICE),
            job("bot"),
            job("person", priority=Priority.PERSON),
        )
        order = [names(await take(ground, limit=1))[0] for _ in range(3)]
        assert order == ["person", "bot", "notice"]


class TestLeases:
    async def test_a_dead_workers_job_is_taken_over_after_its_lease(self, ground: Ground, clock: FrozenClock) -> None:
        await put(ground, job("a"))
        await take(ground)
        assert await self.reaped(ground) == 0
        clock.advance(seconds=31)
        assert await self.reaped(ground) == 1
        assert names(await take(ground)) == ["a"]

    async def test_who_lost_the_lease_cannot_finish(self, ground: Ground, clock: FrozenClock) -> None:
        await put(ground, job("a"))
        (mine,) = await take(ground)
        clock.advance(seconds=31)
        await self.reaped(ground)
        (theirs,) = await take(ground)
        with pytest.raises(LeaseLostError):
            await done(ground, mine)
        await done(ground, theirs)
        assert await states(ground) == []

    async def test_a_postponed_job_runs_later_and_the_try_does_not_count(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        await put(ground, job("a", attempts=1))
        (held,) = await take(ground)
        async with ground.db.transaction() as session:
            await postpone(session, held, until=clock.now() + timedelta(seconds=5))
        assert await take(ground) == []
        clock.advance(seconds=5)
        assert [claimed.attempt for claimed in await take(ground)] == [1]

    @staticmethod
    async def reaped(ground: Ground) -> int:
        async with ground.db.transaction() as session:
            return await reap(session, ground.clock.now())


class TestConcurrency:
    async def test_many_writers_and_workers_keep_each_lane_in_order_and_lose_nothing(self, ground: Ground) -> None:
        handled: dict[str, list[int]] = {}

        async def handle(_session: object, claimed: ClaimedJob) -> None:
            lane, number = claimed.payload["name"].split(":")
            handled.setdefault(lane, []).append(int(number))

        async def write(lane: str) -> None:
            for number in range(15):
                await put(ground, job(f"{lane}:{number}", lane=lane))

        runners = [Runner(ground.db, ground.clock, "q", transactional={"work": handle}) for _ in range(3)]
        await asyncio.gather(*(write(f"lane{n}") for n in range(4)))

        async def drain(runner: Runner) -> None:
            while await runner.run_once():
                pass

        while await states(ground):
            await asyncio.gather(*(drain(runner) for runner in runners))
        assert handled == {f"lane{n}": list(range(15)) for n in range(4)}


class TestRunner:
    async def test_a_failing_handler_rolls_back_and_is_tried_again_until_given_up(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async def fail(session: object, claimed: ClaimedJob) -> None:
            await enqueue(session, clock.now(), [job("side effect")])  # type: ignore[arg-type]  # A session.
            raise RuntimeError(claimed.payload["name"])

        await put(ground, job("a", attempts=2))
        runner = Runner(ground.db, clock, "q", transactional={"work": fail})
        await runner.run_once()
        clock.advance(hours=1)
        await runner.run_once()
        async with ground.db.reading() as session:
            (only,) = (await session.exec(select(Job))).all()
        assert (only.payload["name"], only.state, only.error) == ("a", JobState.DEAD, "RuntimeError('a')")

    async def test_a_handler_may_ask_to_be_called_later(self, ground: Ground, clock: FrozenClock) -> None:
        calls = []

        async def wait(_session: object, claimed: ClaimedJob) -> None:
            calls.append(claimed.attempt)
            if len(calls) == 1:
                raise Postponed(clock.now() + timedelta(seconds=2))

        await put(ground, job("a"))
        runner = Runner(ground.db, clock, "q", transactional={"work": wait})
        await runner.run_once()
        assert await runner.run_once() == 0
        clock.advance(seconds=2)
        await runner.run_once()
        assert (calls, await states(ground)) == ([1, 1], [])

    async def test_a_batch_is_foreseen_and_handled_even_where_that_fails(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        foreseen: list[list[str]] = []
        handled: list[str] = []

        async def foresee(jobs: Sequence[ClaimedJob]) -> None:
            foreseen.append(names(list(jobs)))
            raise RuntimeError

        async def handle(_session: object, claimed: ClaimedJob) -> None:
            handled.extend(names([claimed]))

        await put(ground, job("a"), job("b"))
        await Runner(ground.db, clock, "q", transactional={"work": handle}, foresee=foresee).run_once()
        assert foreseen == [["a", "b"]]
        assert sorted(handled) == ["a", "b"]
