from datetime import timedelta

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import WANG, clocks_of, events_of, jobs_of, open_one, ticket_now
from tickets.actors import CUSTOMER
from tickets.errors import MoveNotAllowedError, ReplyTooLongError, SolutionMissingError
from tickets.events import DeskEvent
from tickets.followups.models import FollowUpKind
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.resolving import confirm, reopen, resolve
from tickets.rhythm import rhythm_of
from tickets.stages import Priority, Stage
from tickets.working import MAX_REPLY


async def resolved(ground: Ground, ticket_id: int, solution: str = "换了证书，请重新登录") -> Ticket:
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        await resolve(
            session,
            ground.clock.now(),
            ticket,
            solution=solution,
            staff=WANG,
            seen=ticket.version,
            rhythm=rhythm_of(ground.settings),
        )
    return await ticket_now(ground, ticket_id)


async def confirmed(ground: Ground, ticket_id: int) -> Ticket:
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        await confirm(session, ground.clock.now(), ticket, actor=CUSTOMER, rhythm=rhythm_of(ground.settings))
    return await ticket_now(ground, ticket_id)


async def reopened(ground: Ground, ticket_id: int, reason: str = "还是登录不了") -> Ticket:
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        await reopen(
            session,
            ground.clock.now(),
            ticket,
            reason=reason,
            actor=CUSTOMER,
            rhythm=rhythm_of(ground.settings),
        )
    return await ticket_now(ground, ticket_id)


class TestResolving:
    async def test_the_customer_gets_the_solution_and_is_asked_later(self, ground: Ground) -> None:
        opened = await open_one(ground)
        ticket = await resolved(ground, opened.ticket_id)
        now = ground.clock.now()
        assert (ticket.stage, ticket.solution) == (Stage.CONFIRMING, "换了证书，请重新登录")
        assert await clocks_of(ground, ticket.id) == {
            FollowUpKind.FIXED_CHECK: now + timedelta(seconds=30),
            FollowUpKind.CONFIRM_TIMEOUT: now + timedelta(hours=72),
        }
        assert (DeskEvent.RESOLVED, {"ticket_id": ticket.id}) in await jobs_of(ground)

    @pytest.mark.parametrize(
        ("solution", "error"), [("  ", SolutionMissingError), ("x" * (MAX_REPLY + 1), ReplyTooLongError)]
    )
    async def test_a_solution_needs_fitting_words(self, ground: Ground, solution: str, error: type[Exception]) -> None:
        opened = await open_one(ground)
        with pytest.raises(error):
            await resolved(ground, opened.ticket_id, solution)
        assert (await ticket_now(ground, opened.ticket_id)).stage == Stage.ACCEPTED

    async def test_twice_is_refused(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await resolved(ground, opened.ticket_id)
        with pytest.raises(MoveNotAllowedError):
            await resolved(ground, opened.ticket_id)


class TestConfirming:
    async def test_yes_closes_and_asks_how_it_went(self, ground: Ground, clock: FrozenClock) -> None:
        opened = await open_one(ground)
        await resolved(ground, opened.ticket_id)
        clock.advance(minutes=10)
        ticket = await confirmed(ground, opened.ticket_id)
        assert (ticket.stage, ticket.closed_at) == (Stage.SOLVED, clock.now())
        assert await clocks_of(ground, ticket.id) == {FollowUpKind.SURVEY: clock.now() + timedelta(seconds=5)}

    async def test_an_old_yes_does_not_close_what_was_reopened(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await resolved(ground, opened.ticket_id)
        await reopened(ground, opened.ticket_id)
        with pytest.raises(MoveNotAllowedError):
            await confirmed(ground, opened.ticket_id)

    async def test_a_second_yes_is_refused(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await resolved(ground, opened.ticket_id)
        await confirmed(ground, opened.ticket_id)
        with pytest.raises(MoveNotAllowedError):
            await confirmed(ground, opened.ticket_id)


class TestReopening:
    @pytest.mark.parametrize("after_yes", [False, True])
    async def test_it_comes_back_more_urgent_with_the_reason(self, ground: Ground, *, after_yes: bool) -> None:
        opened = await open_one(ground)
        await resolved(ground, opened.ticket_id)
        if after_yes:
            await confirmed(ground, opened.ticket_id)
        ticket = await reopened(ground, opened.ticket_id)
        assert (ticket.stage, ticket.priority, ticket.alarm) == (Stage.PROCESSING, Priority.HIGH, "reopened")
        assert (ticket.reopened, ticket.closed_at, ticket.resolved_at) == (1, None, None)
        assert set(await clocks_of(ground, ticket.id)) == {
            FollowUpKind.PROGRESS,
            FollowUpKind.SLA_NEXT_REPLY,
            FollowUpKind.SLA_RESOLUTION,
        }
        assert (await events_of(ground, ticket.id))[-1].data["reason"] == "还是登录不了"

    async def test_what_was_never_called_solved_cannot_come_back(self, ground: Ground) -> None:
        opened = await open_one(ground)
        with pytest.raises(MoveNotAllowedError):
            await reopened(ground, opened.ticket_id)
        assert (await ticket_now(ground, opened.ticket_id)).priority == Priority.NORMAL
