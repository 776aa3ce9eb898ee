"""The working half alone: it takes over, ticks, and stops without leaving anything half done."""

import asyncio

from sqlmodel import func, select

import bot.schema  # noqa: F401 - the tables.
from bot.worker import Worker
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import NewJob, claim, enqueue_one
from kit.outbox.models import Job
from tests.support.desk import Desk, make_desk
from tickets.followups.models import FollowUp, FollowUpState


async def jobs(ground: Ground) -> int:
    async with ground.db.reading() as session:
        return (await session.exec(select(func.count()).select_from(Job))).one()


async def claimed(desk: Desk) -> int:
    async with desk.ground.db.transaction() as session:
        return len(await claim(session, desk.clock.now(), queue="in", limit=9, lease_s=30))


async def test_alone_at_its_start_it_takes_over_everything_at_once(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    await desk.write("你好", pump=False)
    assert await claimed(desk) == 1
    await Worker(desk.runtime, alone=True).take_over(everything=True)
    assert await claimed(desk) == 1


async def test_among_others_it_waits_for_a_lease_to_run_out(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    await desk.write("你好", pump=False)
    await claimed(desk)
    worker = Worker(desk.runtime)
    await worker.take_over()
    assert await claimed(desk) == 0
    clock.advance(seconds=31)
    await worker.take_over()
    assert await claimed(desk) == 1


async def test_two_ticks_at_once_hand_a_follow_up_over_once(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    await desk.write("转人工")
    clock.advance(seconds=ground.settings.progress_every_s + 1)
    await asyncio.gather(Worker(desk.runtime).tick(), Worker(desk.runtime).tick())
    await desk.pump()
    progress = [text for text in desk.channel.texts("li") if "还在处理中" in text]
    assert len(progress) == 1
    async with ground.db.reading() as session:
        fired = select(func.count()).where(FollowUp.state == FollowUpState.FIRED)
        assert (await session.exec(fired)).one() == 1


async def test_it_answers_what_arrives_and_stops_when_told(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    stopping = asyncio.Event()
    working = asyncio.create_task(Worker(desk.runtime).run(stopping))
    clock.advance(seconds=5)
    await desk.write("你好", pump=False)
    clock.advance(seconds=5)
    async with asyncio.timeout(20):
        while not desk.channel.sent:
            await asyncio.sleep(0)
            ground.bus.publish("queue:in")
    stopping.set()
    ground.bus.publish("stopping")
    await working
    assert await jobs(ground) == 0


async def test_an_unknown_kind_of_job_is_kept_and_shown_not_lost(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    async with ground.db.transaction() as session:
        await enqueue_one(session, clock.now(), NewJob(kind="tomorrow", payload={}, queue="in", max_attempts=1))
    await desk.pump()
    async with ground.db.reading() as session:
        (dead,) = (await session.exec(select(Job))).all()
    assert (dead.kind, dead.error) == ("tomorrow", "KeyError('tomorrow')")
