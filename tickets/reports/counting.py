"""What an hour of the desk's log counts for. Pure: lines in, cells out, the same whenever it is asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from tickets.actors import ActorKind
from tickets.models import EventKind
from tickets.reports.buckets import Tally, bucket_of
from tickets.stages import Stage


class Measure(StrEnum):
    """What is counted; each that people see has a definition ``report.how.<measure>``."""

    OPENED = "opened"
    REPLIED = "replied"
    FIRST_REPLY = "first_reply"
    FIRST_REPLY_WORKING = "first_reply_working"
    RESOLUTION = "resolution"
    RESOLUTION_WORKING = "resolution_working"
    REOPENED = "reopened"
    CONFIRMED = "confirmed"
    #: Nobody said anything in time.
    SILENT = "silent"
    ASKED = "asked"
    RATED = "rated"
    SLA_MET = "sla_met"
    SLA_BREACHED = "sla_breached"
    #: Tickets that came into the backlog here less those that left it.
    BACKLOG = "backlog"
    #: Talks that began and in which the bot spoke, and those of them that came to a ticket.
    TALKS = "talks"
    TALKS_TICKET = "talks_ticket"


class Place(NamedTuple):
    """Where in the desk something happened, as it was then."""

    team_id: int = 0
    category_id: int = 0
    assignee_id: int = 0
    channel: str = ""
    region: str = ""


class Cell(NamedTuple):
    """One line of an hour."""

    measure: Measure
    bucket: int
    place: Place


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event of the log."""

    id: int
    ticket_id: int
    kind: str
    actor: str
    at: datetime
    data: Mapping[str, Any]
    place: Place


@dataclass(frozen=True)
class Standing:
    """Where a ticket stood before: in the backlog or not, and in whose."""

    owed: bool
    place: Place


@dataclass(kw_only=True)
class Before:
    """What has to be known of earlier hours: where the tickets stood, when they were opened and first answered."""

    standings: dict[int, Standing] = field(default_factory=dict)
    opened_at: dict[int, datetime] = field(default_factory=dict)
    #: The event that was the first answer of a ticket, whenever that was.
    first_answers: dict[int, int] = field(default_factory=dict)
    #: The event that was the last rating of a ticket, whenever that was: a later one corrects the earlier.
    last_ratings: dict[int, int] = field(default_factory=dict)


Cells = dict[Cell, Tally]
_PLAIN: Mapping[str, Measure] = {
    EventKind.OPENED: Measure.OPENED,
    EventKind.REOPENED: Measure.REOPENED,
    EventKind.SURVEY_ASKED: Measure.ASKED,
}
_PROMISES: Mapping[str, Measure] = {
    EventKind.SLA_MET: Measure.SLA_MET,
    EventKind.SLA_BREACHED: Measure.SLA_BREACHED,
}
#: What brings a ticket into the backlog or takes it out of it; other kinds leave it where it is.
_OWED: Mapping[str, bool] = {
    EventKind.OPENED: True,
    EventKind.REOPENED: True,
    EventKind.RESOLVED: False,
    EventKind.CONFIRMED: False,
    EventKind.MERGED: False,
}
_RESOLVED_STAGES = frozenset({Stage.CONFIRMING, Stage.SOLVED})
#: The bucket of a promise kept or broken is the clock it was about.
CLOCKS: Mapping[str, int] = {"first_reply": 1, "next_reply": 2, "resolution": 3}


def count_lines(lines: Iterable[Line], before: Before) -> Cells:
    """The cells of one hour; ``lines`` are all its events in the order in which they happened."""
    counted = _Count(before)
    for line in lines:
        counted.take(line)
    return {cell: tally for cell, tally in counted.cells.items() if tally.n or tally.total}


class _Count:
    """The hour as far as it has been read."""

    def __init__(self, before: Before) -> None:
        self.cells: Cells = defaultdict(Tally)
        self.before = before
        self.standings = dict(before.standings)

    def take(self, line: Line) -> None:
        if measure := _PLAIN.get(line.kind):
            self._add(measure, line.place)
        self._timed(line)
        self._ended(line)
        self._moved(line)

    def _add(self, measure: Measure, place: Place, *, bucket: int = 0, n: int = 1, total: int = 0) -> None:
        self.cells[Cell(measure, bucket, place)].add(n, total)

    def _timed(self, line: Line) -> None:
        """How long answers and solutions took."""
        if line.kind == EventKind.REPLIED:
            self._add(Measure.REPLIED, _done_by(line))
        if self.before.first_answers.get(line.ticket_id) == line.id:
            self._span(Measure.FIRST_REPLY, line, self._seconds(line, "waited_s", "seconds"))
            self._span(Measure.FIRST_REPLY_WORKING, line, _number(line, "working_s"))
        if line.kind == EventKind.RESOLVED:
            self._span(Measure.RESOLUTION, line, self._seconds(line, "seconds"))
            self._span(Measure.RESOLUTION_WORKING, line, _number(line, "working_s"))

    def _seconds(self, line: Line, *names: str) -> float | None:
        """As the event says, else since the ticket was opened: lines of earlier versions say nothing."""
        said = next((found for name in names if (found := _number(line, name)) is not None), None)
        opened = self.before.opened_at.get(line.ticket_id)
        return said if said is not None or opened is None else (line.at - opened).total_seconds()

    def _span(self, measure: Measure, line: Line, seconds: float | None) -> None:
        if seconds is not None:
            whole = max(0, round(seconds))
            self._add(measure, _done_by(line), bucket=bucket_of(whole), total=whole)

    def _ended(self, line: Line) -> None:
        """What the customer said of it, and whether it was in time."""
        if line.kind == EventKind.CONFIRMED:
            self._add(Measure.SILENT if line.actor == ActorKind.SYSTEM else Measure.CONFIRMED, line.place)
        elif line.kind == EventKind.RATED and self.before.last_ratings.get(line.ticket_id) == line.id:
            score = round(_number(line, "score") or 0)
            self._add(Measure.RATED, line.place, bucket=score, total=score)
        elif measure := _PROMISES.get(line.kind):
            self._add(measure, line.place, bucket=CLOCKS.get(str(line.data.get("clock")), 0))

    def _moved(self, line: Line) -> None:
        """Out of the backlog of one place and into that of another, so that each place's own sum is right too."""
        old = self.standings.get(line.ticket_id)
        owed = owed_after(line.kind, line.data, otherwise=old.owed if old else False)
        new = Standing(owed, line.place)
        self.standings[line.ticket_id] = new
        if old == new:
            return
        if old is not None and old.owed:
            self._add(Measure.BACKLOG, old.place, n=-1)
        if new.owed:
            self._add(Measure.BACKLOG, new.place)


def owed_after(kind: str, data: Mapping[str, Any], *, otherwise: bool) -> bool:
    """Whether a solution is owed after this line."""
    if (owed := _OWED.get(kind)) is not None:
        return owed
    target = data.get("target")
    if kind == EventKind.STAGE and target in set(Stage):
        return target not in _RESOLVED_STAGES
    return otherwise


def _done_by(line: Line) -> Place:
    """The place of an answer: of a ticket nobody owned yet it counts for whoever gave it."""
    staff_id = line.data.get("staff_id")
    if line.place.assignee_id or not isinstance(staff_id, int):
        return line.place
    return line.place._replace(assignee_id=staff_id)


def _number(line: Line, name: str) -> float | None:
    value = line.data.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
