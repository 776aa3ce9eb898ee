"""What a selection means to the database: the same clauses for a page, for all that matches, and for a count."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, literal_column, not_
from sqlmodel import col, select

from tickets.console.selection import Assigned, Due, Incident, Selection, Tab
from tickets.models import Tag, Ticket, TicketTag
from tickets.stages import OPEN_STAGES, OWED_STAGES, Stage
from tickets.watching.models import Follower

Clause = ColumnElement[bool]

#: Where a day ends, unless somebody knows better: the organisation's own zone by default.
DEFAULT_ZONE = "Asia/Shanghai"
#: How long a solved ticket stays in the tab of that name; older ones are found by number, word or stage.
SOLVED_FOR = timedelta(days=7)
SOON = timedelta(hours=1)
_DAY = timedelta(days=1)
#: Written out, as the indexes of open tickets have it: a value that is bound would not tell that they will do.
IS_OPEN: Clause = col(Ticket.stage) != literal_column(f"'{Stage.SOLVED.value}'")
#: Where a ticket that sleeps is not shown; one that raised an alarm is, asleep or not.
_AWAKE_ONLY = frozenset({Tab.OPEN, Tab.MINE, Tab.UNASSIGNED, Tab.FIRST_REPLY})


def conditions(selection: Selection, now: datetime, staff_id: int, *, zone: str = DEFAULT_ZONE) -> list[Clause]:
    """The clauses about ``ticket`` that a selection stands for, all but its text."""
    clauses = _anywhere(selection) if selection.anywhere else [tab_clause(now, selection.tab, staff_id)]
    if is_awake_only(selection):
        clauses.append(not_(_asleep(now)))
    clauses += [column == value for column, value in _equal(selection) if value]
    clauses += _owner(selection, staff_id)
    clauses += _incident(selection)
    clauses += _due(selection.due, now, zone)
    if selection.alarm:
        clauses.append(col(Ticket.alarm).is_not(None))
    if selection.waiting:
        clauses.append(col(Ticket.waiting_since).is_not(None))
    if selection.tag:
        clauses.append(_tagged(selection.tag))
    if selection.followed:
        clauses.append(_followed(staff_id))
    return clauses


def _anywhere(selection: Selection) -> list[Clause]:
    # An open stage says the same, but not to an index.
    return [IS_OPEN] if selection.stage in OPEN_STAGES else []


def is_awake_only(selection: Selection) -> bool:
    """Whether tickets that sleep are left out."""
    return selection.tab in _AWAKE_ONLY and not (selection.snoozed or selection.anywhere)


def tab_clause(now: datetime, tab: Tab, staff_id: int) -> Clause:
    """What belongs into a tab, asleep or not."""
    return {
        Tab.OPEN: IS_OPEN,
        Tab.MINE: and_(IS_OPEN, col(Ticket.assignee_id) == staff_id),
        Tab.UNASSIGNED: and_(IS_OPEN, col(Ticket.assignee_id).is_(None)),
        Tab.FIRST_REPLY: and_(IS_OPEN, col(Ticket.stage).in_(OWED_STAGES), col(Ticket.first_replied_at).is_(None)),
        Tab.ALARMS: and_(IS_OPEN, col(Ticket.alarm).is_not(None)),
        Tab.CONFIRMING: and_(IS_OPEN, col(Ticket.stage) == Stage.CONFIRMING),
        Tab.SNOOZED: and_(IS_OPEN, _asleep(now)),
        Tab.SOLVED: and_(col(Ticket.stage) == Stage.SOLVED, col(Ticket.closed_at) >= now - SOLVED_FOR),
    }[tab]


def _asleep(now: datetime) -> Clause:
    return and_(col(Ticket.snoozed_until).is_not(None), col(Ticket.snoozed_until) > now)


def _equal(selection: Selection) -> list[tuple[SQLColumnExpression[Any], object]]:
    return [
        (col(Ticket.stage), selection.stage),
        (col(Ticket.team_id), selection.team),
        (col(Ticket.assignee_id), selection.assignee),
        (col(Ticket.priority), selection.priority),
        (col(Ticket.channel), selection.channel),
        (col(Ticket.region), selection.region),
        (col(Ticket.category_id), selection.category),
        (col(Ticket.component), selection.component),
        (col(Ticket.locale), selection.language),
    ]


def _owner(selection: Selection, staff_id: int) -> list[Clause]:
    match selection.assigned:
        case Assigned.MINE:
            return [col(Ticket.assignee_id) == staff_id]
        case Assigned.UNASSIGNED:
            return [col(Ticket.assignee_id).is_(None)]
        case Assigned.ANYONE:
            return []


def _incident(selection: Selection) -> list[Clause]:
    match selection.incident:
        case None:
            return []
        case Incident.ANY:
            return [col(Ticket.incident_id).is_not(None)]
        case Incident.NONE:
            return [col(Ticket.incident_id).is_(None)]
        case number:
            return [col(Ticket.incident_id) == int(number)]


def _due(due: Due, now: datetime, zone: str) -> list[Clause]:
    ends = col(Ticket.sla_due)
    match due:
        case Due.ANY:
            return []
        case Due.LATE:
            return [ends < now]
        case Due.SOON:
            return [ends >= now, ends < now + SOON]
        case Due.TODAY:
            return [ends < midnight_after(now, zone)]


def midnight_after(now: datetime, zone: str) -> datetime:
    """The end of the day there."""
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + _DAY
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(now.tzinfo)


def _tagged(name: str) -> Clause:
    marked = select(TicketTag.ticket_id).join(Tag, col(Tag.id) == col(TicketTag.tag_id))
    return marked.where(col(TicketTag.ticket_id) == col(Ticket.id), col(Tag.name) == name).exists()


def _followed(staff_id: int) -> Clause:
    mine = select(Follower.ticket_id).where(col(Follower.staff_id) == staff_id)
    return mine.where(col(Follower.ticket_id) == col(Ticket.id)).exists()
