"""What somebody says when their ticket is solved: thanks reopen nothing, and a team says what a new complaint does."""

import pytest
from sqlmodel import select

from tests.flows.test_story import open_a_ticket, staff_replies, staff_resolves
from tests.support.desk import Desk
from tests.support.tickets import kinds_of
from tickets.desk.models import ReopenPolicy, Team
from tickets.merging.links import related_to
from tickets.models import EventKind
from tickets.stages import Stage


async def solved(desk: Desk) -> None:
    await open_a_ticket(desk)
    await staff_replies(desk, "在查")
    await staff_resolves(desk, "已修复")
    await desk.later(minutes=2)
    await desk.write("好了，可以了")
    await desk.later(minutes=5)
    assert (await desk.ticket()).stage == Stage.SOLVED
    await desk.write("跳过")
    desk.news()


async def policy(desk: Desk, **values: object) -> None:
    ticket = await desk.ticket()
    async with desk.ground.db.transaction() as session:
        team = (await session.exec(select(Team).where(Team.id == ticket.team_id))).one()
        for name, value in values.items():
            setattr(team, name, value)
        session.add(team)


class TestThanks:
    @pytest.mark.parametrize("words", ["谢谢", "好的谢谢", "thanks", "🙏"])
    async def test_they_reopen_nothing_and_are_answered_once(self, desk: Desk, words: str) -> None:
        await solved(desk)
        first = await desk.write(words)
        second = await desk.write(words)
        ticket = await desk.ticket()
        assert (len(first), second, ticket.stage) == (1, [], Stage.SOLVED)
        assert (await kinds_of(desk.ground, ticket.id)).count(EventKind.THANKED) == 2

    async def test_whoever_is_working_on_it_is_not_called_by_them(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        await staff_replies(desk, "在查")
        desk.news()
        assert await desk.write("谢谢") == []
        ticket = await desk.ticket()
        assert (ticket.waiting_since, (await kinds_of(desk.ground, ticket.id))[-1]) == (None, EventKind.THANKED)

    async def test_thanks_with_a_complaint_are_a_complaint(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        await staff_replies(desk, "在查")
        await desk.write("谢谢，但是还是打不开，提示错误码 -1001")
        assert (await desk.ticket()).waiting_since is not None


class TestPolicies:
    async def test_usually_it_is_open_again_and_keeps_its_owner(self, desk: Desk) -> None:
        await solved(desk)
        await desk.write("还是不行")
        ticket = await desk.ticket()
        assert (ticket.stage, ticket.assignee_id) == (Stage.PROCESSING, desk.staff.id)

    async def test_a_team_may_want_it_back_for_everybody(self, desk: Desk) -> None:
        await solved(desk)
        await policy(desk, keep_owner=False)
        await desk.write("还是不行")
        ticket = await desk.ticket()
        assert (ticket.stage, ticket.assignee_id) == (Stage.PROCESSING, None)

    async def test_a_team_may_want_a_new_one_that_is_linked(self, desk: Desk) -> None:
        await solved(desk)
        old = await desk.ticket()
        await policy(desk, reopening=ReopenPolicy.NEW)
        told = await desk.write("还是不行")
        new = await desk.ticket()
        assert (new.id != old.id, (await desk.tickets())[0].stage) == (True, Stage.SOLVED)
        assert new.number in told[-1]
        assert old.number in told[-1]
        async with desk.ground.db.reading() as session:
            assert [tie.ticket.id for tie in await related_to(session, new.id)] == [old.id]

    @pytest.mark.parametrize(("days", "tickets"), [(6, 1), (8, 2)])
    async def test_or_only_within_some_days(self, desk: Desk, days: int, tickets: int) -> None:
        await solved(desk)
        await policy(desk, reopening=ReopenPolicy.WITHIN, reopen_days=7)
        await desk.later(days=days)
        await desk.write("还是不行")
        assert len(await desk.tickets()) == tickets
