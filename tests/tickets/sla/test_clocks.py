"""Clocks of a ticket: what starts, rests and ends them, and that each step is taken once."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.defaults import install_defaults
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.ground import Ground
from tests.support.ground import open_ground
from tests.support.tickets import WANG, clocks_of, events_of, kinds_of, open_one, ticket_now
from tickets.actors import CUSTOMER
from tickets.models import EventKind, Ticket
from tickets.repository import get_ticket
from tickets.resolving import confirm, reopen, resolve
from tickets.rhythm import rhythm_of
from tickets.sla import service
from tickets.sla.firing import clock_is_due
from tickets.sla.following import follow_changes
from tickets.sla.models import ClockKind, ClockState, SlaClock, SlaPolicy
from tickets.sla.service import customer_wrote
from tickets.sla.setup import rules_of
from tickets.stages import OWED_STAGES, Priority, Stage
from tickets.working import move, reply, set_priority

Deed = Callable[[AsyncSession, Ground, Ticket], Awaitable[object]]


async def do(ground: Ground, ticket_id: int, deed: Deed) -> None:
    async with ground.db.transaction() as session:
        await deed(session, ground, await get_ticket(session, ticket_id))


async def clocks(ground: Ground, ticket_id: int) -> dict[str, SlaClock]:
    """The newest of each kind."""
    async with ground.db.reading() as session:
        return {clock.kind: clock for clock in await service.clocks_of(session, ticket_id)}


def _reply(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return reply(s, g.clock.now(), t, text="在查", staff=WANG, rhythm=rhythm_of(g.settings))


def _write(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return customer_wrote(s, g.clock.now(), t)


def _resolve(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    rhythm = rhythm_of(g.settings)
    return resolve(s, g.clock.now(), t, solution="修好了", staff=WANG, seen=t.version, rhythm=rhythm)


def _confirm(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return confirm(s, g.clock.now(), t, actor=CUSTOMER, rhythm=rhythm_of(g.settings))


def _reopen(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return reopen(s, g.clock.now(), t, reason="没好", actor=CUSTOMER, rhythm=rhythm_of(g.settings))


def _urgent(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
    return set_priority(s, g.clock.now(), t, priority=Priority.URGENT, staff=WANG, seen=t.version)


def _move_to(target: Stage) -> Deed:
    def moving(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
        rhythm = rhythm_of(g.settings)
        return move(s, g.clock.now(), t, target=target, staff=WANG, seen=t.version, rhythm=rhythm)

    return moving


def _look(kind: ClockKind) -> Deed:
    def looking(s: AsyncSession, g: Ground, t: Ticket) -> Awaitable[object]:
        return clock_is_due(s, g.clock.now(), t, kind)

    return looking


async def _follow(s: AsyncSession, g: Ground, t: Ticket) -> None:
    await service.align(s, g.clock.now(), t)


DEEDS: dict[str, Deed] = {
    "reply": _reply,
    "write": _write,
    "resolve": _resolve,
    "confirm": _confirm,
    "reopen": _reopen,
    "urgent": _urgent,
    "wait": _move_to(Stage.WAITING),
    "go on": _move_to(Stage.PROCESSING),
    "align": _follow,
    **{f"look at {kind}": _look(kind) for kind in ClockKind},
}


@settings(max_examples=10, deadline=None)
@given(deeds=st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(1, 40 * 3600)), min_size=1, max_size=10))
def test_clocks_never_contradict_their_ticket(database_url: str, deeds: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), database_url, deeds))


async def _play(folder: Path, url: str, deeds: list[tuple[str, int]]) -> None:
    clock = FrozenClock(datetime(2026, 9, 29, 2, 0, tzinfo=UTC))
    async with open_ground(folder, clock=clock, url=url) as ground:
        async with ground.db.transaction() as session:
            await install_defaults(session)
            for policy in (await session.exec(select(SlaPolicy))).all():
                policy.active = True
        ticket_id = (await open_one(ground)).ticket_id
        for name, seconds in deeds:
            clock.advance(seconds=seconds)
            try:
                await do(ground, ticket_id, DEEDS[name])
            except InvalidError:
                continue
            await _check(ground, ticket_id)
        kinds = [(event.kind, event.data.get("clock")) for event in await events_of(ground, ticket_id)]
        begun = len(await _all(ground, ticket_id))
        told = [one for one in kinds if one[0] in {EventKind.SLA_MET, EventKind.SLA_BREACHED}]
        assert len(told) <= begun


async def _all(ground: Ground, ticket_id: int) -> list[SlaClock]:
    async with ground.db.reading() as session:
        return await service.clocks_of(session, ticket_id)


async def _check(ground: Ground, ticket_id: int) -> None:
    ticket, rows = await ticket_now(ground, ticket_id), await _all(ground, ticket_id)
    async with ground.db.reading() as session:
        rules = await rules_of(session)
    running = [row for row in rows if row.state == ClockState.RUNNING]
    for row in running:
        assert row.running_since is not None
        left = timedelta(seconds=row.target_s - row.spent_s)
        assert row.due_at == rules.policy(row.policy_id).time.add(row.running_since, left)
    assert ticket.sla_due == min((row.due_at for row in running if row.due_at), default=None)
    kinds = [row.kind for row in rows if row.state in service.OPEN_STATES]
    assert len(kinds) == len(set(kinds))
    assert (ClockKind.RESOLUTION in kinds) == (ticket.stage not in {Stage.CONFIRMING, Stage.SOLVED})
    assert (ClockKind.RESOLUTION in {row.kind for row in running}) == (ticket.stage in OWED_STAGES)
    assert (ClockKind.NEXT_REPLY in kinds) == (
        ticket.first_replied_at is not None and ticket.waiting_since is not None and ticket.stage != Stage.SOLVED
    )


class TestReplies:
    async def test_a_reply_ends_the_first_and_the_next_person_word_starts_the_next(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        clock.advance(hours=2)
        await do(ground, ticket_id, _reply)
        assert (await clocks(ground, ticket_id))["first_reply"].state == ClockState.MET
        replied = [event for event in await events_of(ground, ticket_id) if event.kind == EventKind.REPLIED]
        assert (replied[0].data["first"], replied[0].data["waited_s"]) == (True, 7200)
        clock.advance(hours=1)
        since = clock.now()
        await do(ground, ticket_id, _write)
        clock.advance(hours=1)
        await do(ground, ticket_id, _write)
        # Whoever writes again does not wait from anew.
        assert (await ticket_now(ground, ticket_id)).next_reply_due == since + timedelta(hours=24)

    async def test_one_that_came_late_is_a_breach_though_nobody_had_looked(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        clock.advance(hours=25)
        await do(ground, ticket_id, _reply)
        await do(ground, ticket_id, _look(ClockKind.FIRST_REPLY))
        kinds = await kinds_of(ground, ticket_id)
        assert (kinds.count("sla_breached"), kinds.count("sla_met")) == (1, 0)


class TestPauses:
    async def test_what_waits_for_the_person_is_not_counted(self, ground: Ground, clock: FrozenClock) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        opened = clock.now()
        clock.advance(hours=1)
        await do(ground, ticket_id, _reply)
        await do(ground, ticket_id, _move_to(Stage.WAITING))
        assert (await ticket_now(ground, ticket_id)).sla_due is None
        assert "sla_resolution" not in await clocks_of(ground, ticket_id)
        clock.advance(hours=10)
        await do(ground, ticket_id, _move_to(Stage.PROCESSING))
        assert (await ticket_now(ground, ticket_id)).resolution_due == opened + timedelta(hours=72 + 10)
        clock.advance(hours=1)
        await do(ground, ticket_id, _resolve)
        assert (await clocks(ground, ticket_id))["resolution"].working_s == 2 * 3600


async def _policy(ground: Ground, **values: Any) -> None:
    async with ground.db.transaction() as session:
        fields: dict[str, Any] = {"conditions": {}, "targets": {}, "pauses": ["waiting"], "steps": [], **values}
        session.add(SlaPolicy(key="p", name_zh="政策", name_en="Policy", **fields))


class TestSteps:
    async def test_each_is_taken_once(self, ground: Ground, clock: FrozenClock) -> None:
        steps = [
            {"clock": "first_reply", "at": -3600, "do": [{"notify": "team"}]},
            {"clock": "first_reply", "at": 3600, "do": [{"raise": 1}]},
        ]
        await _policy(ground, steps=steps)
        ticket_id = (await open_one(ground)).ticket_id
        assert (await clocks_of(ground, ticket_id))["sla_first_reply"] == clock.now() + timedelta(hours=23)
        clock.advance(hours=23)
        for _ in range(2):
            await do(ground, ticket_id, _look(ClockKind.FIRST_REPLY))
            await do(ground, ticket_id, _follow)
        clock.advance(hours=1)
        for _ in range(2):
            await do(ground, ticket_id, _look(ClockKind.FIRST_REPLY))
        assert (await ticket_now(ground, ticket_id)).alarm == "first_reply_late"
        kinds = await kinds_of(ground, ticket_id)
        assert (kinds.count("sla_warned"), kinds.count("sla_breached")) == (1, 1)
        clock.advance(hours=1)
        for _ in range(2):
            await do(ground, ticket_id, _look(ClockKind.FIRST_REPLY))
        assert (await ticket_now(ground, ticket_id)).priority == Priority.HIGH
        kinds = await kinds_of(ground, ticket_id)
        assert (kinds.count("priority"), kinds.count("escalated"), kinds.count("sla_breached")) == (1, 1, 1)


class TestFollowing:
    async def test_open_tickets_follow_a_new_policy_some_at_a_time(self, ground: Ground, clock: FrozenClock) -> None:
        ids = [(await open_one(ground, who=f"visitor-{n}")).ticket_id for n in range(3)]
        target = {"first_reply_s": 1800, "next_reply_s": None, "resolution_s": 7200}
        await _policy(ground, targets={"3": target})
        counts = []
        for _ in range(4):
            async with ground.db.transaction() as session:
                counts.append(await follow_changes(session, clock.now(), limit=2))
        assert counts == [2, 1, 0, 0]
        for ticket_id in ids:
            ticket = await ticket_now(ground, ticket_id)
            assert ticket.first_reply_due == clock.now() + timedelta(minutes=30)
            assert (await kinds_of(ground, ticket_id)).count("sla_changed") == 1
