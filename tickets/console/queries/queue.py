"""The queue: one query for a page of it, one for all its counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import col

from kit.access.models import Staff
from kit.db import AsyncSession
from kit.web.cursor import CursorInvalidError, decode_cursor, encode_cursor
from tickets.console.selection import Assigned, Selection, Tab
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.desk.models import Team
from tickets.models import Ticket, TicketEvent
from tickets.stages import OPEN_STAGES, OWED_STAGES, Stage

PAGE = 50
#: How long a solved ticket stays in the tab of that name; older ones are found by number or stage.
SOLVED_FOR = timedelta(days=7)
#: What fits the columns a cursor is compared with.
_IDS = range(2**31)


@dataclass(frozen=True)
class QueueRecord:
    """A ticket of the list with the names that go with it."""

    ticket: Ticket
    contact: Contact
    address: str
    team: Team | None
    assignee: str | None


async def queue_page(
    session: AsyncSession, now: datetime, selection: Selection, *, staff_id: int
) -> tuple[list[QueueRecord], str | None]:
    """A page of the queue and the cursor of the next one."""
    found = (
        select(Ticket, Contact, col(Conversation.address), Team, col(Staff.name))
        .join(Contact, col(Contact.id) == col(Ticket.contact_id))
        .join(Conversation, col(Conversation.id) == col(Ticket.conversation_id))
        .outerjoin(Team, col(Team.id) == col(Ticket.team_id))
        .outerjoin(Staff, col(Staff.id) == col(Ticket.assignee_id))
        .where(*_conditions(now, selection, staff_id), *_beyond(selection))
        .order_by(*_order(selection))
        .limit(PAGE + 1)
    )
    records = [QueueRecord(*row) for row in (await session.execute(found)).all()]
    if len(records) <= PAGE:
        return records, None
    return records[:PAGE], _cursor(selection, records[PAGE - 1].ticket)


def _order(selection: Selection) -> Sequence[Any]:
    if selection.tab == Tab.SOLVED:
        return col(Ticket.closed_at).desc(), col(Ticket.id).desc()
    return col(Ticket.priority), col(Ticket.id)


def _cursor(selection: Selection, last: Ticket) -> str:
    return encode_cursor([last.closed_at if selection.tab == Tab.SOLVED else last.priority, last.id])


def _beyond(selection: Selection) -> list[ColumnElement[bool]]:
    if not selection.after:
        return []
    kind = datetime if selection.tab == Tab.SOLVED else int
    value, ticket_id = decode_cursor(selection.after, kind, int)
    if value is None or ticket_id not in _IDS or (kind is int and value not in _IDS):
        raise CursorInvalidError
    if selection.tab == Tab.SOLVED:
        same = and_(col(Ticket.closed_at) == value, col(Ticket.id) < ticket_id)
        return [or_(col(Ticket.closed_at) < value, same)]
    same = and_(col(Ticket.priority) == value, col(Ticket.id) > ticket_id)
    return [or_(col(Ticket.priority) > value, same)]


def _conditions(now: datetime, selection: Selection, staff_id: int) -> list[ColumnElement[bool]]:
    # A number or word is looked for everywhere, unless a stage was chosen too.
    anywhere = selection.tab == Tab.OPEN and (selection.text or selection.stage)
    conditions = [] if anywhere else [_tab(now, selection.tab, staff_id)]
    if selection.stage:
        conditions.append(col(Ticket.stage) == selection.stage)
    if selection.team is not None:
        conditions.append(col(Ticket.team_id) == selection.team)
    if selection.assigned == Assigned.MINE:
        conditions.append(col(Ticket.assignee_id) == staff_id)
    if selection.assigned == Assigned.UNASSIGNED:
        conditions.append(col(Ticket.assignee_id).is_(None))
    if selection.priority:
        conditions.append(col(Ticket.priority) == selection.priority)
    if selection.channel:
        conditions.append(col(Ticket.channel) == selection.channel)
    if selection.alarm:
        conditions.append(col(Ticket.alarm).is_not(None))
    if selection.waiting:
        conditions.append(col(Ticket.waiting_since).is_not(None))
    if selection.text:
        conditions.append(_matches(selection.text))
    return conditions


def _matches(text: str) -> ColumnElement[bool]:
    number = col(Ticket.number).istartswith(text, autoescape=True)
    # People read out the last digits.
    tail = col(Ticket.number).endswith(f"-{text}", autoescape=True)
    return or_(number, tail, col(Ticket.subject).icontains(text, autoescape=True))


def _tab(now: datetime, tab: Tab, staff_id: int) -> ColumnElement[bool]:
    is_open = col(Ticket.stage).in_(OPEN_STAGES)
    return {
        Tab.OPEN: is_open,
        Tab.MINE: and_(is_open, col(Ticket.assignee_id) == staff_id),
        Tab.UNASSIGNED: and_(is_open, col(Ticket.assignee_id).is_(None)),
        Tab.FIRST_REPLY: and_(col(Ticket.stage).in_(OWED_STAGES), col(Ticket.first_replied_at).is_(None)),
        Tab.ALARMS: and_(is_open, col(Ticket.alarm).is_not(None)),
        Tab.CONFIRMING: col(Ticket.stage) == Stage.CONFIRMING,
        Tab.SOLVED: and_(col(Ticket.stage) == Stage.SOLVED, col(Ticket.closed_at) >= now - SOLVED_FOR),
    }[tab]


async def queue_counts(session: AsyncSession, now: datetime, *, staff_id: int) -> dict[Tab, int]:
    """How many tickets each tab has; one pass over the open and the lately solved ones."""
    columns = [func.coalesce(func.sum(case((_tab(now, tab, staff_id), 1), else_=0)), 0) for tab in Tab]
    lately = or_(_tab(now, Tab.OPEN, staff_id), col(Ticket.closed_at) >= now - SOLVED_FOR)
    counted = (await session.execute(select(*columns).where(lately))).one()
    return dict(zip(Tab, counted, strict=True))


async def queue_revision(session: AsyncSession) -> str:
    """Differs whenever something happened to any ticket: everything that happens leaves a line."""
    return str((await session.execute(select(func.max(col(TicketEvent.id))))).scalar_one() or 0)
