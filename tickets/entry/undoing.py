"""Take a batch back: whatever nobody has worked on since is gone as if it had never been."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlmodel import col

from kit.clock import Clock
from kit.db import AsyncSession, hint, metadata
from kit.outbox import ClaimedJob
from tickets.actors import ActorKind
from tickets.contacts.models import Contact, ContactIdentity
from tickets.conversations.models import Conversation, Message
from tickets.entry.batches import ENTRY_UNDO, finish, get_batch, hand_on, row_table
from tickets.entry.columns import Column
from tickets.entry.models import EntryRow, EntryState
from tickets.entry.writing import table_of
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.numbers import counter_table
from tickets.reports.rollup import mark_dirty

AT_ONCE = 200


@dataclass(frozen=True)
class Undoing:
    """Handles the jobs that take a batch back."""

    clock: Clock

    async def handle(self, session: AsyncSession, job: ClaimedJob) -> None:
        """The next rows; then the rest is handed on, or it is the end."""
        now, batch_id = self.clock.now(), int(job.payload["batch_id"])
        batch = await get_batch(session, batch_id)
        if batch.state != EntryState.UNDOING:
            return
        rows = list((await session.execute(_entered_rows(batch_id, batch.cursor))).scalars())
        if not rows:
            await finish(session, batch_id, EntryState.UNDOING, EntryState.UNDONE, undone_at=now)
            hint(session, "tickets")
            return
        kept = await _kept(session, [row.ticket_id for row in rows if row.ticket_id])
        await _take_back(session, [row for row in rows if row.ticket_id not in kept])
        for row in rows:
            row.kept = kept.get(row.ticket_id or 0)
            session.add(row)
        batch.cursor = rows[-1].number
        batch.kept, batch.entered = batch.kept + len(kept), batch.entered - (len(rows) - len(kept))
        session.add(batch)
        hint(session, f"entry:{batch_id}")
        await hand_on(session, now, batch_id, ENTRY_UNDO)


def _entered_rows(batch_id: int, after: int) -> Any:
    entered = select(EntryRow).where(col(EntryRow.batch_id) == batch_id, col(EntryRow.ticket_id).is_not(None))
    return entered.where(col(EntryRow.number) > after).order_by(col(EntryRow.number)).limit(AT_ONCE)


async def _kept(session: AsyncSession, ticket_ids: Sequence[int]) -> dict[int, str]:
    """Tickets that are somebody's work by now, and why."""
    tickets = (await session.execute(select(Ticket).where(col(Ticket.id).in_(ticket_ids)).with_for_update())).scalars()
    found: dict[int, str] = {}
    by_ticket = {ticket.id: ticket for ticket in tickets}
    for ticket_id in ticket_ids:
        if ticket_id not in by_ticket:
            found[ticket_id] = "gone"
    found.update(dict.fromkeys(await _with_messages(session, ticket_ids), "talked_about"))
    for ticket_id, actor in await _with_events(session, ticket_ids):
        found.setdefault(ticket_id, "talked_about")
        if actor == ActorKind.STAFF:
            found[ticket_id] = "worked_on"
    merged = select(col(Ticket.merged_into_id)).where(col(Ticket.merged_into_id).in_(ticket_ids))
    found.update(dict.fromkeys((one for one in (await session.execute(merged)).scalars() if one), "merged"))
    return found


async def _with_events(session: AsyncSession, ticket_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Whatever anybody did after the line that says it was entered; what the clocks did by themselves is no work."""
    entered = (
        select(col(TicketEvent.ticket_id).label("ticket_id"), func.max(col(TicketEvent.id)).label("line"))
        .where(col(TicketEvent.ticket_id).in_(ticket_ids), col(TicketEvent.kind) == EventKind.ENTERED)
        .group_by(col(TicketEvent.ticket_id))
        .subquery()
    )
    since = select(col(TicketEvent.ticket_id), col(TicketEvent.actor)).join(
        entered, entered.c.ticket_id == col(TicketEvent.ticket_id)
    )
    by_people = (col(TicketEvent.actor) != ActorKind.SYSTEM) | col(TicketEvent.public)
    worked = since.where(col(TicketEvent.id) > entered.c.line, by_people)
    return [(ticket_id, actor) for ticket_id, actor in (await session.execute(worked.distinct())).all()]


async def _with_messages(session: AsyncSession, ticket_ids: Sequence[int]) -> list[int]:
    """Whose talk has more in it than was entered: what the person said, and perhaps a note."""
    said = (
        select(col(Ticket.id), func.count(col(Message.id)))
        .join(Message, col(Message.conversation_id) == col(Ticket.conversation_id))
        .where(col(Ticket.id).in_(ticket_ids))
        .group_by(col(Ticket.id))
    )
    there = {one: count for one, count in (await session.execute(said)).all() if count > 1}
    rows = select(col(EntryRow.ticket_id), col(EntryRow.values)).where(col(EntryRow.ticket_id).in_(ticket_ids))
    entered = {one: 2 if values.get(Column.NOTES) else 1 for one, values in (await session.execute(rows)).all()}
    return [one for one, count in entered.items() if there.get(one, 0) > count]


async def _take_back(session: AsyncSession, rows: Sequence[EntryRow]) -> None:
    """Everything that hangs on these tickets, then they themselves, then who came with them and has nothing else."""
    ids = [row.ticket_id for row in rows]
    if not ids:
        return
    tickets = (await session.execute(select(Ticket).where(col(Ticket.id).in_(ids)))).scalars().all()
    talks, people = [one.conversation_id for one in tickets], {one.contact_id for one in tickets}
    moments = select(col(TicketEvent.at)).where(col(TicketEvent.ticket_id).in_(ids))
    await mark_dirty(session, (await session.execute(moments)).scalars().all())
    await _delete_hanging_on(session, "ticket_id", ids)
    await session.execute(delete(table_of(Message)).where(col(Message.conversation_id).in_(talks)))
    await session.execute(delete(table_of(Ticket)).where(col(Ticket.id).in_(ids)))
    await _delete_hanging_on(session, "conversation_id", talks)
    await session.execute(delete(table_of(Conversation)).where(col(Conversation.id).in_(talks)))
    await _forget_people(session, rows[0].batch_id, people)
    await _count_back(session, [ticket.number for ticket in tickets])
    for row in rows:
        row.ticket_id = None


def _tables_with(column: str) -> list[Table]:
    """Every table that has it, those that lean on others first; the batch itself remembers what it was."""
    mine = {table_of(model) for model in (EntryRow, Ticket, Conversation, Contact, Message)}
    return [table for table in reversed(metadata.sorted_tables) if column in table.c and table not in mine]


async def _delete_hanging_on(session: AsyncSession, column: str, ids: Sequence[int | None]) -> None:
    for table in _tables_with(column):
        await session.execute(delete(table).where(table.c[column].in_(ids)))


async def _forget_people(session: AsyncSession, batch_id: int, people: set[int]) -> None:
    """Whom this batch brought, unless there is more of them by now."""
    brought = select(row_table.c.contact_id).where(row_table.c.batch_id == batch_id, row_table.c.contact_id.in_(people))
    alone: list[ColumnElement[bool]] = [
        ~select(col(model.contact_id)).where(col(model.contact_id) == col(Contact.id)).exists()
        for model in (Ticket, Conversation)
    ]
    gone = select(col(Contact.id)).where(col(Contact.id).in_(brought), *alone)
    ids = list((await session.execute(gone)).scalars())
    if ids:
        await session.execute(delete(table_of(ContactIdentity)).where(col(ContactIdentity.contact_id).in_(ids)))
        await _delete_hanging_on(session, "contact_id", ids)
        await session.execute(delete(table_of(Contact)).where(col(Contact.id).in_(ids)))


async def _count_back(session: AsyncSession, numbers: Sequence[str]) -> None:
    """The numbers of these days go on after the last that is in use; nobody was ever told of those taken back."""
    for prefix in sorted({number.rpartition("-")[0] for number in numbers}):
        day = datetime.strptime(prefix, "YP-%y%m%d").date()  # noqa: DTZ007 - a day, in the organisation's zone.
        counter = counter_table.c.day == day
        # Held first, so that a ticket being opened at this moment is seen below.
        await session.execute(select(counter_table.c.last).where(counter).with_for_update())
        used = select(col(Ticket.number)).where(col(Ticket.number) > f"{prefix}-", col(Ticket.number) < f"{prefix}.")
        counts = [int(number.rpartition("-")[2]) for number in (await session.execute(used)).scalars()]
        if counts:
            await session.execute(update(counter_table).where(counter).values(last=max(counts)))
        else:
            await session.execute(delete(counter_table).where(counter))
