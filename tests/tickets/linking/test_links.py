"""Join two addresses to one person, and part them again exactly."""

import asyncio

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.links import accepted, addresses, give_code, joined, link_now, offered, owners
from tests.support.tickets import WANG, kinds_of, open_one
from tickets.actors import CUSTOMER
from tickets.contacts.service import Sender
from tickets.conversations.service import conversation_of, get_conversation
from tickets.linking.models import LinkState
from tickets.linking.service import (
    LinkGoneError,
    Outcome,
    accept_link,
    confirm_link,
    decline_link,
    dismiss_link,
    pending_links,
    undo_link,
    undoable_link,
)
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of
from tickets.surveys.service import may_ask


async def undo(ground: Ground, link_id: int) -> None:
    async with ground.db.transaction() as session:
        await undo_link(session, ground.clock.now(), link_id, by=CUSTOMER)


class TestJoin:
    async def test_addresses_talks_tickets_and_surveys_become_the_first_ones(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, b.ticket_id)
            await may_ask(session, ground.clock.now(), ticket, rhythm_of(ground.settings))
        await joined(ground, a, b)
        after = await owners(ground)
        assert set(after.identities.values()) == {a.contact_id}
        assert set(after.conversations.values()) == {a.contact_id}
        assert set(after.tickets.values()) == {a.contact_id}
        assert set(after.surveys.values()) == {a.contact_id}

    async def test_what_was_empty_is_filled_and_nothing_is_overwritten(self, ground: Ground) -> None:
        a = await open_one(ground, who="a", person={"region": "北京"})
        b = await open_one(ground, who="b", person={"region": "上海", "phone": "13800138000", "name": "小李"})
        await joined(ground, a, b)
        contact = (await owners(ground)).contacts[a.contact_id]
        assert (contact["region"], contact["phone"], contact["name"]) == ("北京", "13800138000", "小李")

    async def test_what_moved_is_written_on_the_link_and_on_the_open_tickets(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        link = await link_now(ground, await joined(ground, a, b))
        assert (link.source_id, link.target_id, link.linked_by) == (b.contact_id, a.contact_id, "customer")
        assert link.moved["conversations"] == [b.conversation_id]
        assert link.moved["tickets"] == [b.ticket_id]
        assert [(await kinds_of(ground, one.ticket_id))[-1] for one in (a, b)] == ["linked", "linked"]

    async def test_a_ticket_opened_there_afterwards_is_the_one_persons(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        await joined(ground, a, b)
        assert (await open_one(ground, who="b")).contact_id == a.contact_id


class TestAsking:
    async def test_no_leaves_everything_as_it_was(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        before = await owners(ground)
        link_id = await offered(ground, b, await give_code(ground, a))
        assert link_id is not None
        async with ground.db.transaction() as session:
            await decline_link(session, await get_conversation(session, b.conversation_id), link_id)
        assert await accepted(ground, b, link_id) is Outcome.GONE
        assert await owners(ground) == before

    async def test_nobody_else_can_say_yes(self, ground: Ground) -> None:
        a, b, c = await addresses(ground, "a", "b", "c")
        link_id = await offered(ground, b, await give_code(ground, a))
        assert link_id is not None
        assert await accepted(ground, c, link_id) is Outcome.GONE
        assert await accepted(ground, a, link_id) is Outcome.GONE
        assert await accepted(ground, b, link_id) is Outcome.LINKED

    async def test_a_yes_after_ten_minutes_is_too_late(self, ground: Ground, clock: FrozenClock) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await offered(ground, b, await give_code(ground, a))
        assert link_id is not None
        clock.advance(minutes=10, seconds=1)
        assert await accepted(ground, b, link_id) is Outcome.GONE

    async def test_of_two_presses_at_once_one_joins(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await offered(ground, b, await give_code(ground, a))
        assert link_id is not None
        outcomes = await asyncio.gather(*(accepted(ground, b, link_id) for _ in range(3)))
        assert sorted(outcomes) == [Outcome.GONE, Outcome.GONE, Outcome.LINKED]

    async def test_two_who_join_each_other_at_once_are_joined_once(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        there = await offered(ground, b, await give_code(ground, a))
        back = await offered(ground, a, await give_code(ground, b))
        assert there is not None
        assert back is not None
        outcomes = await asyncio.gather(accepted(ground, b, there), accepted(ground, a, back))
        assert sorted(outcomes) == [Outcome.LINKED, Outcome.SAME]
        after = await owners(ground)
        assert len(set(after.identities.values()) | set(after.tickets.values())) == 1


async def test_a_turn_that_waited_for_the_merge_finds_its_talk_with_the_new_owner(ground: Ground) -> None:
    a, b = await addresses(ground, "a", "b")
    link_id = await offered(ground, b, await give_code(ground, a))
    assert link_id is not None

    async def turn() -> tuple[int, int]:
        sender = Sender(channel="webchat", account="main", address="b", thread="webchat:main:b")
        async with ground.db.transaction() as session:
            conversation, contact = await conversation_of(session, ground.clock.now(), sender)
            return conversation.id, contact.id

    async with ground.db.transaction() as session:
        talk = await get_conversation(session, b.conversation_id)
        assert await accept_link(session, ground.clock.now(), talk, link_id) is Outcome.LINKED
        waiting = asyncio.create_task(turn())
        await asyncio.sleep(0.05)
    assert await waiting == (b.conversation_id, a.contact_id)


class TestThree:
    async def test_three_channels_are_one_person_whatever_joined_what(self, ground: Ground) -> None:
        a, b, c = await addresses(ground, "a", "b", "c")
        await joined(ground, a, b)
        await joined(ground, c, b)
        after = await owners(ground)
        assert set(after.identities.values()) == {c.contact_id}
        assert set(after.tickets.values()) == {c.contact_id}

    async def test_the_first_link_can_be_undone_after_the_second(self, ground: Ground) -> None:
        a, b, c = await addresses(ground, "a", "b", "c")
        first = await joined(ground, a, b)
        await joined(ground, c, a)
        await undo(ground, first)
        after = await owners(ground)
        assert after.identities == {"a": c.contact_id, "b": b.contact_id, "c": c.contact_id}
        assert after.tickets == {a.ticket_id: c.contact_id, b.ticket_id: b.contact_id, c.ticket_id: c.contact_id}

    async def test_who_left_in_between_is_not_given_to_somebody_else(self, ground: Ground) -> None:
        a, b, c = await addresses(ground, "a", "b", "c")
        inner = await joined(ground, b, c)
        outer = await joined(ground, a, b)
        await undo(ground, inner)
        await joined(ground, a, c)
        await undo(ground, outer)
        assert (await owners(ground)).identities == {"a": a.contact_id, "b": b.contact_id, "c": a.contact_id}

    async def test_what_was_filled_through_somebody_who_left_is_taken_back(self, ground: Ground) -> None:
        a, c = await addresses(ground, "a", "c")
        b = await open_one(ground, who="b", person={"phone": "13800138000"})
        first = await joined(ground, a, b)
        await joined(ground, c, a)
        assert (await owners(ground)).contacts[c.contact_id]["phone"] == "13800138000"
        await undo(ground, first)
        contacts = (await owners(ground)).contacts
        assert [contacts[one.contact_id]["phone"] for one in (a, b, c)] == [None, "13800138000", None]


class TestUndo:
    async def test_everything_is_exactly_as_before(self, ground: Ground) -> None:
        a = await open_one(ground, who="a", person={"region": "北京", "preferred_thread": "webchat:main:a"})
        b = await open_one(ground, who="b", person={"phone": "13800138000", "last_survey_at": ground.clock.now()})
        before = await owners(ground)
        await undo(ground, await joined(ground, a, b))
        assert await owners(ground) == before

    async def test_a_ticket_opened_meanwhile_goes_with_its_talk(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await joined(ground, a, b)
        later = await open_one(ground, who="b")
        await undo(ground, link_id)
        assert (await owners(ground)).tickets[later.ticket_id] == b.contact_id

    async def test_what_the_person_has_told_since_stays(self, ground: Ground) -> None:
        a = await open_one(ground, who="a")
        b = await open_one(ground, who="b", person={"phone": "13800138000"})
        link_id = await joined(ground, a, b)
        await open_one(ground, who="a", person={"phone": "13900139000"})
        await undo(ground, link_id)
        contacts = (await owners(ground)).contacts
        assert [contacts[one.contact_id]["phone"] for one in (a, b)] == ["13900139000", "13800138000"]

    async def test_news_does_not_go_on_to_an_address_that_was_parted(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await joined(ground, a, b)
        await open_one(ground, who="a", person={"preferred_thread": "webchat:main:b"})
        await undo(ground, link_id)
        assert (await owners(ground)).contacts[a.contact_id]["preferred_thread"] is None

    async def test_it_is_undone_once_even_by_two_at_once(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await joined(ground, a, b)
        results = await asyncio.gather(*(undo(ground, link_id) for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results if result] == [LinkGoneError] * 2
        link = await link_now(ground, link_id)
        assert (link.state, link.undone_by, link.undone_at) == (LinkState.UNDONE, "customer", ground.clock.now())
        assert [(await kinds_of(ground, one.ticket_id))[-1] for one in (a, b)] == ["unlinked", "unlinked"]

    async def test_thirty_days_are_its_time(self, ground: Ground, clock: FrozenClock) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await joined(ground, a, b)
        clock.advance(days=30, seconds=1)
        async with ground.db.reading() as session:
            assert await undoable_link(session, clock.now(), a.contact_id) is None
        with pytest.raises(LinkGoneError):
            await undo(ground, link_id)

    async def test_they_can_be_joined_again(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        await undo(ground, await joined(ground, a, b))
        await joined(ground, b, a)
        assert set((await owners(ground)).identities.values()) == {b.contact_id}


class TestConflicts:
    async def test_two_phones_are_for_staff_to_decide(self, ground: Ground) -> None:
        a = await open_one(ground, who="a", person={"phone": "13800138000"})
        b = await open_one(ground, who="b", person={"phone": "13900139000"})
        before = await owners(ground)
        link_id = await offered(ground, b, await give_code(ground, a))
        assert link_id is not None
        assert await accepted(ground, b, link_id) is Outcome.PENDING
        assert await owners(ground) == before
        for side in (a, b):
            async with ground.db.reading() as session:
                waiting = await pending_links(session, ground.clock.now(), side.contact_id)
            assert [link.id for link in waiting] == [link_id]
            assert (await kinds_of(ground, side.ticket_id))[-1] == "link_pending"
        async with ground.db.transaction() as session:
            await confirm_link(session, ground.clock.now(), link_id, staff=WANG)
        after = await owners(ground)
        assert set(after.identities.values()) == {a.contact_id}
        assert after.contacts[a.contact_id]["phone"] == "13800138000"
        assert (await link_now(ground, link_id)).linked_by == "王芳"
        await undo(ground, link_id)
        assert await owners(ground) == before

    async def test_staff_may_say_no_and_that_is_that(self, ground: Ground) -> None:
        a = await open_one(ground, who="a", person={"email": "a@example.cn"})
        b = await open_one(ground, who="b", person={"email": "b@example.cn"})
        link_id = await offered(ground, b, await give_code(ground, a))
        assert link_id is not None
        await accepted(ground, b, link_id)
        async with ground.db.transaction() as session:
            await dismiss_link(session, link_id)
        async with ground.db.transaction() as session:
            with pytest.raises(LinkGoneError):
                await confirm_link(session, ground.clock.now(), link_id, staff=WANG)
            with pytest.raises(LinkGoneError):
                await dismiss_link(session, link_id)

    async def test_what_was_never_asked_cannot_be_confirmed(self, ground: Ground) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await offered(ground, b, await give_code(ground, a))
        assert link_id is not None
        async with ground.db.transaction() as session:
            with pytest.raises(LinkGoneError):
                await confirm_link(session, ground.clock.now(), link_id, staff=WANG)
