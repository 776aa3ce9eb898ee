import asyncio
from datetime import timedelta
from typing import Any

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import LI, WANG, open_one, ticket_now
from tests.support.web import add_staff
from tickets.actors import Actor, ActorKind
from tickets.desk.models import Category, StaffProfile, Team, TeamMember
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

    async def test_what_is_due_first_among_equals(self, ground: Ground, clock: FrozenClock) -> None:
        first, second, third = [await self._opened(ground, clock, who) for who in "abc"]
        for ticket_id, hours in ((first, 3), (second, 1), (third, 2)):
            await altered(ground, ticket_id, sla_due=clock.now() + timedelta(hours=hours))
        assert [await taken(ground, WANG) for _ in range(3)] == [second, third, first]

    async def test_what_sleeps_is_left_until_it_wakes(self, ground: Ground, clock: FrozenClock) -> None:
        asleep = await self._opened(ground, clock, "a")
        await altered(ground, asleep, snoozed_until=clock.now() + timedelta(hours=1))
        assert await taken(ground, WANG) is None
        clock.advance(hours=1)
        assert await taken(ground, WANG) == asleep

    async def test_only_what_one_has_the_skill_for(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            session.add(Category(key="data", name_zh="数据", name_en="Data", skill="数据库"))
        li = await add_staff(ground, login="li", name="李清")
        hard = (await open_one(ground, category="data")).ticket_id
        able = Actor(ActorKind.STAFF, li.id, li.name)
        assert await taken(ground, able) is None
        async with ground.db.transaction() as session:
            session.add(StaffProfile(staff_id=li.id or 0, skills=["数据库"], languages=[], preferences={}))
        assert await taken(ground, able) == hard
