"""What happens to one clock: it runs, rests and ends. Pure.

Only the clock of the solution rests: what a person is owed who waits for an answer is not put off by a stage.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.models import Ticket
from tickets.sla.models import ClockKind, ClockState, SlaClock
from tickets.sla.policies import Policy
from tickets.sla.steps import Step
from tickets.stages import Stage

_ENDED = frozenset({Stage.CONFIRMING, Stage.SOLVED})


@dataclass(frozen=True)
class Moment:
    """When something is to be done about a clock; without a step it is the end itself."""

    at: datetime
    name: str
    step: Step | None = None


BREACH = "breach"


def owed(ticket: Ticket) -> frozenset[ClockKind]:
    """What the desk owes as the ticket stands."""
    if ticket.stage == Stage.SOLVED:
        return frozenset()
    reply = ClockKind.NEXT_REPLY if ticket.first_replied_at else ClockKind.FIRST_REPLY
    waits = ticket.stage not in _ENDED if reply is ClockKind.FIRST_REPLY else ticket.waiting_since is not None
    solution = {ClockKind.RESOLUTION} if ticket.stage not in _ENDED else set()
    return frozenset(({reply} if waits else set()) | solution)


def begin(ticket: Ticket, kind: ClockKind, policy: Policy, start: datetime) -> SlaClock | None:
    """A clock that runs from ``start`` on; none where nothing is promised."""
    target_s = policy.target_s(kind, ticket.priority)
    if target_s is None:
        return None
    return SlaClock(
        ticket_id=ticket.id,
        kind=kind,
        policy_id=policy.id,
        target_s=target_s,
        running_since=start,
        due_at=policy.time.add(start, timedelta(seconds=target_s)),
        started_at=start,
        done=[],
    )


def retarget(clock: SlaClock, target_s: int, policy: Policy) -> None:
    """Another target or calendar holds; what was counted before a pause stays counted."""
    clock.policy_id, clock.target_s = policy.id, target_s
    if clock.running_since is not None:
        clock.due_at = _when(clock, policy, target_s)


def pause(clock: SlaClock, policy: Policy, now: datetime) -> None:
    """It rests: what was counted is kept."""
    if clock.state == ClockState.RUNNING:
        clock.spent_s = spent(clock, policy, now)
        clock.state, clock.running_since, clock.due_at = ClockState.PAUSED, None, None


def resume(clock: SlaClock, policy: Policy, now: datetime) -> None:
    """It goes on with what was left."""
    if clock.state == ClockState.PAUSED:
        clock.state, clock.running_since = ClockState.RUNNING, now
        clock.due_at = _when(clock, policy, clock.target_s)


def end(clock: SlaClock, policy: Policy, now: datetime, *, met: bool = True) -> None:
    """What was owed came, or is owed no longer."""
    late = clock.breached_at is not None or (clock.due_at is not None and clock.due_at < now)
    counted = spent(clock, policy, now)
    clock.state = (ClockState.BREACHED_MET if late else ClockState.MET) if met else ClockState.CANCELLED
    clock.ended_at, clock.working_s = now, counted


def spent(clock: SlaClock, policy: Policy, now: datetime) -> float:
    """What has been counted of it, in seconds."""
    if clock.running_since is None:
        return clock.spent_s
    return clock.spent_s + policy.time.between(clock.running_since, now).total_seconds()


def ahead(clock: SlaClock, policy: Policy) -> list[Moment]:
    """What is still to be done about a clock that runs, soonest first."""
    if clock.state != ClockState.RUNNING:
        return []
    return sorted((one for one in _moments(clock, policy) if one.name not in clock.done), key=lambda one: one.at)


def _moments(clock: SlaClock, policy: Policy) -> Iterator[Moment]:
    if clock.due_at is not None:
        yield Moment(clock.due_at, BREACH)
    for step in policy.steps:
        if step.clock == clock.kind and (threshold := step.threshold(clock.target_s)) > 0:
            yield Moment(_when(clock, policy, threshold), step.name, step)


def _when(clock: SlaClock, policy: Policy, counted: float) -> datetime:
    """When so much will have been counted, or was."""
    since = clock.running_since or clock.started_at
    return policy.time.add(since, timedelta(seconds=counted - clock.spent_s))
