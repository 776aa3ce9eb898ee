"""Two people, one ticket, at the same moment: one wins, the other is told who was first, nothing is lost."""

import asyncio

import pytest

from tests.flows.test_story import open_a_ticket
from tests.support.desk import Desk
from tickets.actors import Actor, ActorKind
from tickets.errors import TicketChangedError
from tickets.models import EventKind
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of
from tickets.stages import Stage
from tickets.working import move, reply

WANG = Actor(ActorKind.STAFF, 1, "王芳")
LIU = Actor(ActorKind.STAFF, 2, "刘洋")


async def moves(desk: Desk, ticket_id: int, seen: int, target: Stage, staff: Actor) -> str:
    """What the person is told: nothing, or who was first."""
    try:
        async with desk.ground.db.transaction() as session:
            ticket = await get_ticket(session, ticket_id)
            rhythm = rhythm_of(desk.ground.settings)
            await move(session, desk.clock.now(), ticket, target=target, staff=staff, seen=seen, rhythm=rhythm)
    except TicketChangedError as error:
        return str(error.values["who"])
    return ""


class TestAtOnce:
    async def test_of_two_stages_set_at_once_one_holds_and_the_other_is_told_by_whom(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        ticket = await desk.ticket()
        told = await asyncio.gather(
            moves(desk, ticket.id, ticket.version, Stage.PROCESSING, WANG),
            moves(desk, ticket.id, ticket.version, Stage.WAITING, LIU),
        )
        after = await desk.ticket()
        assert sorted(map(bool, told)) == [False, True]
        winner, stage = (WANG, Stage.PROCESSING) if not told[0] else (LIU, Stage.WAITING)
        assert (after.stage, "".join(told)) == (stage, winner.name)
        kinds = [event.kind for event in await desk.events(ticket)]
        assert kinds.count(EventKind.STAGE) == 1
        await desk.pump()
        assert len(desk.news()) == 1

    async def test_replies_at_once_are_both_kept_and_both_sent(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        ticket = await desk.ticket()

        async def replies(text: str, staff: Actor) -> None:
            for _ in range(2):
                try:
                    async with desk.ground.db.transaction() as session:
                        rhythm = rhythm_of(desk.ground.settings)
                        loaded = await get_ticket(session, ticket.id)
                        await reply(session, desk.clock.now(), loaded, text=text, staff=staff, rhythm=rhythm)
                except TicketChangedError:
                    continue
                return
            pytest.fail("a reply was refused twice")

        await asyncio.gather(replies("我来处理。", WANG), replies("我也在看。", LIU))
        await desk.pump()
        assert {"我来处理。", "我也在看。"} <= set(desk.news())

    async def test_a_customer_who_writes_while_staff_reply_loses_nothing(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        ticket = await desk.ticket()
        await desk.write("还有一件事", pump=False)
        desk.clock.advance(seconds=1)

        async def staff_replies() -> None:
            async with desk.ground.db.transaction() as session:
                rhythm = rhythm_of(desk.ground.settings)
                loaded = await get_ticket(session, ticket.id)
                await reply(session, desk.clock.now(), loaded, text="请稍等。", staff=WANG, rhythm=rhythm)

        await asyncio.gather(desk.pump(), staff_replies(), return_exceptions=True)
        await desk.later(minutes=20)
        texts = [message.text for message in await desk.messages()]
        assert "还有一件事" in texts
