import asyncio
from typing import Any

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import LI, WANG, open_one, ticket_now
from tickets.actors import Actor
from tickets.desk.models import Team, TeamMember
from tickets.repository import change, get_ticket
from tickets.stages import Priority, Stage
from tickets.taking import take_next


async def taken(ground: Ground, staff: Actor) -> int | None:
    async with ground.db.transaction() as session:
        ticket = await take_next(session, ground.clock.now(), staff=staff)
        return ticket.id if ticket else None


async def altered(ground: Ground, ticket_id: int, **values: Any) -> None:
    async with ground.db.transaction() as session:
        await change(session, ground.clock.now(), await get_ticket(session, ticket_id), **values)


class TestTakingNext:
    async def test_the_most_urgent_then_the_longest_promised(self, ground: Ground, clock: FrozenClock) -> None:
        older, newer, urgent = [await self._opened(ground, clock, who) for who in "abc"]
        await altered(ground, urgent, priority=Priority.URGENT)
        assert [await taken(ground, WANG) for _ in range(4)] == [urgent, older, newer, None]
        assert (await ticket_now(ground, urgent)).assignee_id == WANG.id

    @staticmethod
    async def _opened(ground: Ground, clock: FrozenClock, who: str) -> int:
        clock.advance(minutes=1)
        return (await open_one(ground, who=who)).ticket_id

    async def test_what_waits_for_the_customer_is_not_taken(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await altered(ground, opened.ticket_id, stage=Stage.WAITING)
        assert await taken(ground, WANG) is None

    async def test_two_at_once_get_different_ones(self, ground: Ground) -> None:
        ids = {(await open_one(ground, who=who)).ticket_id for who in "ab"}
        assert set(await asyncio.gather(taken(ground, WANG), taken(ground, LI))) == ids

    async def test_members_of_a_team_take_what_is_theirs_or_nobodys(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            mine = Team(key="a", name_zh="甲", name_en="A")
            other = Team(key="b", name_zh="乙", name_en="B")
            session.add_all([mine, other])
            await session.flush()
            session.add(TeamMember(team_id=mine.id, staff_id=WANG.id or 0))
        foreign, own, free = [(await open_one(ground, who=who)).ticket_id for who in "abc"]
        for ticket_id, team_id in ((foreign, other.id), (own, mine.id), (free, None)):
            await altered(ground, ticket_id, team_id=team_id)
        assert [await taken(ground, WANG) for _ in range(3)] == [own, free, None]
        assert await taken(ground, LI) == foreign
