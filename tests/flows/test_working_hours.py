"""A time that is counted in working hours is promised together with them: a holiday surprises nobody."""

import pytest
from fastapi import FastAPI
from sqlmodel import select

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.desk import Desk, make_desk
from tests.support.public import make_public_app, visit
from tickets.models import Ticket
from tickets.sla.models import SlaPolicy

HOURS = "工作日 9:00–12:00、13:30–18:00（含调休），节假日顺延"
ENGLISH = "working days 9:00–12:00 and 13:30–18:00, make-up workdays included; public holidays don't count"


async def works_in_office_hours(ground: Ground) -> None:
    """The policy every new installation brings along, switched on, and the one around the clock switched off."""
    async with ground.db.transaction() as session:
        for policy in (await session.exec(select(SlaPolicy))).all():
            policy.active = policy.key == "office"


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    return await make_desk(ground, clock)


@pytest.fixture
async def site(ground: Ground) -> FastAPI:
    return await make_public_app(ground)


async def page(app: FastAPI, path: str, language: str = "zh-CN") -> str:
    async with visit(app, language) as client:
        return (await client.get(path)).text


class TestTheBot:
    async def test_it_says_by_which_hours_the_first_reply_is_due(self, desk: Desk) -> None:
        await works_in_office_hours(desk.ground)
        said = await desk.write("转人工")
        # A working day has seven and a half hours: from 10:00 on a Tuesday to 10:00 on the next day.
        assert "11月25日 10:00 前给您第一次回复" in "\n".join(said)

    async def test_the_hours_stand_below_the_promise(self, desk: Desk) -> None:
        await works_in_office_hours(desk.ground)
        said = await desk.write("转人工")
        assert f"回复时间按工作时间算：{HOURS}。" in "\n".join(said)

    async def test_around_the_clock_there_is_nothing_to_add(self, desk: Desk) -> None:
        said = "\n".join(await desk.write("转人工"))
        assert "给您第一次回复" in said
        assert "工作时间" not in said


class TestThePages:
    @pytest.mark.parametrize(("language", "hours"), [("zh-CN", HOURS), ("en", ENGLISH)])
    async def test_start_page_and_process_say_the_hours(
        self, ground: Ground, site: FastAPI, language: str, hours: str
    ) -> None:
        await works_in_office_hours(ground)
        for path in ("/", "/process"):
            assert hours.replace("'", "&#39;") in await page(site, path, language)
        rules = await page(site, "/process")
        assert "8 个工作小时内首次回复" in rules
        assert "按自然时间计算" not in rules

    async def test_around_the_clock_nothing_is_said_of_hours(self, site: FastAPI) -> None:
        for path in ("/", "/process"):
            assert "工作日" not in await page(site, path)

    async def test_the_page_of_a_ticket_says_them_until_the_first_reply(self, desk: Desk, site: FastAPI) -> None:
        await works_in_office_hours(desk.ground)
        await desk.write("转人工")
        async with desk.ground.db.reading() as session:
            (ticket,) = (await session.exec(select(Ticket))).all()
        assert f"按工作时间算：{HOURS}" in await page(site, f"/t/{ticket.token}")
        async with desk.ground.db.transaction() as session:
            session.add(ticket)
            ticket.first_replied_at = desk.clock.now()
        assert HOURS not in await page(site, f"/t/{ticket.token}")
