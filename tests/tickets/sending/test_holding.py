"""Replies that wait some seconds: they go once, come back whole, and follow their matter."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.flows.test_story import open_a_ticket
from tests.support.desk import Desk
from tickets.actors import Actor, ActorKind
from tickets.models import EventKind
from tickets.rhythm import rhythm_of
from tickets.sending.drafts import drafts_of, save_draft
from tickets.sending.errors import ReplyGoneError
from tickets.sending.grip import hold_ticket
from tickets.sending.holding import hand_over_due, let_all_go, let_go, say_later, take_back
from tickets.sending.models import HeldReply, HeldState
from tickets.stages import Stage

LIU = Actor(ActorKind.STAFF, 77, "刘洋")


async def hold(desk: Desk, text: str, *, seconds: float = 15, staff: Actor | None = None) -> int:
    ticket = await desk.ticket()
    async with desk.ground.db.transaction() as session:
        held = await say_later(
            session,
            desk.clock.now(),
            await hold_ticket(session, ticket.id),
            text=text,
            staff=staff or desk.staff,
            hold_s=seconds,
        )
        return held.id


async def take(desk: Desk, held_id: int, staff: Actor | None = None) -> None:
    async with desk.ground.db.transaction() as session:
        await take_back(session, desk.clock.now(), held_id, staff=staff or desk.staff)


async def state_of(desk: Desk, held_id: int) -> HeldReply:
    async with desk.ground.db.reading() as session:
        return (await session.exec(select(HeldReply).where(HeldReply.id == held_id))).one()


async def draft(desk: Desk) -> str:
    ticket = await desk.ticket()
    async with desk.ground.db.reading() as session:
        found = await drafts_of(session, ticket_id=ticket.id, staff_id=desk.staff.id or 0)
    return found["reply"].text if "reply" in found else ""


class TestLeaving:
    async def test_it_leaves_when_its_seconds_are_over_and_not_before(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        held_id = await hold(desk, "我来查一下。")
        await desk.later(seconds=14)
        assert desk.news() == []
        assert (await desk.ticket()).stage == Stage.ACCEPTED
        await desk.later(seconds=1)
        assert "我来查一下。" in desk.news()
        ticket, held = await desk.ticket(), await state_of(desk, held_id)
        assert (ticket.stage, ticket.assignee_id) == (Stage.PROCESSING, desk.staff.id)
        assert held.state == HeldState.SENT
        assert held.message_id in {message.id for message in await desk.messages()}

    async def test_two_nodes_that_tick_at_once_hand_it_over_once(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        await hold(desk, "只说一次。")
        desk.clock.advance(seconds=15)
        counts = []
        for _ in range(2):
            async with desk.ground.db.transaction() as session:
                counts.append(await hand_over_due(session, desk.clock.now()))
        await desk.pump()
        assert counts == [1, 0]
        assert desk.news().count("只说一次。") == 1

    async def test_a_job_done_twice_says_nothing_twice(self, desk: Desk) -> None:
        """A worker that died after its commit, as far as another can tell."""
        await open_a_ticket(desk)
        held_id = await hold(desk, "只说一次。")
        await desk.later(seconds=15)
        for _ in range(2):
            async with desk.ground.db.transaction() as session:
                await let_go(session, desk.clock.now(), held_id, rhythm=rhythm_of(desk.ground.settings))
        await desk.pump()
        assert [message.text for message in await desk.messages()].count("只说一次。") == 1
        assert desk.news().count("只说一次。") == 1

    async def test_several_leave_in_the_order_in_which_they_were_written(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        for text in ("第一句。", "第二句。", "第三句。"):
            await hold(desk, text)
        await desk.later(seconds=20)
        said = [text for text in desk.news() if text.endswith("句。")]
        assert said == ["第一句。", "第二句。", "第三句。"]

    async def test_what_must_be_heard_first_can_be_let_go_at_once(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        held_id = await hold(desk, "先说这个。")
        ticket = await desk.ticket()
        async with desk.ground.db.transaction() as session:
            held = await hold_ticket(session, ticket.id)
            await let_all_go(session, desk.clock.now(), held, rhythm=rhythm_of(desk.ground.settings))
        await desk.later(seconds=30)
        assert desk.news().count("先说这个。") == 1
        assert (await state_of(desk, held_id)).state == HeldState.SENT


class TestTakingBack:
    async def test_its_words_are_a_draft_again_and_the_customer_hears_nothing(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        held_id = await hold(desk, "发错人了")
        await take(desk, held_id)
        await desk.later(seconds=60)
        assert desk.news() == []
        assert await draft(desk) == "发错人了"
        kinds = [event.kind for event in await desk.events(await desk.ticket())]
        assert kinds[-1] == EventKind.UNSENT
        assert EventKind.REPLIED not in kinds

    async def test_what_was_begun_meanwhile_stays_behind_it(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        held_id = await hold(desk, "第一段")
        ticket = await desk.ticket()
        async with desk.ground.db.transaction() as session:
            now, staff_id = desk.clock.now(), desk.staff.id or 0
            await save_draft(session, now, ticket_id=ticket.id, staff_id=staff_id, mode="reply", text="第二段")
        await take(desk, held_id)
        assert await draft(desk) == "第一段\n\n第二段"

    async def test_it_can_be_taken_back_until_the_worker_says_it(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        held_id = await hold(desk, "还来得及")
        desk.clock.advance(seconds=15)
        async with desk.ground.db.transaction() as session:
            await hand_over_due(session, desk.clock.now())
        await take(desk, held_id)
        await desk.pump()
        assert desk.news() == []
        assert await draft(desk) == "还来得及"

    @pytest.mark.parametrize("times", [1, 2])
    async def test_too_late_is_said(self, desk: Desk, times: int) -> None:
        await open_a_ticket(desk)
        held_id = await hold(desk, "已经走了")
        if times == 1:
            await desk.later(seconds=15)
        else:
            await take(desk, held_id)
        with pytest.raises(ReplyGoneError):
            await take(desk, held_id)

    async def test_nobody_takes_back_the_words_of_another(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        held_id = await hold(desk, "我说的")
        with pytest.raises(ReplyGoneError):
            await take(desk, held_id, LIU)
        await desk.later(seconds=15)
        assert "我说的" in desk.news()


async def test_a_long_hold_is_no_promise(desk: Desk) -> None:
    """What is due is asked of the clock and not of the order of rows."""
    await open_a_ticket(desk)
    await hold(desk, "晚的", seconds=30)
    await hold(desk, "早的", seconds=5)
    await desk.later(seconds=10)
    assert [text for text in desk.news() if text in {"早的", "晚的"}] == ["早的"]
    assert timedelta(0) < (await state_of(desk, 1)).send_at - desk.clock.now()
