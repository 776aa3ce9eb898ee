"""Whatever people do in whatever order: the stages, clocks and moments of a ticket never contradict each other."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.ground import Ground
from tests.support.ground import open_ground
from tests.support.tickets import WANG, clocks_of, open_one, ticket_now
from tickets.actors import CUSTOMER
from tickets.followups.models import FollowUpKind
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.resolving import confirm, reopen, resolve
from tickets.rhythm import rhythm_of
from tickets.stages import MOVES, OWED_STAGES, Stage
from tickets.working import move, note, promise, reply

Deed = Callable[[AsyncSession, Ground, Ticket], Awaitable[object]]
OF_OPEN = {FollowUpKind.PROGRESS, FollowUpKind.PROMISE_LAPSED, FollowUpKind.SLA_RESOLUTION}


def _reply(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return reply(s, g.clock.now(), t, text="在查", staff=WANG, rhythm=rhythm_of(g.settings), seen=t.version)


def _note(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return note(s, g.clock.now(), t, text="备注", staff=WANG)


def _promise(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    now, rhythm = g.clock.now(), rhythm_of(g.settings)
    return promise(s, now, t, at=now + timedelta(hours=1), staff=WANG, seen=t.version, rhythm=rhythm)


def _resolve(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    rhythm = rhythm_of(g.settings)
    return resolve(s, g.clock.now(), t, solution="修好了", staff=WANG, seen=t.version, rhythm=rhythm)


def _confirm(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return confirm(s, g.clock.now(), t, actor=CUSTOMER, rhythm=rhythm_of(g.settings))


def _reopen(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return reopen(s, g.clock.now(), t, reason="没好", actor=CUSTOMER, rhythm=rhythm_of(g.settings))


def _move_to(target: Stage) -> Deed:
    def moving(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
        rhythm = rhythm_of(g.settings)
        return move(s, g.clock.now(), t, target=target, staff=WANG, seen=t.version, rhythm=rhythm)

    return moving


DEEDS: dict[str, Deed] = {
    "reply": _reply,
    "note": _note,
    "promise": _promise,
    "resolve": _resolve,
    "confirm": _confirm,
    "reopen": _reopen,
    **{f"move to {stage}": _move_to(stage) for stage in Stage},
}


@settings(max_examples=12, deadline=None)
@given(deeds=st.lists(st.sampled_from(sorted(DEEDS)), min_size=1, max_size=12))
def test_a_ticket_never_contradicts_itself(database_url: str, deeds: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), database_url, deeds))


async def _play(folder: Path, url: str, deeds: list[str]) -> None:
    clock = FrozenClock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    async with open_ground(folder, clock=clock, url=url) as ground:
        ticket_id = (await open_one(ground)).ticket_id
        for deed in deeds:
            clock.advance(minutes=7)
            before = await ticket_now(ground, ticket_id)
            refused = await _refused(ground, ticket_id, DEEDS[deed])
            after = await ticket_now(ground, ticket_id)
            _check_step(before, after, refused=refused)
            _check_clocks(after, await clocks_of(ground, ticket_id))


async def _refused(ground: Ground, ticket_id: int, deed: Deed) -> bool:
    try:
        async with ground.db.transaction() as session:
            await deed(session, ground, await get_ticket(session, ticket_id))
    except InvalidError:
        return True
    return False


def _check_step(before: Ticket, after: Ticket, *, refused: bool) -> None:
    if refused:
        assert after == before
    assert after.stage == before.stage or Stage(after.stage) in MOVES[Stage(before.stage)]
    assert after.version >= before.version
    assert after.priority <= before.priority
    assert (after.closed_at is not None) == (after.stage == Stage.SOLVED)
    assert (after.resolved_at is not None) == (after.stage in {Stage.CONFIRMING, Stage.SOLVED})
    assert after.resolved_at is None or after.solution


def _check_clocks(ticket: Ticket, clocks: dict[str, datetime]) -> None:
    assert (FollowUpKind.PROGRESS in clocks) == (ticket.stage in OWED_STAGES)
    assert (FollowUpKind.CONFIRM_TIMEOUT in clocks) == (ticket.stage == Stage.CONFIRMING)
    assert (FollowUpKind.SURVEY in clocks) == (ticket.stage == Stage.SOLVED)
    assert clocks.get(FollowUpKind.PROGRESS) == ticket.next_update_at
    if ticket.stage in {Stage.CONFIRMING, Stage.SOLVED}:
        assert not OF_OPEN & set(clocks)
    if ticket.first_replied_at:
        assert FollowUpKind.SLA_FIRST_REPLY not in clocks
