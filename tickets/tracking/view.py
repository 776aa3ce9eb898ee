"""What the page of one ticket shows, as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kit.i18n import Locale
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.stages import Stage
from tickets.timeline import describe


class Progress(StrEnum):
    """Where a stage lies as seen from the current one; PASSED stages were never needed."""

    DONE = "done"
    PASSED = "passed"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of the progress line."""

    stage: Stage
    progress: Progress


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the public timeline, in words."""

    at: datetime
    text: str


def progress_line(ticket: Ticket, events: list[TicketEvent]) -> list[Step]:
    """All stages in order, as the ticket went through them."""
    visited = {Stage.ACCEPTED, *_visited(events)}
    order = list(Stage)
    here = order.index(Stage(ticket.stage))
    # The end of the line is an arrival, not work in progress.
    arrived = ticket.stage == Stage.SOLVED
    return [
        Step(stage, _progress(place - here, visited=stage in visited, arrived=arrived))
        for place, stage in enumerate(order)
    ]


def _visited(events: list[TicketEvent]) -> set[Stage]:
    entered = {EventKind.RESOLVED: Stage.CONFIRMING, EventKind.CONFIRMED: Stage.SOLVED}
    found = {stage for event in events if (stage := entered.get(EventKind(event.kind)))}
    return found | {Stage(event.data["target"]) for event in events if event.kind == EventKind.STAGE}


def _progress(distance: int, *, visited: bool, arrived: bool) -> Progress:
    if distance == 0:
        return Progress.DONE if arrived else Progress.CURRENT
    if distance > 0:
        return Progress.AHEAD
    return Progress.DONE if visited else Progress.PASSED


def timeline_lines(events: list[TicketEvent], locale: Locale, zone: str) -> list[Line]:
    """What happened, newest first; names of staff stay inside."""
    return [Line(event.at, describe(event, locale, zone)) for event in reversed(events)]
