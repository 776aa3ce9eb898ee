from datetime import timedelta

import pytest

from kit.ground import Ground
from tests.support.tickets import clocks_of, kinds_of, open_one, ticket_now
from tickets.desk.models import Category, Team
from tickets.followups.models import FollowUpKind
from tickets.opening import MAX_SUBJECT, subject_of
from tickets.stages import Priority, Stage


async def add_desk(ground: Ground) -> dict[str, int]:
    async with ground.db.transaction() as session:
        general = Team(key="general", name_zh="综合组", name_en="General")
        beijing = Team(key="beijing", name_zh="北京组", name_en="Beijing", region="北京")
        data = Team(key="data", name_zh="数据组", name_en="Data")
        session.add_all([general, beijing, data])
        await session.flush()
        category = Category(key="data", name_zh="数据丢失", name_en="Lost", team_id=data.id, priority=Priority.URGENT)
        session.add(category)
        return {"general": general.id, "beijing": beijing.id, "data": data.id}


class TestOpening:
    async def test_an_accepted_ticket_has_a_number_and_its_first_line_as_subject(self, ground: Ground) -> None:
        opened = await open_one(ground, "开不了票\n已经重启过两次")
        ticket = await ticket_now(ground, opened.ticket_id)
        assert (ticket.number, ticket.stage, ticket.subject) == ("YP-261124-0001", Stage.ACCEPTED, "开不了票")
        assert ticket.description == "开不了票\n已经重启过两次"
        assert await kinds_of(ground, ticket.id) == ["opened"]

    async def test_every_clock_runs_from_the_first_moment(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now = ground.clock.now()
        assert await clocks_of(ground, opened.ticket_id) == {
            FollowUpKind.PROGRESS: now + timedelta(hours=4),
            FollowUpKind.SLA_FIRST_REPLY: now + timedelta(hours=24),
            FollowUpKind.SLA_RESOLUTION: now + timedelta(hours=72),
        }

    async def test_the_category_decides_team_and_priority(self, ground: Ground) -> None:
        teams = await add_desk(ground)
        ticket = await ticket_now(ground, (await open_one(ground, category="data")).ticket_id)
        assert (ticket.team_id, ticket.priority) == (teams["data"], Priority.URGENT)
        assert ticket.first_reply_due == ground.clock.now() + timedelta(hours=1)

    async def test_the_team_of_the_region_comes_first(self, ground: Ground) -> None:
        teams = await add_desk(ground)
        opened = await open_one(ground, category="data", person={"region": "北京"})
        assert (await ticket_now(ground, opened.ticket_id)).team_id == teams["beijing"]

    async def test_without_a_category_the_first_team_takes_it(self, ground: Ground) -> None:
        teams = await add_desk(ground)
        opened = await open_one(ground, category="nobody knows this one")
        assert (await ticket_now(ground, opened.ticket_id)).team_id == teams["general"]


@pytest.mark.parametrize(("text", "subject"), [("  好  \n次行", "好"), ("长" * 80, "长" * (MAX_SUBJECT - 1) + "…")])
def test_a_subject_fits_a_list(text: str, subject: str) -> None:
    assert subject_of(text) == subject
