import asyncio
from collections import Counter

import pytest
from sqlmodel import col, select

from channels.inbox import Arrival, accept_many
from channels.intake import Intake
from channels.models import InboundMessage
from channels.port import Inbound
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox.models import Job


def message(number: int, who: str = "li") -> Inbound:
    return Inbound(channel="fake", account="main", address=who, platform_id=f"p{number}", text=f"第{number}条")


async def stored(ground: Ground) -> list[InboundMessage]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(InboundMessage).order_by(col(InboundMessage.id)))).all())


async def jobs(ground: Ground) -> list[Job]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(Job).order_by(col(Job.id)))).all())


class TestManyAtOnce:
    async def test_each_is_stored_once_in_order_with_a_job_and_a_story_of_its_own(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        intake = Intake(ground.db, clock)
        fresh = await asyncio.gather(*(intake.accept(message(number, f"w{number % 7}")) for number in range(250)))
        assert all(fresh)
        rows = await stored(ground)
        assert [row.platform_id for row in rows] == [f"p{number}" for number in range(250)]
        assert len({row.correlation for row in rows}) == 250
        assert Counter(job.lane for job in await jobs(ground))["in:fake:main:w0"] == 36

    async def test_of_two_with_one_name_one_is_new_whether_together_or_apart(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        intake = Intake(ground.db, clock)
        together = await asyncio.gather(*(intake.accept(message(1)) for _ in range(5)))
        assert sorted(together) == [False] * 4 + [True]
        assert await intake.accept(message(1)) is False
        assert (len(await stored(ground)), len(await jobs(ground))) == (1, 1)

    async def test_what_belongs_to_a_message_is_stored_with_it_or_not_at_all(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        intake, told = Intake(ground.db, clock), []

        async def also(_session: AsyncSession, is_new: bool) -> None:  # noqa: FBT001 - the door passes it so.
            told.append(is_new)

        async def broken(_session: AsyncSession, _is_new: bool) -> None:  # noqa: FBT001 - as above.
            msg = "no room"
            raise RuntimeError(msg)

        first, second, third = await asyncio.gather(
            intake.accept(message(1), also=also),
            intake.accept(message(2), also=broken),
            intake.accept(message(3)),
            return_exceptions=True,
        )
        assert (first, third) == (True, True)
        assert isinstance(second, RuntimeError)
        assert [row.platform_id for row in await stored(ground)] == ["p1", "p3"]

    async def test_a_caller_who_left_takes_nothing_from_the_others(self, ground: Ground, clock: FrozenClock) -> None:
        intake = Intake(ground.db, clock)
        calls = [asyncio.create_task(intake.accept(message(number))) for number in range(3)]
        await asyncio.sleep(0)
        calls[1].cancel()
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert (done[0], done[2]) == (True, True)
        assert len(await stored(ground)) == 3

    async def test_two_doors_on_one_database_let_a_message_in_once(self, ground: Ground, clock: FrozenClock) -> None:
        doors = [Intake(ground.db, clock) for _ in range(2)]
        both = await asyncio.gather(*(door.accept(message(number)) for number in range(40) for door in doors))
        assert sum(both) == len(await stored(ground)) == 40


async def test_an_empty_lane_starts_and_a_busy_one_waits(ground: Ground, clock: FrozenClock) -> None:
    arrivals = [Arrival(inbound=message(number, who)) for number, who in enumerate(("li", "li", "zhao"))]
    async with ground.db.transaction() as session:
        await accept_many(session, clock.now(), arrivals)
    assert [job.state for job in await jobs(ground)] == [0, 4, 0]


@pytest.mark.parametrize("text", ["", "您好"])
async def test_a_press_is_looked_at_at_once(ground: Ground, clock: FrozenClock, text: str) -> None:
    pressed = Inbound(channel="fake", account="main", address="li", platform_id="p", text=text, button="yes")
    async with ground.db.transaction() as session:
        await accept_many(session, clock.now(), [Arrival(inbound=pressed, settle_s=3)])
    (job,) = await jobs(ground)
    assert job.run_at == job.created_at
