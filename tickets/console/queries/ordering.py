"""In which order a selection is shown, cut into stretches that an index has in order.

No index gives "priority, then the nearest end of a clock, those that rest last" on both databases, as each puts what is
missing at another end. Any index gives one stretch after the other: of a priority those with a clock, then those
without. A page rarely needs more than one or two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, literal, tuple_
from sqlmodel import col

from kit.db import UtcDateTime
from kit.web.cursor import CursorInvalidError, CursorValue, decode_cursor, encode_cursor
from tickets.console.queries.conditions import Clause
from tickets.console.selection import Selection, Sort, Tab
from tickets.models import Ticket
from tickets.stages import Priority, Stage

_LARGEST = 2**63 - 1
_TICKET = col(Ticket.id)


@dataclass(frozen=True)
class Stretch:
    """Part of a list: of one priority, or all; sorted by the moment in a column, or by the tickets' own numbers.

    Who has no moment is not in it; ``without`` names a column of those that have none there.
    """

    by: str = ""
    without: str = ""
    priority: Priority | None = None
    descending: bool = False

    @property
    def moment(self) -> SQLColumnExpression[Any] | None:
        return _column(self.by) if self.by else None

    @property
    def within(self) -> list[Clause]:
        clauses: list[Clause] = []
        if self.priority:
            clauses.append(col(Ticket.priority) == self.priority)
        if self.by:
            clauses.append(_column(self.by).is_not(None))
        if self.without:
            clauses.append(_column(self.without).is_(None))
        return clauses

    @property
    def order(self) -> list[SQLColumnExpression[Any]]:
        return [key.desc() if self.descending else key.asc() for key in self._keys]

    @property
    def _keys(self) -> list[SQLColumnExpression[Any]]:
        return [_TICKET] if self.moment is None else [self.moment, _TICKET]

    def beyond(self, moment: datetime | None, ticket_id: int) -> Clause:
        """What comes after this place."""
        place: list[SQLColumnExpression[Any]] = [] if self.moment is None else [literal(moment, UtcDateTime())]
        keys, values = tuple_(*self._keys), tuple_(*place, literal(ticket_id))
        return keys < values if self.descending else keys > values


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind this ticket of this stretch."""

    stretch: int = 0
    moment: datetime | None = None
    ticket_id: int | None = None

    @property
    def cursor(self) -> str:
        values: list[CursorValue] = [self.stretch, self.moment, self.ticket_id]
        return encode_cursor(values)


def place_of(cursor: str, stretches: Sequence[Stretch]) -> Place:
    """The place that a cursor means; raises CursorInvalidError for one of another order."""
    if not cursor:
        return Place()
    number, moment, ticket_id = decode_cursor(cursor, int, datetime, int)
    known = number is not None and 0 <= number < len(stretches)
    if not known or ticket_id is None or not 0 <= ticket_id <= _LARGEST:
        raise CursorInvalidError
    if (moment is None) != (stretches[number].moment is None):
        raise CursorInvalidError
    return Place(number, moment, ticket_id)


def stretches_of(selection: Selection) -> list[Stretch]:
    """The whole order, stretch by stretch."""
    match natural(selection):
        case Sort.NEWEST:
            return [Stretch(descending=True)]
        case Sort.OLDEST:
            return [Stretch()]
        case Sort.UPDATED:
            return [Stretch("updated_at", descending=True)]
        case Sort.DUE:
            return _known_first("sla_due")
        case Sort.WAITING:
            return _known_first("waiting_since")
        case Sort.URGENCY:
            wanted = [selection.priority] if selection.priority else list(Priority)
            return [part for priority in wanted for part in _known_first("sla_due", priority)]
        case Sort.NATURAL:
            return [Stretch("closed_at", descending=True)]


def natural(selection: Selection) -> Sort:
    """The order somebody has chosen, or what suits the view; NATURAL is left for solved tickets alone."""
    solved = selection.tab is Tab.SOLVED or selection.stage is Stage.SOLVED
    if selection.sort is not Sort.NATURAL or solved:
        return selection.sort
    return Sort.URGENCY


def _known_first(name: str, priority: Priority | None = None) -> list[Stretch]:
    return [Stretch(name, priority=priority), Stretch(without=name, priority=priority)]


def _column(name: str) -> SQLColumnExpression[Any]:
    column: SQLColumnExpression[Any] = getattr(Ticket, name)
    return column
