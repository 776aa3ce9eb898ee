"""The work of an order: in stretches, or ticket by ticket in each person's lane; a stretch is one transaction.

Whatever stops a worker, the next one goes on behind the last finished stretch: an outcome is written together with
the change itself, so that no ticket is changed twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func
from sqlmodel import col, select, update

from kit.db import AsyncSession, hint
from kit.errors import AppError
from kit.ground import Ground
from kit.outbox import ClaimedJob, NewJob, Priority, enqueue
from tickets.actors import Actor, ActorKind
from tickets.bulk.errors import TicketMergedError
from tickets.bulk.models import HEARD, BulkItem, BulkJob, BulkKind, Outcome
from tickets.bulk.orders import CHANGES, Row, Taken, snapshot, take_back
from tickets.bulk.service import BULK_DUE, BULK_ROW, BULK_UNDO, continue_later, get_bulk, hold_bulk, item_table
from tickets.bulk.telling import tell_owners
from tickets.conversations.models import Conversation
from tickets.errors import TicketChangedError
from tickets.events import QUEUE
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.rhythm import rhythm_of

#: Few enough that nobody waits for one transaction, many enough that its costs do not count.
STRETCH = 20
#: How many people's lanes are filled at once.
_SPREAD = 200
_Written = dict[str, Any]
_WRITE = (
    update(item_table)
    .where(item_table.c.bulk_id == bindparam("of_bulk"), item_table.c.ticket_id == bindparam("of_ticket"))
    .values({name: bindparam(name) for name in ("outcome", "why", "why_values", "before", "after", "message_id")})
)


@dataclass(frozen=True)
class BulkWork:
    """Handles the jobs of orders."""

    ground: Ground

    async def handle_due(self, session: AsyncSession, job: ClaimedJob) -> None:
        """The next stretch, and a job for the one after it."""
        now, bulk = self.ground.clock.now(), await hold_bulk(session, job.payload["bulk_id"])
        if bulk.stopped_at is not None:
            await tell_owners(session, now, bulk)
            return
        heard = BulkKind(bulk.kind) in HEARD
        items = await _next(session, bulk.id, Outcome.WAITING, _SPREAD if heard else STRETCH)
        if heard:
            await _spread(session, now, bulk, items)
        else:
            await self._apply(session, now, bulk, items)
        if items:
            await continue_later(session, now, bulk.id, BULK_DUE)
        else:
            await tell_owners(session, now, bulk)

    async def handle_row(self, session: AsyncSession, job: ClaimedJob) -> None:
        """One ticket, in the lane of its person; a stop that came first has taken it away."""
        bulk_id, ticket_id = job.payload["bulk_id"], job.payload["ticket_id"]
        held = select(BulkItem).where(BulkItem.bulk_id == bulk_id, BulkItem.ticket_id == ticket_id).with_for_update()
        item = (await session.exec(held)).one()
        if item.outcome == Outcome.QUEUED:
            await self._apply(session, self.ground.clock.now(), await get_bulk(session, bulk_id), [item])

    async def handle_undo(self, session: AsyncSession, job: ClaimedJob) -> None:
        """The next stretch of what is taken back."""
        now, bulk = self.ground.clock.now(), await hold_bulk(session, job.payload["bulk_id"])
        items = await _next(session, bulk.id, Outcome.CHANGED, STRETCH)
        tickets = await _tickets(session, items)
        staff = Actor(ActorKind.STAFF, bulk.staff_id, bulk.undone_by)
        written = [await _undone(session, now, bulk, item, tickets[item.ticket_id], staff=staff) for item in items]
        await _write(session, bulk.id, written)
        if items:
            await continue_later(session, now, bulk.id, BULK_UNDO)

    async def _apply(self, session: AsyncSession, now: datetime, bulk: BulkJob, items: Sequence[BulkItem]) -> None:
        tickets = await _tickets(session, items)
        first = await _rivals(session, bulk, list(tickets))
        written = []
        for item in items:
            row = Row(
                session=session,
                now=now,
                ticket=tickets[item.ticket_id],
                staff=Actor(ActorKind.STAFF, bulk.staff_id, bulk.staff_name),
                rhythm=rhythm_of(self.ground.settings),
                params=bulk.params,
            )
            written.append(await _outcome(row, BulkKind(bulk.kind), first.get(item.ticket_id)))
        await _write(session, bulk.id, written)


async def _next(session: AsyncSession, bulk_id: int, outcome: Outcome, limit: int) -> Sequence[BulkItem]:
    due = select(BulkItem).where(BulkItem.bulk_id == bulk_id, BulkItem.outcome == outcome)
    return (await session.exec(due.order_by(col(BulkItem.ticket_id)).limit(limit))).all()


async def _tickets(session: AsyncSession, items: Sequence[BulkItem]) -> dict[int, Ticket]:
    """The tickets, held in one order: another order for the same ones waits instead of being refused."""
    ids = [item.ticket_id for item in items]
    held = select(Ticket).where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id)).with_for_update()
    return {ticket.id: ticket for ticket in (await session.exec(held)).all()}


async def _spread(session: AsyncSession, now: datetime, bulk: BulkJob, items: Sequence[BulkItem]) -> None:
    """A job for each ticket in the lane of its person, who then hears everything in one order."""
    ids = [item.ticket_id for item in items]
    lanes = select(Ticket.id, Conversation.thread).join(Conversation).where(col(Ticket.id).in_(ids))
    jobs = [
        NewJob(
            kind=BULK_ROW,
            payload={"bulk_id": bulk.id, "ticket_id": ticket_id},
            queue=QUEUE,
            lane=f"in:{thread}",
            priority=Priority.BROADCAST,
        )
        for ticket_id, thread in (await session.exec(lanes)).all()
    ]
    await enqueue(session, now, jobs)
    queued = update(BulkItem).where(col(BulkItem.bulk_id) == bulk.id, col(BulkItem.ticket_id).in_(ids))
    await session.exec(queued.values(outcome=Outcome.QUEUED))


async def _rivals(session: AsyncSession, bulk: BulkJob, ticket_ids: list[int]) -> dict[int, TicketEvent]:
    """Who was first: the newest thing that somebody did to these tickets since the order was given."""
    kinds = CHANGES[BulkKind(bulk.kind)].rivals | {EventKind.MERGED}
    newest = (
        select(func.max(TicketEvent.id))
        .where(
            col(TicketEvent.ticket_id).in_(ticket_ids),
            col(TicketEvent.id) > bulk.seen_event,
            col(TicketEvent.kind).in_(kinds),
        )
        .group_by(col(TicketEvent.ticket_id))
    )
    events = await session.exec(select(TicketEvent).where(col(TicketEvent.id).in_(newest)))
    return {event.ticket_id: event for event in events.all()}


async def _outcome(row: Row, kind: BulkKind, rival: TicketEvent | None) -> _Written:
    """What became of one ticket; a refusal takes back only what this ticket had begun."""
    order = CHANGES[kind]
    before = snapshot(row.ticket, order.fields)
    try:
        if row.ticket.merged_into_id is not None:
            raise TicketMergedError
        if rival is not None:
            raise TicketChangedError(who=rival.actor_name or rival.actor, kind=rival.kind)
        async with row.session.begin_nested():
            message_id = await order.apply(row)
    except AppError as refusal:
        return _refused(row.ticket.id, Outcome.REFUSED, refusal)
    after = snapshot(row.ticket, order.fields)
    changed = message_id is not None or after != before
    outcome = Outcome.CHANGED if changed else Outcome.UNCHANGED
    return _written(row.ticket.id, outcome, before=before, after=after, message_id=message_id)


async def _undone(
    session: AsyncSession, now: datetime, bulk: BulkJob, item: BulkItem, ticket: Ticket, *, staff: Actor
) -> _Written:
    before, after = item.before or {}, item.after or {}
    try:
        if ticket.merged_into_id is not None:
            raise TicketMergedError
        async with session.begin_nested():
            await take_back(
                Taken(
                    session=session,
                    now=now,
                    ticket=ticket,
                    staff=staff,
                    kind=BulkKind(bulk.kind),
                    before=before,
                    after=after,
                )
            )
    except AppError as refusal:
        return {**_refused(item.ticket_id, Outcome.KEPT, refusal), "before": before, "after": after}
    return _written(item.ticket_id, Outcome.UNDONE, before=before, after=after, message_id=None)


def _refused(ticket_id: int, outcome: Outcome, refusal: AppError) -> _Written:
    written = _written(ticket_id, outcome, before=None, after=None, message_id=None)
    return {**written, "why": refusal.code, "why_values": refusal.values}


def _written(
    ticket_id: int,
    outcome: Outcome,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    message_id: int | None,
) -> _Written:
    return {
        "of_ticket": ticket_id,
        "outcome": outcome.value,
        "why": None,
        "why_values": None,
        "before": before,
        "after": after,
        "message_id": message_id,
    }


async def _write(session: AsyncSession, bulk_id: int, rows: list[_Written]) -> None:
    if rows:
        await session.execute(_WRITE, [{"of_bulk": bulk_id, **row} for row in rows])
    hint(session, f"bulk:{bulk_id}")
