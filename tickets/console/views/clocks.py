"""Which clock of a ticket counts now, and how near its end is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kit.i18n import Locale, translate
from tickets.models import Ticket
from tickets.sla.models import ClockState, SlaClock
from tickets.stages import OWED_STAGES, Stage

NEAR = timedelta(minutes=30)


class Level(StrEnum):
    """How it looks."""

    CALM = "calm"
    NEAR = "near"
    LATE = "late"


@dataclass(frozen=True)
class Clock:
    """``key`` is a text of the catalogue; without a level to worry about it is only said when."""

    key: str
    at: datetime
    level: Level


def level_of(now: datetime, due: datetime) -> Level:
    """Late from its moment on, near in the half hour before."""
    if due <= now:
        return Level.LATE
    return Level.NEAR if due - now <= NEAR else Level.CALM


def clock_of(ticket: Ticket, now: datetime) -> Clock | None:
    """The next thing the desk owes: a first reply, what it promised, news. None when it is not our turn."""
    if ticket.stage == Stage.SOLVED:
        return Clock("console.clock.solved", ticket.closed_at, Level.CALM) if ticket.closed_at else None
    if ticket.stage not in OWED_STAGES:
        return None
    if ticket.first_replied_at is None:
        return _due("console.clock.first_reply", ticket.first_reply_due, now)
    if ticket.promise_at is not None:
        return _due("console.clock.promise", ticket.promise_at, now)
    if ticket.next_update_at is not None:
        return _due("console.clock.next_update", ticket.next_update_at, now)
    return None


@dataclass(frozen=True)
class ClockLine:
    """A clock of the ticket: what it waits for, until when or since when it has ended, and how it stands."""

    label: str
    at: datetime | None
    level: Level
    state: str
    runs: bool


def clock_line(clock: SlaClock, now: datetime, locale: Locale) -> ClockLine:
    runs = clock.state == ClockState.RUNNING
    at = clock.due_at if runs else clock.ended_at
    ended_late = Level.LATE if clock.state == ClockState.BREACHED_MET else Level.CALM
    return ClockLine(
        label=translate(f"sla.clock.{clock.kind}", locale),
        at=at,
        level=level_of(now, at) if runs and at else ended_late,
        state=translate(f"sla.state.{clock.state}", locale),
        runs=runs,
    )


def _due(key: str, at: datetime, now: datetime) -> Clock:
    return Clock(key, at, level_of(now, at))
