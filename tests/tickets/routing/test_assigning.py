"""Who gets a ticket: by load, within capacity, of those who are there."""

import asyncio
from collections import Counter
from typing import Any

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import ticket_now
from tests.tickets.routing.office import ZONE, Office
from tickets.actors import Actor, ActorKind
from tickets.desk.models import Presence, Team
from tickets.models import EventKind, Ticket
from tickets.notices.service import latest
from tickets.repository import change, get_ticket
from tickets.routing.assigning import share_out
from tickets.routing.people import loads_of
from tickets.routing.presence import AWAY_AFTER
from tickets.routing.returning import look_after
from tickets.stages import Stage
from tickets.taking import take_next
from tickets.timeline import describe


async def altered(office: Office, ticket: Ticket, **values: Any) -> None:
    async with office.ground.db.transaction() as session:
        await change(session, office.ground.clock.now(), await get_ticket(session, ticket.id), **values)


async def shared_out(office: Office) -> None:
    async with office.ground.db.transaction() as session:
        await share_out(session, office.ground.clock.now(), zone=ZONE)


async def taken_next(office: Office, name: str) -> None:
    staff = Actor(ActorKind.STAFF, office.people[name].id, name)
    async with office.ground.db.transaction() as session:
        await take_next(session, office.ground.clock.now(), staff=staff)


async def looked_after(office: Office) -> None:
    async with office.ground.db.transaction() as session:
        await look_after(session, office.ground.clock.now(), zone=ZONE)


class TestByLoad:
    async def test_the_most_room_first_and_in_turn_among_equals(self, office: Office, clock: FrozenClock) -> None:
        for name in ("an", "bo"):
            await office.join(name, capacity=2)
        owners = []
        for who in "abcde":
            clock.advance(minutes=1)
            owners.append(await office.owner(await office.opened(who=who)))
        assert owners == ["an", "bo", "an", "bo", None]

    async def test_whose_turn_is_longest_ago_is_next(self, office: Office, clock: FrozenClock) -> None:
        for name in ("an", "bo"):
            await office.join(name)
        for who, name in (("a", "an"), ("b", "bo"), ("c", "an")):
            clock.advance(minutes=1)
            ticket = await office.opened(who=who)
            assert await office.owner(ticket) == name
            await altered(office, ticket, stage=Stage.CONFIRMING)

    async def test_it_says_why_and_tells_the_person(self, office: Office, ground: Ground) -> None:
        staff_id = await office.join("an", capacity=2)
        ticket = await office.opened()
        [assigned] = await office.events(ticket, EventKind.ASSIGNED)
        assert describe(assigned, "zh", "UTC") == "分配给an（按负载：在手 0/2）"
        async with ground.db.reading() as session:
            assert [(one.notice.kind, one.notice.ticket_id) for one in await latest(session, staff_id)] == [
                ("assigned", ticket.id)
            ]

    async def test_only_with_the_skill_and_rather_in_the_language(self, office: Office) -> None:
        await office.join("an", languages=["zh"])
        await office.join("bo", skills=["数据库"], languages=["zh", "en"], capacity=1)
        assert await office.owner(await office.opened(category="data")) == "bo"
        assert await office.owner(await office.opened(category="data", who="b")) is None
        assert await office.owner(await office.opened(who="c")) == "an"

    async def test_a_skill_that_a_rule_asks_for_is_remembered_while_the_ticket_waits(self, office: Office) -> None:
        await office.rule("needs", {"words": ["接口"]}, {"skill": "接口"})
        await office.join("an")
        ticket = await office.opened("接口报错")
        await looked_after(office)
        assert await office.owner(ticket) is None
        await office.join("bo", skills=["接口"])
        assert await office.owner(ticket) == "bo"

    async def test_whoever_a_rule_names_gets_it_while_there_is_room(self, office: Office) -> None:
        await office.join("an", team="beijing", capacity=1)
        await office.rule("his", {}, {"assign": "an", "team": "beijing"})
        assert await office.owner(await office.opened()) == "an"
        assert await office.owner(await office.opened(who="b")) is None

    async def test_nobody_who_is_away_and_nobody_by_hand(self, office: Office) -> None:
        await office.join("an", on=False)
        await office.join("bo", team="beijing")
        assert await office.owner(await office.opened()) is None
        assert await office.owner(await office.opened(who="b", category="print")) is None

    async def test_a_team_with_a_rota_has_those_on_it(self, office: Office, clock: FrozenClock) -> None:
        await office.join("an")
        await office.join("bo")
        # It is a Tuesday, 10:00; an's night shift of Monday is over, bo's day has begun.
        await office.shift("an", 0, 22 * 60, 6 * 60)
        await office.shift("bo", 1, 9 * 60, 18 * 60)
        assert await office.owner(await office.opened()) == "bo"
        clock.advance(hours=-5)
        assert await office.owner(await office.opened(who="b")) == "an"

    async def test_never_over_capacity_however_many_come_at_once(self, office: Office) -> None:
        for name in ("an", "bo", "cy"):
            await office.join(name, capacity=3)
        tickets = await asyncio.gather(*(office.opened(who=f"w{n}") for n in range(14)))
        owners = Counter([await office.owner(ticket) for ticket in tickets])
        assert owners == {"an": 3, "bo": 3, "cy": 3, None: 5}

    async def test_two_nodes_that_share_out_at_once_give_each_ticket_once(self, office: Office) -> None:
        tickets = [await office.opened(who=f"w{n}") for n in range(8)]
        await office.join("an", on=False, capacity=3)
        await office.join("bo", on=False, capacity=3)
        await asyncio.gather(office.presence("an", Presence.ON), office.presence("bo", Presence.ON))
        await asyncio.gather(*(shared_out(office) for _ in range(3)))
        owners = [await office.owner(ticket) for ticket in tickets]
        assert Counter(owners) == {"an": 3, "bo": 3, None: 2}
        assert owners[6:] == [None, None]
        assert [len(await office.events(ticket, EventKind.ASSIGNED)) for ticket in tickets] == [1] * 6 + [0] * 2

    async def test_one_place_left_is_given_once_whichever_way(self, office: Office, ground: Ground) -> None:
        for number in range(6):
            waiting = await office.opened(who=f"old{number}")
            await office.join(f"p{number}", on=False, capacity=1)
            await office.appear(f"p{number}")
            await asyncio.gather(shared_out(office), office.opened(who=f"new{number}"), shared_out(office))
            async with ground.db.reading() as session:
                staff_id = office.people[f"p{number}"].id or 0
                assert await loads_of(session, [staff_id]) == {staff_id: 1}
            assert (await ticket_now(ground, waiting.id)).version <= 2

    async def test_who_takes_a_ticket_while_tickets_are_shared_out_has_it_or_has_another(self, office: Office) -> None:
        await office.join("an", on=False)
        await office.join("bo", on=False)
        for number in range(6):
            tickets = [await office.opened(who=f"{number}-{who}") for who in "ab"]
            await office.appear("an")
            await asyncio.gather(shared_out(office), taken_next(office, "bo"), shared_out(office))
            owners = [await office.owner(ticket) for ticket in tickets]
            assert None not in owners
            assert [len(await office.events(ticket, EventKind.ASSIGNED)) for ticket in tickets] == [1, 1]


class TestRoom:
    async def test_what_becomes_free_is_filled_by_who_waits_longest(self, office: Office) -> None:
        await office.join("an", capacity=1)
        first, second, third = [await office.opened(who=who) for who in "abc"]
        await altered(office, third, priority=1)
        await altered(office, first, stage=Stage.CONFIRMING)
        await looked_after(office)
        assert [await office.owner(ticket) for ticket in (second, third)] == [None, "an"]

    async def test_what_sleeps_is_left_to_sleep(self, office: Office, clock: FrozenClock) -> None:
        ticket = await office.opened()
        asleep = clock.now().replace(hour=23)
        await altered(office, ticket, snoozed_until=asleep)
        await office.join("an")
        assert await office.owner(ticket) is None


class TestReturning:
    async def _gone(self, office: Office, seconds: int | None) -> Ticket:
        async with office.ground.db.transaction() as session:
            team = await session.get_one(Team, office.teams["general"])
            team.return_after_s = seconds
        await office.join("an")
        ticket = await office.opened()
        assert await office.owner(ticket) == "an"
        await office.presence("an", Presence.AWAY)
        return ticket

    async def test_whoever_is_away_too_long_has_nothing_any_more(self, office: Office, clock: FrozenClock) -> None:
        ticket = await self._gone(office, 600)
        clock.advance(seconds=599)
        await looked_after(office)
        assert await office.owner(ticket) == "an"
        clock.advance(seconds=1)
        await looked_after(office)
        assert await office.owner(ticket) is None
        [returned] = await office.events(ticket, EventKind.RETURNED)
        assert describe(returned, "zh", "UTC") == "an暂时不在，工单回到团队"

    async def test_it_goes_on_to_a_colleague(self, office: Office, clock: FrozenClock) -> None:
        ticket = await self._gone(office, 300)
        await office.join("bo")
        clock.advance(seconds=300)
        await looked_after(office)
        assert await office.owner(ticket) == "bo"

    async def test_a_team_that_does_not_want_that_keeps_owners(self, office: Office, clock: FrozenClock) -> None:
        ticket = await self._gone(office, None)
        clock.advance(days=2)
        await looked_after(office)
        assert await office.owner(ticket) == "an"

    async def test_a_closed_account_has_no_tickets(self, office: Office, ground: Ground) -> None:
        ticket = await self._gone(office, None)
        async with ground.db.transaction() as session:
            staff = office.people["an"]
            staff.active = False
            await session.merge(staff)
        await looked_after(office)
        assert (await ticket_now(ground, ticket.id)).assignee_id is None
        [returned] = await office.events(ticket, EventKind.RETURNED)
        assert "账号已停用" in describe(returned, "zh", "UTC")

    async def test_silence_is_absence(self, office: Office, clock: FrozenClock) -> None:
        await office.join("an")
        clock.advance(seconds=AWAY_AFTER.total_seconds())
        await looked_after(office)
        assert await office.owner(await office.opened()) is None

    async def test_who_never_used_the_switch_keeps_what_they_took(self, office: Office, clock: FrozenClock) -> None:
        ticket = await self._gone(office, 60)
        await altered(office, ticket, assignee_id=await office.join("bo", on=False))
        clock.advance(days=1)
        await looked_after(office)
        assert await office.owner(ticket) == "bo"
