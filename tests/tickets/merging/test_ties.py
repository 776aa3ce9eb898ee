"""Split, linked, looking alike."""

import pytest

from tests.support.desk import Desk
from tests.support.tickets import kinds_of, open_one, ticket_now
from tickets.merging.errors import LinkedAlreadyError, NothingToSplitError
from tickets.merging.links import link_tickets, related_to, unlink_tickets
from tickets.merging.lookalikes import Likeness, lookalikes
from tickets.merging.models import Relation
from tickets.merging.splitting import split
from tickets.models import EventKind, Ticket
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of


async def split_off(desk: Desk, ticket: Ticket, messages: list[int], subject: str = "") -> Ticket:
    async with desk.ground.db.transaction() as session:
        return await split(
            session,
            desk.clock.now(),
            ticket.id,
            messages=messages,
            subject=subject,
            staff=desk.staff,
            seen=ticket.version,
            rhythm=rhythm_of(desk.ground.settings),
        )


class TestSplitting:
    async def test_chosen_words_become_a_ticket_of_their_own(self, desk: Desk) -> None:
        opened = await open_one(desk.ground, "离线发票上传不了", who="li", channel="fake")
        await open_one(desk.ground, "打印也错位", who="zhao", channel="fake")
        ticket = await ticket_now(desk.ground, opened.ticket_id)
        messages = await desk.messages()
        own = next(message for message in messages if message.text == "离线发票上传不了")
        new = await split_off(desk, ticket, [message.id for message in messages], "打印")
        assert (new.subject, new.description, new.contact_id) == ("打印", "离线发票上传不了", ticket.contact_id)
        moved = [message.id for message in await desk.messages() if message.ticket_id == new.id]
        assert moved == [own.id]
        assert EventKind.SPLIT_OFF in await kinds_of(desk.ground, ticket.id)
        assert EventKind.SPLIT_FROM in await kinds_of(desk.ground, new.id)
        await desk.pump()
        told = desk.news()
        assert len(told) == 1
        assert new.number in told[0]

    async def test_something_has_to_be_chosen(self, desk: Desk) -> None:
        opened = await open_one(desk.ground, who="li", channel="fake")
        with pytest.raises(NothingToSplitError):
            await split_off(desk, await ticket_now(desk.ground, opened.ticket_id), [])


class TestLinks:
    async def test_both_ends_know_and_two_have_one_link(self, desk: Desk) -> None:
        one = (await open_one(desk.ground, who="li", channel="fake")).ticket_id
        other = (await open_one(desk.ground, who="zhao", channel="fake")).ticket_id
        async with desk.ground.db.transaction() as session:
            now = desk.clock.now()
            link = await link_tickets(session, now, one, other, relation=Relation.PARENT, by=desk.staff)
        with pytest.raises(LinkedAlreadyError):
            async with desk.ground.db.transaction() as session:
                await link_tickets(session, now, other, one, relation=Relation.RELATED, by=desk.staff)
        async with desk.ground.db.reading() as session:
            seen = [(await related_to(session, ticket))[0] for ticket in (one, other)]
        assert [(tie.ticket.id, tie.backwards) for tie in seen] == [(other, False), (one, True)]
        async with desk.ground.db.transaction() as session:
            await unlink_tickets(session, now, link.id, by=desk.staff)
            assert await related_to(session, one) == []
        assert (await kinds_of(desk.ground, other))[-2:] == [EventKind.RELATED, EventKind.UNRELATED]


class TestLookalikes:
    async def test_the_persons_own_and_those_of_one_company(self, desk: Desk) -> None:
        tax = {"tax_id": "91350100M000100Y43"}
        mine = await open_one(desk.ground, who="li", channel="fake", facts=tax)
        own = await open_one(desk.ground, who="li", channel="fake")
        alike = await open_one(desk.ground, who="zhao", channel="fake", facts=tax)
        await open_one(desk.ground, who="qian", channel="fake", facts={"tax_id": "91110108551385082Q"})
        async with desk.ground.db.reading() as session:
            found = await lookalikes(session, await get_ticket(session, mine.ticket_id))
        assert [(one.ticket.id, one.likeness) for one in found] == [
            (own.ticket_id, Likeness.PERSON),
            (alike.ticket_id, Likeness.TAX_ID),
        ]

    async def test_not_days_apart(self, desk: Desk) -> None:
        tax = {"tax_id": "91350100M000100Y43"}
        mine = await open_one(desk.ground, who="li", channel="fake", facts=tax)
        desk.clock.advance(days=4)
        await open_one(desk.ground, who="zhao", channel="fake", facts=tax)
        async with desk.ground.db.reading() as session:
            assert await lookalikes(session, await get_ticket(session, mine.ticket_id)) == []
