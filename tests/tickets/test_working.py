from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from tests.support.tickets import (
    LI,
    WANG,
    Opened,
    clocks_of,
    conversation_now,
    events_of,
    jobs_of,
    kinds_of,
    messages_of,
    open_one,
    ticket_now,
)
from tickets.conversations.models import Author, Owner
from tickets.desk.models import Team
from tickets.errors import (
    EmptyReplyError,
    MoveNotAllowedError,
    PromiseInPastError,
    PromiseNotOpenError,
    ReplyTooLongError,
    TicketChangedError,
)
from tickets.events import DeskEvent
from tickets.followups.models import FollowUpKind
from tickets.models import Ticket
from tickets.repository import change, get_ticket
from tickets.resolving import resolve
from tickets.rhythm import rhythm_of
from tickets.stages import Priority, Stage
from tickets.working import (
    MAX_REPLY,
    assign,
    assign_team,
    hand_back,
    move,
    note,
    promise,
    reply,
    set_priority,
)

Work = Callable[[AsyncSession, Ticket], Awaitable[object]]


async def on(ground: Ground, opened: Opened, work: Work) -> Ticket:
    """Do one thing to the ticket in a transaction of its own."""
    async with ground.db.transaction() as session:
        await work(session, await get_ticket(session, opened.ticket_id))
    return await ticket_now(ground, opened.ticket_id)


async def answer(ground: Ground, opened: Opened, text: str = "您好，正在查", seen: int | None = None) -> Ticket:
    now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
    return await on(ground, opened, lambda s, t: reply(s, now, t, text=text, staff=WANG, rhythm=rhythm, seen=seen))


class TestReplying:
    async def test_the_first_reply_starts_the_work_and_stops_its_clock(self, ground: Ground) -> None:
        opened = await open_one(ground, wants_person=True)
        ticket = await answer(ground, opened)
        assert (ticket.stage, ticket.assignee_id) == (Stage.PROCESSING, WANG.id)
        assert ticket.first_replied_at == ground.clock.now()
        assert (ticket.waiting_since, ticket.wants_person) == (None, False)
        assert FollowUpKind.SLA_FIRST_REPLY not in await clocks_of(ground, opened.ticket_id)

    async def test_the_bot_is_silent_once_a_person_speaks(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await answer(ground, opened)
        async with ground.db.reading() as session:
            conversation = await conversation_now(session, opened.conversation_id)
        assert (conversation.owner, conversation.staff_id) == (Owner.STAFF, WANG.id)

    async def test_the_rest_of_the_product_is_told_of_the_message(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await answer(ground, opened)
        message = (await messages_of(ground, opened.conversation_id))[-1]
        assert (message.author, message.text, message.internal) == (Author.STAFF, "您好，正在查", False)
        told = {"ticket_id": opened.ticket_id, "message_id": message.id}
        assert (DeskEvent.REPLIED, told) in await jobs_of(ground)

    async def test_news_restart_the_rhythm(self, ground: Ground, clock: FrozenClock) -> None:
        opened = await open_one(ground)
        clock.advance(hours=3)
        ticket = await answer(ground, opened)
        due = clock.now() + timedelta(hours=4)
        assert ticket.next_update_at == due
        assert (await clocks_of(ground, opened.ticket_id))[FollowUpKind.PROGRESS] == due

    async def test_a_lapsed_promise_is_answered_for(self, ground: Ground, clock: FrozenClock) -> None:
        opened = await open_one(ground)
        now, rhythm = clock.now(), rhythm_of(ground.settings)
        at = now + timedelta(minutes=30)
        await on(ground, opened, lambda s, t: promise(s, now, t, at=at, staff=WANG, seen=1, rhythm=rhythm))
        clock.advance(hours=1)
        await on(ground, opened, lambda s, t: change(s, clock.now(), t, alarm="promise_lapsed"))
        ticket = await answer(ground, opened)
        assert (ticket.alarm, ticket.promise_at) == (None, None)

    @pytest.mark.parametrize(
        ("text", "error"), [(" \n\0", EmptyReplyError), ("x" * (MAX_REPLY + 1), ReplyTooLongError)]
    )
    async def test_what_cannot_be_sent_changes_nothing(self, ground: Ground, text: str, error: type[Exception]) -> None:
        opened = await open_one(ground)
        with pytest.raises(error):
            await answer(ground, opened, text)
        assert await kinds_of(ground, opened.ticket_id) == ["opened"]
        assert (await ticket_now(ground, opened.ticket_id)).version == 1

    async def test_the_second_of_two_colleagues_is_stopped(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await answer(ground, opened, "第一个", seen=1)
        with pytest.raises(TicketChangedError) as refused:
            await answer(ground, opened, "第二个", seen=1)
        assert refused.value.values == {"who": "王芳", "kind": "replied"}
        texts = [message.text for message in await messages_of(ground, opened.conversation_id)]
        assert "第二个" not in texts


class TestNoting:
    async def test_a_note_is_internal_and_tells_nobody(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now = ground.clock.now()
        ticket = await on(ground, opened, lambda s, t: note(s, now, t, text="查证书链", staff=WANG))
        assert (await messages_of(ground, opened.conversation_id))[-1].internal
        assert await jobs_of(ground) == []
        assert (ticket.stage, ticket.first_replied_at) == (Stage.ACCEPTED, None)
        assert not any(event.public for event in await events_of(ground, ticket.id) if event.kind == "noted")


class TestAssigning:
    async def test_a_person_then_a_team(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now = ground.clock.now()
        ticket = await on(
            ground,
            opened,
            lambda s, t: assign(s, now, t, assignee_id=2, assignee_name="李清", staff=WANG, seen=1),
        )
        assert (ticket.assignee_id, ticket.version) == (2, 2)
        ticket = await on(
            ground,
            opened,
            lambda s, t: assign(s, now, t, assignee_id=None, assignee_name=None, staff=LI, seen=2),
        )
        assert ticket.assignee_id is None
        events = await events_of(ground, ticket.id)
        assert [event.data.get("to") for event in events if event.kind == "assigned"] == ["李清", None]

    async def test_a_team_takes_it_from_whoever_had_it(self, ground: Ground) -> None:
        opened = await open_one(ground)
        async with ground.db.transaction() as session:
            team = Team(key="data", name_zh="数据组", name_en="Data")
            session.add(team)
        await answer(ground, opened)
        seen = (await ticket_now(ground, opened.ticket_id)).version
        ticket = await on(
            ground,
            opened,
            lambda s, t: assign_team(
                s, ground.clock.now(), t, team_id=team.id, team_name="数据组", staff=WANG, seen=seen
            ),
        )
        assert (ticket.team_id, ticket.assignee_id) == (team.id, None)


class TestMoving:
    async def test_the_customer_is_told_and_silence_is_theirs(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
        ticket = await on(
            ground,
            opened,
            lambda s, t: move(s, now, t, target=Stage.WAITING, staff=WANG, seen=1, rhythm=rhythm),
        )
        assert (ticket.stage, ticket.next_update_at) == (Stage.WAITING, None)
        assert FollowUpKind.PROGRESS not in await clocks_of(ground, ticket.id)
        assert (DeskEvent.STAGE_CHANGED, {"ticket_id": ticket.id, "stage": "waiting"}) in await jobs_of(ground)

    @pytest.mark.parametrize("target", [Stage.ACCEPTED, Stage.CONFIRMING, Stage.SOLVED])
    async def test_the_end_has_its_own_ways(self, ground: Ground, target: Stage) -> None:
        opened = await open_one(ground)
        now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
        with pytest.raises(MoveNotAllowedError):
            await on(ground, opened, lambda s, t: move(s, now, t, target=target, staff=WANG, seen=1, rhythm=rhythm))


class TestPromising:
    async def test_a_promise_is_public_and_has_a_clock(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
        at = now + timedelta(hours=2)
        ticket = await on(ground, opened, lambda s, t: promise(s, now, t, at=at, staff=WANG, seen=1, rhythm=rhythm))
        assert ticket.promise_at == at
        assert (await clocks_of(ground, ticket.id))[FollowUpKind.PROMISE_LAPSED] == at
        assert [e.public for e in await events_of(ground, ticket.id) if e.kind == "promised"] == [True]

    async def test_the_past_is_no_promise(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
        with pytest.raises(PromiseInPastError):
            await on(ground, opened, lambda s, t: promise(s, now, t, at=now, staff=WANG, seen=1, rhythm=rhythm))

    async def test_nothing_is_promised_on_a_solved_ticket(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
        await on(ground, opened, lambda s, t: resolve(s, now, t, solution="好", staff=WANG, seen=1, rhythm=rhythm))
        at = now + timedelta(hours=1)
        with pytest.raises(PromiseNotOpenError):
            await on(
                ground,
                opened,
                lambda s, t: promise(s, now, t, at=at, staff=WANG, seen=t.version, rhythm=rhythm),
            )


class TestTheRest:
    async def test_priority_is_kept_with_what_it_was(self, ground: Ground) -> None:
        opened = await open_one(ground)
        now = ground.clock.now()
        ticket = await on(
            ground,
            opened,
            lambda s, t: set_priority(s, now, t, priority=Priority.URGENT, staff=WANG, seen=1),
        )
        assert ticket.priority == Priority.URGENT
        assert (await events_of(ground, ticket.id))[-1].data == {"source": 3, "target": 1}

    async def test_handing_back_lets_the_bot_answer_again(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await answer(ground, opened)
        await on(ground, opened, lambda s, t: hand_back(s, ground.clock.now(), t, staff=WANG))
        async with ground.db.reading() as session:
            conversation = await conversation_now(session, opened.conversation_id)
        assert (conversation.owner, conversation.staff_id) == (Owner.BOT, None)
