"""The queue: a page of it, all that matches, and how much there is in its tabs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from kit.access.models import Staff
from kit.db import AsyncSession
from kit.web.cursor import decode_cursor, encode_cursor
from tickets.console.queries.conditions import DEFAULT_ZONE, Clause, conditions
from tickets.console.queries.counting import open_matching
from tickets.console.queries.open_page import places_of
from tickets.console.queries.ordering import Place, Stretch, place_of, stretches_of
from tickets.console.selection import Selection, Sort
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation, Message
from tickets.desk.models import Team
from tickets.models import Ticket, TicketEvent
from tickets.search.matching import tickets_with
from tickets.search.searching import Hits, search
from tickets.search.wanted import Wanted, understand

PAGE = 50


@dataclass(frozen=True)
class QueueRecord:
    """A ticket of the list with the names that go with it; ``said`` is the text in which a search found something."""

    ticket: Ticket
    contact: Contact
    address: str
    team: Team | None
    assignee: str | None
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """``following`` is the cursor of the next page; not ``complete``: a search found more than it shows.

    ``wanted`` is what was looked for, to mark it where it stands.
    """

    records: list[QueueRecord]
    following: str | None
    complete: bool = True
    wanted: Wanted = field(default_factory=Wanted)


async def queue_page(
    session: AsyncSession, now: datetime, selection: Selection, *, staff_id: int
) -> tuple[list[QueueRecord], str | None]:
    """A page of the queue and the cursor of the next one."""
    page = await look(session, now, selection, staff_id=staff_id)
    return page.records, page.following


async def look(
    session: AsyncSession, now: datetime, selection: Selection, *, staff_id: int, zone: str = DEFAULT_ZONE
) -> QueuePage:
    """A page of the queue, with what there is to say about a search."""
    clauses = conditions(selection, now, staff_id, zone=zone)
    stretches = stretches_of(selection)
    if not selection.text:
        begins = place_of(selection.after, stretches)
        meant = await open_matching(session, now, staff_id, selection, zone=zone)
        if meant is None:
            ids, following = await walk(session, clauses, stretches, begins)
        else:
            ids, following = page_of(places_of(*meant, stretches, begins, PAGE + 1))
        return QueuePage(records=await load_records(session, ids), following=following)
    wanted = understand(selection.text)
    hits = await search(session, wanted, clauses)
    if selection.sort is Sort.NATURAL:
        ids, following = page_of_hits(hits, selection.after)
    else:
        within = [col(Ticket.id).in_(hits.tickets)]
        ids, following = await walk(session, within, stretches, place_of(selection.after, stretches))
    records = await with_words(session, await load_records(session, ids), hits)
    return QueuePage(records=records, following=following, complete=hits.complete, wanted=wanted)


async def walk(
    session: AsyncSession, clauses: Sequence[Clause], stretches: Sequence[Stretch], begins: Place
) -> tuple[list[int], str | None]:
    """The tickets of a page as the database finds them, and where the next one begins if anything is left."""
    found: list[Place] = []
    for number in range(begins.stretch, len(stretches)):
        place = begins if number == begins.stretch else Place(number)
        found += await _of_stretch(session, clauses, stretches[number], place, PAGE + 1 - len(found))
        if len(found) > PAGE:
            break
    return page_of(found)


def page_of(places: Sequence[Place]) -> tuple[list[int], str | None]:
    """The tickets of a page, and where the next one begins, of one place more than it holds."""
    ids = [place.ticket_id for place in places[:PAGE] if place.ticket_id is not None]
    return ids, places[PAGE - 1].cursor if len(places) > PAGE else None


async def _of_stretch(
    session: AsyncSession, clauses: Sequence[Clause], stretch: Stretch, begins: Place, limit: int
) -> list[Place]:
    # Of one table and with nothing but numbers: whatever is chosen, an index gives it in order.
    columns = [col(Ticket.id)] if stretch.moment is None else [col(Ticket.id), stretch.moment]
    found = select(*columns).where(*clauses, *stretch.within).order_by(*stretch.order).limit(limit)
    if begins.ticket_id is not None:
        found = found.where(stretch.beyond(begins.moment, begins.ticket_id))
    rows = (await session.execute(found)).all()
    return [Place(begins.stretch, row[1] if stretch.moment is not None else None, row[0]) for row in rows]


async def load_records(session: AsyncSession, ids: Sequence[int]) -> list[QueueRecord]:
    """These tickets with the names that go with them, in this order; one that is gone is left out."""
    if not ids:
        return []
    rows = await session.execute(_RECORDS.where(col(Ticket.id).in_(ids)))
    found = {row[0].id: QueueRecord(*row) for row in rows.all()}
    return [found[ticket_id] for ticket_id in ids if ticket_id in found]


#: More than are ever written at the same time.
_NEWEST = select(col(TicketEvent.id)).order_by(col(TicketEvent.id).desc()).limit(200).subquery()
_NEWEST_LINES = select(func.max(_NEWEST.c.id), func.sum(_NEWEST.c.id))
_LINES = re.compile(r"(\d{1,19})\.(\d{1,22})")
_RECORDS = (
    select(Ticket, Contact, col(Conversation.address), Team, col(Staff.name))
    .join(Contact, col(Contact.id) == col(Ticket.contact_id))
    .join(Conversation, col(Conversation.id) == col(Ticket.conversation_id))
    .outerjoin(Team, col(Team.id) == col(Ticket.team_id))
    .outerjoin(Staff, col(Staff.id) == col(Ticket.assignee_id))
)


def page_of_hits(hits: Hits, after: str) -> tuple[list[int], str | None]:
    """A page of what was found, best first; ``after`` is the ticket that was shown last, and where it stood."""
    begin = 0
    if after:
        place, last = decode_cursor(after, int, int)
        # It may stand elsewhere by now, as new tickets come in front.
        begin = hits.tickets.index(last) + 1 if last in hits.tickets else max(0, place or 0)
    ids = hits.tickets[begin : begin + PAGE]
    more = len(hits.tickets) > begin + PAGE
    return ids, encode_cursor([begin + PAGE, ids[-1]]) if more else None


async def with_words(session: AsyncSession, records: Sequence[QueueRecord], hits: Hits) -> list[QueueRecord]:
    """The records with the newest message in which it was said."""
    messages = {hits.messages[record.ticket.id] for record in records if record.ticket.id in hits.messages}
    texts: dict[int, str] = {}
    if messages:
        said = select(col(Message.id), col(Message.text)).where(col(Message.id).in_(messages))
        texts = {row[0]: row[1] for row in (await session.execute(said)).all()}
    return [
        replace(record, said=texts.get(hits.messages.get(record.ticket.id, 0), record.ticket.description))
        for record in records
    ]


async def matching_ids(
    session: AsyncSession,
    now: datetime,
    selection: Selection,
    *,
    staff_id: int,
    after: int = 0,
    limit: int = 500,
    zone: str = DEFAULT_ZONE,
) -> list[int]:
    """The next of all that match, for whatever is done to them; ``after`` is the last one seen."""
    clauses = conditions(selection, now, staff_id, zone=zone)
    if selection.text:
        clauses.append(tickets_with(session.get_bind().dialect.name, understand(selection.text)))
    found = select(col(Ticket.id)).where(*clauses, col(Ticket.id) > after).order_by(col(Ticket.id)).limit(limit)
    return list((await session.execute(found)).scalars())


async def queue_revision(session: AsyncSession) -> str:
    """Differs whenever something happened to any ticket, as everything that happens leaves a line.

    The number of the newest line alone would hide one that was written earlier and committed later, so the sum of the
    newest ones goes with it: see :func:`is_as_new`.
    """
    newest, total = (await session.execute(_NEWEST_LINES)).one()
    return f"{newest}.{total}" if newest else "0"


def is_as_new(revision: str, told: str) -> bool:
    """Whether what was seen at a revision contains what was told by another; False for what is no revision."""
    mine, theirs = _LINES.fullmatch(revision), _LINES.fullmatch(told)
    if mine is None or theirs is None:
        return False
    return [int(number) for number in mine.groups()] >= [int(number) for number in theirs.groups()]
