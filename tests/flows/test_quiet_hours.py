"""News ring nobody out of bed: they wait for the morning, and only they."""

from datetime import timedelta

import pytest
from sqlmodel import col, update

from channels.port import Capabilities
from channels.testing import FakeChannel
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.flows.test_story import staff_replies, staff_resolves
from tests.support.desk import Desk, make_desk
from tickets.contacts.models import Contact
from tickets.stages import Stage

#: From 10:00 in Shanghai to 22:30.
TO_THE_NIGHT = timedelta(hours=12, minutes=30)


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    """Somebody with a ticket on a channel that rings."""
    desk = await make_desk(
        ground, clock, FakeChannel(capabilities=Capabilities(text_limit=4096, buttons=10, rings=True))
    )
    await desk.write("转人工")
    return desk


async def wishes(desk: Desk, hours: str) -> None:
    async with desk.ground.db.transaction() as session:
        await session.exec(update(Contact).where(col(Contact.id) == 1).values(quiet_hours=hours))


async def until(desk: Desk, hours: float) -> list[str]:
    """Hour by hour, as the clock goes."""
    for _ in range(int(hours * 2)):
        await desk.later(minutes=30)
    return desk.news()


async def test_news_wait_for_the_morning(desk: Desk) -> None:
    by_day = await until(desk, 11.5)
    assert len(by_day) == 2
    # Nothing is promised for the night.
    assert "最迟 11月25日 08:00" in by_day[-1]
    assert await until(desk, 1) == []
    (morning,) = await until(desk, 10)
    assert "还在处理中" in morning
    sent_at = (await desk.deliveries())[-1].sent_at
    assert sent_at is not None
    assert f"{sent_at:%m-%d %H:%M}" == "11-25 00:00"


async def test_what_happens_at_night_is_told_in_the_morning_and_staff_see_it(desk: Desk) -> None:
    await until(desk, 12.5)
    desk.news()
    await staff_resolves(desk, "已经修好。")
    assert desk.news() == []
    held = [event for event in await desk.events(await desk.ticket()) if event.kind == "held_back"]
    assert [event.data["by"][:16] for event in held][:1] == ["2026-11-25T00:00"]
    assert any("已经修好" in text for text in await until(desk, 10))


async def test_what_a_person_says_does_not_wait(desk: Desk) -> None:
    await until(desk, 12.5)
    desk.news()
    await staff_replies(desk, "已经查到原因，正在修。")
    assert desk.news() == ["已经查到原因，正在修。"]


async def test_whoever_wants_news_at_any_time_gets_them(desk: Desk) -> None:
    await wishes(desk, "")
    await until(desk, 11)
    assert len(await until(desk, 4)) == 1


async def test_ones_own_quiet_hours_count_more(desk: Desk) -> None:
    await wishes(desk, "09:00-17:00")
    assert await until(desk, 6) == []
    assert "还在处理中" in (await until(desk, 1.5))[0]


async def test_where_nothing_rings_news_come_at_night_too(ground: Ground, clock: FrozenClock) -> None:
    desk = await make_desk(ground, clock)
    await desk.write("转人工")
    assert len(await until(desk, 13)) == 3


async def test_a_question_of_the_night_is_asked_in_the_morning_if_it_still_is_one(desk: Desk) -> None:
    await until(desk, 12.5)
    desk.news()
    await staff_resolves(desk, "已经修好。")
    await until(desk, 1)
    await desk.write("还是不行，一样的报错，没好")
    assert (await desk.ticket()).stage == Stage.PROCESSING
    assert not any("真的好了吗" in text for text in await until(desk, 10))


async def test_it_comes_behind_what_waits(desk: Desk) -> None:
    await until(desk, 12.5)
    desk.news()
    await staff_resolves(desk, "已经修好。")
    solved, asked = await until(desk, 10)
    assert "已经修好" in solved
    assert "真的好了吗" in asked
