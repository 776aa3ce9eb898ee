"""What somebody who wants a person is told."""

from datetime import timedelta
from typing import Any

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.tickets.routing.office import Office
from tickets.desk.models import Presence
from tickets.models import Ticket
from tickets.repository import change, get_ticket
from tickets.routing.waiting import Wait, expected_wait
from tickets.sla.models import BusinessCalendar, SlaPolicy

_EMPTY: dict[str, Any] = {"conditions": {}, "targets": {}, "pauses": [], "steps": []}


async def waiting(office: Office, ticket: Ticket) -> Wait:
    async with office.ground.db.reading() as session:
        return await expected_wait(session, office.ground.clock.now(), await get_ticket(session, ticket.id))


async def altered(ground: Ground, ticket: Ticket, **values: Any) -> None:
    async with ground.db.transaction() as session:
        await change(session, ground.clock.now(), await get_ticket(session, ticket.id), **values)


class TestPlace:
    async def test_it_is_the_order_in_which_tickets_are_taken(self, office: Office, clock: FrozenClock) -> None:
        tickets = [await office.opened(who=who) for who in "abcd"]
        soon = clock.now() + timedelta(minutes=5)
        await altered(office.ground, tickets[3], priority=1)
        await altered(office.ground, tickets[2], sla_due=soon)
        await altered(office.ground, tickets[0], sla_due=soon + timedelta(hours=1))
        await altered(office.ground, tickets[1], sla_due=soon + timedelta(hours=2))
        assert [(await waiting(office, ticket)).place for ticket in tickets] == [3, 4, 2, 1]

    async def test_what_is_answered_or_asleep_is_not_before_me(self, office: Office, clock: FrozenClock) -> None:
        answered, asleep, mine = [await office.opened(who=who) for who in "abc"]
        assert (await waiting(office, mine)).place == 3
        await altered(office.ground, answered, first_replied_at=clock.now())
        await altered(office.ground, asleep, snoozed_until=clock.now() + timedelta(hours=1))
        assert (await waiting(office, mine)).place == 1


class TestHowLong:
    async def test_without_recent_replies_nothing_is_claimed(self, office: Office) -> None:
        wait = await waiting(office, await office.opened())
        assert (wait.seconds, wait.opens_at) == (None, None)
        assert wait.promised_s == timedelta(hours=24).total_seconds()

    async def test_the_pace_of_the_last_hours_and_the_people_there_now(
        self, office: Office, clock: FrozenClock
    ) -> None:
        an = await office.join("an", capacity=0)
        for who in "abc":
            ticket = await office.opened(who=who)
            await altered(office.ground, ticket, first_replied_at=clock.now(), assignee_id=an)
            clock.advance(minutes=10)
        ahead, mine = await office.opened(who="d"), await office.opened(who="e")
        # Three replies in thirty minutes by one person, who is still there.
        assert (await waiting(office, ahead)).seconds == 600
        assert (await waiting(office, mine)).seconds == 1200
        await office.join("bo", capacity=0)
        assert (await waiting(office, mine)).seconds == 600
        await office.presence("bo", Presence.OFF)
        clock.advance(hours=5)
        assert (await waiting(office, mine)).seconds is None

    async def test_while_the_desk_is_closed_it_says_when_it_opens(self, office: Office, clock: FrozenClock) -> None:
        weekly = [[[540, 720], [810, 1080]]] * 7
        async with office.ground.db.transaction() as session:
            session.add(BusinessCalendar(key="office", name_zh="上班", name_en="Office", weekly=weekly, official=False))
            session.add(SlaPolicy(key="any", name_zh="所有", name_en="Any", **_EMPTY))
        ticket = await office.opened()
        assert (await waiting(office, ticket)).opens_at is None
        # From ten to half past twelve, which is the middle of lunch.
        clock.advance(hours=2, minutes=30)
        assert (await waiting(office, ticket)).opens_at == clock.now() + timedelta(hours=1)
