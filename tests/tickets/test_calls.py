"""Who is calling, and what becomes of a call that is written down."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from bot.defaults import install_defaults
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import LI, WANG, clocks_of, events_of, jobs_of, kinds_of, messages_of, open_one, ticket_now
from tickets.calls.callers import Caller, callers_of
from tickets.calls.errors import AddressTakenError, CallerUnknownError, CallLoggedError
from tickets.calls.service import CallNote, log_call, note_length
from tickets.calls.ways import News, Way
from tickets.contacts.models import Contact, ContactIdentity
from tickets.conversations.models import Author, Conversation
from tickets.models import Ticket
from tickets.rhythm import rhythm_of
from tickets.stages import Priority, Stage

NUMBER = "+8613800138000"
LANDLINE = "+861065123456"
WAYS = (Way("sms", "texts"), Way("email", "desk@example.cn"))
NOTE = CallNote(key="k1", number=NUMBER, text="开票软件登录不了\n提示证书过期")


@pytest.fixture(autouse=True)
async def _configured(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        await install_defaults(session)


async def log(ground: Ground, note: CallNote = NOTE, **changed: Any) -> Ticket:
    whole = replace(note, **{"key": "-".join(map(str, changed.values())) or note.key, **changed})
    async with ground.db.transaction() as session:
        now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
        return await log_call(session, now, whole, ways=WAYS, staff=WANG, rhythm=rhythm)


async def who(ground: Ground, number: str = NUMBER) -> list[Caller]:
    async with ground.db.reading() as session:
        return await callers_of(session, number)


async def contact(ground: Ground, ticket: Ticket) -> Contact:
    async with ground.db.reading() as session:
        return (await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one()


async def talks(ground: Ground, ticket: Ticket) -> set[str]:
    async with ground.db.reading() as session:
        own = select(Conversation.thread).where(Conversation.contact_id == ticket.contact_id)
        return set((await session.exec(own)).all())


class TestLogging:
    async def test_a_new_caller_gets_a_ticket_whose_clocks_run(self, ground: Ground) -> None:
        ticket = await log(ground, name="王会计", company="宏远商贸")
        assert (ticket.channel, ticket.stage, ticket.subject) == ("phone", Stage.ACCEPTED, "开票软件登录不了")
        assert ticket.first_replied_at is None
        assert ticket.assignee_id is None
        assert ticket.team_id is not None
        assert {"sla_first_reply", "sla_resolution", "progress"} <= set(await clocks_of(ground, ticket.id))
        person = await contact(ground, ticket)
        assert (person.name, person.company, person.phone) == ("王会计", "宏远商贸", NUMBER)
        assert await talks(ground, ticket) == {f"phone:hotline:{NUMBER}"}

    async def test_what_was_said_is_the_callers_and_the_call_is_on_the_timeline(self, ground: Ground) -> None:
        ticket = await log(ground)
        (said,) = await messages_of(ground, ticket.conversation_id)
        assert (said.author, said.text, said.ticket_id) == (Author.CUSTOMER, NOTE.text, ticket.id)
        assert await kinds_of(ground, ticket.id) == ["opened", "called"]
        assert (await events_of(ground, ticket.id))[-1].actor_name == WANG.name

    async def test_an_answer_on_the_telephone_is_the_first_reply(self, ground: Ground, clock: FrozenClock) -> None:
        ticket = await log(ground, answered=True)
        assert ticket.first_replied_at == clock.now()
        assert ticket.waiting_since is None
        assert "sla_first_reply" not in await clocks_of(ground, ticket.id)

    async def test_whoever_sees_to_it_has_it(self, ground: Ground) -> None:
        ticket = await log(ground, mine=True)
        assert ticket.assignee_id == WANG.id
        assert (await kinds_of(ground, ticket.id))[-1] == "assigned"

    async def test_another_priority_brings_its_own_targets(self, ground: Ground) -> None:
        usual, urgent = await log(ground), await log(ground, priority=Priority.URGENT)
        assert urgent.priority == Priority.URGENT
        assert urgent.first_reply_due < usual.first_reply_due
        warned = urgent.created_at + (urgent.first_reply_due - urgent.created_at) * 0.8
        assert (await clocks_of(ground, urgent.id))["sla_first_reply"] == warned

    async def test_a_form_sent_twice_is_one_call(self, ground: Ground) -> None:
        first, second = await log(ground), await log(ground)
        assert first.id == second.id
        assert len(await messages_of(ground, first.conversation_id)) == 1

    async def test_a_call_two_people_log_is_the_first_ones(self, ground: Ground) -> None:
        ticket = await log(ground, key="wang", call_id=7)
        with pytest.raises(CallLoggedError) as refused:
            await log(ground, key="li", call_id=7)
        assert refused.value.values["number"] == ticket.number

    async def test_its_length_is_noted_on_the_line_of_the_ticket(self, ground: Ground) -> None:
        ticket = await log(ground, call_id=7)
        async with ground.db.transaction() as session:
            await note_length(session, 7, 83)
            await note_length(session, 8, 99)
        assert (await events_of(ground, ticket.id))[-1].data["seconds"] == 83


class TestKnownCallers:
    async def test_somebody_who_called_before_is_certain(self, ground: Ground) -> None:
        ticket = await log(ground, name="王会计")
        (caller,) = await who(ground)
        assert caller.certain
        assert caller.contact.name == "王会计"
        assert [one.number for one in caller.open_tickets] == [ticket.number]

    @pytest.mark.parametrize("told", ["13800138000", "+8613800138000", "138 0013 8000", "8613800138000"])
    async def test_somebody_who_only_named_the_number_is_not(self, ground: Ground, told: str) -> None:
        await open_one(ground, person={"phone": told, "name": "李清"})
        (caller,) = await who(ground)
        assert not caller.certain
        assert caller.contact.name == "李清"

    async def test_others_are_not_found(self, ground: Ground) -> None:
        await open_one(ground, person={"phone": "13900139000"})
        assert await who(ground) == []

    async def test_a_second_call_is_the_same_persons(self, ground: Ground) -> None:
        first = await log(ground, name="王会计")
        second = await log(ground, key="k2", contact_id=first.contact_id)
        assert second.id != first.id
        assert (second.contact_id, second.conversation_id) == (first.contact_id, first.conversation_id)

    async def test_what_we_know_is_not_overwritten(self, ground: Ground) -> None:
        first = await log(ground, name="王会计")
        await log(ground, key="k2", contact_id=first.contact_id, name="小王", company="宏远商贸")
        person = await contact(ground, first)
        assert (person.name, person.company) == ("王会计", "宏远商贸")

    async def test_several_people_call_from_one_line(self, ground: Ground) -> None:
        tickets = [await log(ground, number=LANDLINE, name=name) for name in ("甲", "乙", "丙")]
        assert len({ticket.contact_id for ticket in tickets}) == 3
        assert len({ticket.conversation_id for ticket in tickets}) == 3
        found = await who(ground, LANDLINE)
        assert [(one.contact.name, one.certain) for one in found] == [("甲", True), ("乙", True), ("丙", True)]
        again = await log(ground, key="again", number=LANDLINE, contact_id=tickets[1].contact_id)
        assert again.conversation_id == tickets[1].conversation_id

    async def test_a_number_that_begins_alike_is_another(self, ground: Ground) -> None:
        await log(ground, number=LANDLINE)
        assert await who(ground, LANDLINE[:-1]) == []


class TestAdding:
    async def test_a_call_about_an_open_ticket_is_added_where_its_talk_is(self, ground: Ground) -> None:
        opened = await open_one(ground, person={"phone": "13800138000"})
        ticket = await log(ground, contact_id=opened.contact_id, ticket_id=opened.ticket_id)
        assert ticket.id == opened.ticket_id
        assert (await messages_of(ground, opened.conversation_id))[-1].text == NOTE.text
        assert (await kinds_of(ground, ticket.id))[-1] == "called"
        assert ticket.waiting_since is not None
        # From now on the number is known to be theirs.
        assert (await who(ground))[0].certain

    async def test_it_is_answered_by_what_was_said(self, ground: Ground) -> None:
        opened = await open_one(ground)
        ticket = await log(ground, contact_id=opened.contact_id, ticket_id=opened.ticket_id, answered=True)
        assert ticket.waiting_since is None

    async def test_somebody_elses_ticket_is_refused_and_nothing_stays(self, ground: Ground) -> None:
        opened = await open_one(ground)
        with pytest.raises(CallerUnknownError):
            await log(ground, ticket_id=opened.ticket_id)
        assert await kinds_of(ground, opened.ticket_id) == ["opened"]
        assert await who(ground) == []

    async def test_an_unknown_person_is_refused(self, ground: Ground) -> None:
        with pytest.raises(CallerUnknownError):
            await log(ground, contact_id=4711)


class TestNews:
    async def test_by_text_to_the_number_that_called(self, ground: Ground) -> None:
        ticket = await log(ground, news=News.SMS)
        person = await contact(ground, ticket)
        assert person.preferred_thread == f"sms:texts:{NUMBER}"
        assert person.fallback_thread is None
        assert person.preferred_thread in await talks(ground, ticket)

    async def test_the_second_way_is_the_one_where_the_first_fails(self, ground: Ground) -> None:
        person = await contact(ground, await log(ground, news=News.SMS, email="wang@example.cn"))
        assert person.fallback_thread == "email:desk@example.cn:wang@example.cn"
        other = await contact(
            ground, await log(ground, number="+8613900139000", news=News.EMAIL, email="li@example.cn")
        )
        assert other.preferred_thread == "email:desk@example.cn:li@example.cn"
        assert other.fallback_thread == "sms:texts:+8613900139000"

    async def test_a_line_in_a_wall_is_not_texted(self, ground: Ground) -> None:
        person = await contact(ground, await log(ground, number=LANDLINE, news=News.EMAIL, email="wang@example.cn"))
        assert person.fallback_thread is None

    async def test_nothing_is_changed_where_nothing_was_chosen(self, ground: Ground) -> None:
        first = await log(ground, news=News.SMS)
        for news in (News.KEEP, News.NONE):
            await log(ground, key=news, contact_id=first.contact_id, news=news)
            assert (await contact(ground, first)).preferred_thread == f"sms:texts:{NUMBER}"

    async def test_somebody_elses_address_is_not_taken_over(self, ground: Ground) -> None:
        theirs = await open_one(ground, who="wang@example.cn", channel="email")
        async with ground.db.transaction() as session:
            own = select(ContactIdentity).where(ContactIdentity.contact_id == theirs.contact_id)
            (await session.exec(own)).one().account = "desk@example.cn"
        with pytest.raises(AddressTakenError) as refused:
            await log(ground, news=News.EMAIL, email="wang@example.cn")
        assert (refused.value.way, refused.value.contact_id) == ("email", theirs.contact_id)
        assert await who(ground) == []

    async def test_a_number_of_somebody_else_is_left_alone_when_nobody_asked_for_texts(self, ground: Ground) -> None:
        first = await log(ground, name="甲", news=News.SMS)
        second = await log(ground, key="k2", name="乙", news=News.EMAIL, email="yi@example.cn")
        assert second.contact_id != first.contact_id
        assert (await contact(ground, second)).fallback_thread is None

    async def test_the_rest_of_the_product_is_told(self, ground: Ground) -> None:
        told = await log(ground, news=News.SMS)
        await log(ground, key="k2", contact_id=told.contact_id, ticket_id=told.id, news=News.SMS)
        await log(ground, key="k3", number=LANDLINE)
        payloads = [payload for kind, payload in await jobs_of(ground) if kind == "ticket.logged"]
        assert [payload["told"] for payload in payloads] == [True, False, False]


class TestAtOnce:
    """Two colleagues save at the same moment: the database decides, and nobody sees a fault."""

    async def test_two_new_callers_from_one_line_are_two_people(self, ground: Ground) -> None:
        names = ("甲", "乙", "丙")
        tickets = await asyncio.gather(*(log(ground, number=LANDLINE, name=name) for name in names))
        assert len({ticket.contact_id for ticket in tickets}) == 3
        assert {one.contact.name for one in await who(ground, LANDLINE)} == set(names)

    async def test_one_form_is_one_ticket(self, ground: Ground) -> None:
        tickets = await asyncio.gather(*(log(ground) for _ in range(3)))
        assert len({ticket.id for ticket in tickets}) == 1

    async def test_one_call_is_one_ticket(self, ground: Ground) -> None:
        logging = (log(ground, key=key, call_id=7) for key in ("wang", "li"))
        outcomes = await asyncio.gather(*logging, return_exceptions=True)
        assert [type(one) for one in outcomes if isinstance(one, Exception)] == [CallLoggedError]


async def test_staff_of_another_name_may_log_too(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        rhythm = rhythm_of(ground.settings)
        ticket = await log_call(session, ground.clock.now(), NOTE, ways=(), staff=LI, rhythm=rhythm)
    assert (await ticket_now(ground, ticket.id)).subject == "开票软件登录不了"
