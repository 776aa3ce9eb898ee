"""The moment of a clock has come: warn, call it late, escalate; each once, whoever asks however often."""

from datetime import datetime
from typing import Any

from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.models import EventKind, Ticket
from tickets.repository import change, note_event
from tickets.sla.clocks import BREACH, Moment, ahead
from tickets.sla.effects import carry_out
from tickets.sla.models import ClockKind, ClockState, SlaClock
from tickets.sla.policies import Policy
from tickets.sla.service import align, open_clocks
from tickets.sla.setup import rules_of
from tickets.sla.steps import Step
from tickets.stages import OPEN_STAGES

__all__ = ["clock_is_due"]


async def clock_is_due(session: AsyncSession, now: datetime, ticket: Ticket, kind: ClockKind) -> None:
    """Do what has become due for this clock; nothing when it was met or rests meanwhile, or ends later now."""
    clock = (await open_clocks(session, ticket)).get(kind)
    if ticket.stage not in OPEN_STAGES or clock is None or clock.state != ClockState.RUNNING:
        return
    policy = (await rules_of(session)).policy(clock.policy_id)
    await _act(session, now, ticket, clock, policy)
    await align(session, now, ticket)


async def _act(session: AsyncSession, now: datetime, ticket: Ticket, clock: SlaClock, policy: Policy) -> None:
    due = [moment for moment in ahead(clock, policy) if moment.at <= now]
    if not due:
        return
    clock.done = [*clock.done, *(moment.name for moment in due)]
    session.add(clock)
    breached = any(moment.name == BREACH for moment in due)
    if breached:
        clock.breached_at = now
        await change(session, now, ticket, alarm=f"{clock.kind}_late")
        await _note(session, now, ticket, clock, EventKind.SLA_BREACHED)
    steps = _steps(due, late=clock.breached_at is not None)
    if steps and clock.breached_at is None:
        await _note(session, now, ticket, clock, EventKind.SLA_WARNED)
    await session.flush()
    if steps:
        await carry_out(session, now, ticket, clock, steps)


def _steps(due: list[Moment], *, late: bool) -> list[Step]:
    """Whoever looks too late has nothing left to warn of."""
    return [moment.step for moment in due if moment.step is not None and not (late and moment.step.warns)]


async def _note(session: AsyncSession, now: datetime, ticket: Ticket, clock: SlaClock, kind: EventKind) -> None:
    waited = now - clock.started_at
    working = (await rules_of(session)).policy(clock.policy_id).business.between(clock.started_at, now)
    due = clock.due_at.isoformat() if clock.due_at else None
    lengths: dict[str, Any] = {"seconds": waited.total_seconds(), "working_seconds": working.total_seconds()}
    await note_event(session, now, ticket, kind, SYSTEM, clock=clock.kind, due=due, **lengths)
