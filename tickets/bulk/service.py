"""Give an order for many tickets, stop it, take it back, see how far it is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert
from sqlmodel import col, select, update

from kit.db import AsyncSession, hint, insert_now
from kit.outbox import NewJob, Priority, enqueue_one
from tickets.actors import Actor
from tickets.bulk.errors import (
    BulkEmptyError,
    BulkNotFoundError,
    BulkNotUndoableError,
    BulkOverError,
    BulkTooManyError,
)
from tickets.bulk.models import HEARD, PENDING, BulkItem, BulkJob, BulkKind, Outcome
from tickets.bulk.orders import CHANGES, checked
from tickets.events import QUEUE
from tickets.models import Ticket, TicketEvent

#: The next tickets of an order are due.
BULK_DUE = "bulk.due"
#: One ticket of an order whose person hears of it.
BULK_ROW = "bulk.row"
#: The next tickets of an order that is taken back are due.
BULK_UNDO = "bulk.undo"
#: Nobody looks through more than that; an outage has its own ways.
MOST = 10_000
#: How long what customers hear can still be stopped.
HOLD = timedelta(seconds=15)
_LISTED_AT_ONCE = 500

item_table: Table = BulkItem.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_EVERYTHING = select(func.coalesce(func.max(TicketEvent.id), 0))


async def begin(
    session: AsyncSession,
    now: datetime,
    *,
    kind: BulkKind,
    params: dict[str, Any],
    ticket_ids: Sequence[int],
    staff: Actor,
    key: str,
    query: str = "",
) -> BulkJob:
    """Order it for these tickets; what customers hear waits for :data:`HOLD` first.

    An order of this ``key`` that was given before is returned as it is.
    """
    given = (await session.exec(select(BulkJob).where(BulkJob.key == key))).first()
    if given is not None:
        return given
    if len(ticket_ids) > MOST:
        raise BulkTooManyError(most=MOST)
    job = BulkJob(
        key=key,
        staff_id=staff.id or 0,
        staff_name=staff.name or "",
        kind=kind,
        params=checked(kind, params),
        query=query,
        total=0,
        seen_event=(await session.exec(_EVERYTHING)).one(),
        begins_at=now + HOLD if kind in HEARD else now,
        created_at=now,
    )
    await insert_now(session, job)
    job.total = await _list(session, job.id, ticket_ids)
    if not job.total:
        raise BulkEmptyError
    session.add(job)
    await continue_later(session, now, job.id, BULK_DUE, run_at=job.begins_at)
    return job


async def _list(session: AsyncSession, bulk_id: int, ticket_ids: Sequence[int]) -> int:
    """Those of them that exist; returns how many."""
    listed = 0
    for start in range(0, len(ticket_ids), _LISTED_AT_ONCE):
        some = ticket_ids[start : start + _LISTED_AT_ONCE]
        existing = select(Ticket.id).where(col(Ticket.id).in_(some))
        rows = [
            {"bulk_id": bulk_id, "ticket_id": ticket_id, "outcome": Outcome.WAITING.value}
            for ticket_id in (await session.exec(existing)).all()
        ]
        if rows:
            await session.execute(insert(item_table), rows)
        listed += len(rows)
    return listed


async def continue_later(
    session: AsyncSession, now: datetime, bulk_id: int, kind: str, *, run_at: datetime | None = None
) -> None:
    """The next stretch is a job of its own: others get their turn in between, and what is done is done."""
    job = NewJob(
        kind=kind,
        payload={"bulk_id": bulk_id},
        queue=QUEUE,
        lane=f"bulk:{bulk_id}",
        priority=Priority.BROADCAST,
        run_at=run_at,
    )
    await enqueue_one(session, now, job)
    hint(session, f"bulk:{bulk_id}")


async def get_bulk(session: AsyncSession, bulk_id: int) -> BulkJob:
    """The order, or BulkNotFoundError."""
    return _found((await session.exec(select(BulkJob).where(BulkJob.id == bulk_id))).first())


async def hold_bulk(session: AsyncSession, bulk_id: int) -> BulkJob:
    """The order, locked until the transaction ends."""
    return _found((await session.exec(select(BulkJob).where(BulkJob.id == bulk_id).with_for_update())).first())


def _found(job: BulkJob | None) -> BulkJob:
    if job is None:
        raise BulkNotFoundError
    return job


async def stop(session: AsyncSession, now: datetime, bulk_id: int) -> int:
    """Nothing more happens; returns for how many tickets. Raises BulkOverError when all has happened."""
    job = await hold_bulk(session, bulk_id)
    left = update(BulkItem).where(col(BulkItem.bulk_id) == bulk_id, col(BulkItem.outcome).in_(PENDING))
    stopped = (await session.exec(left.values(outcome=Outcome.STOPPED))).rowcount
    if not stopped:
        raise BulkOverError
    job.stopped_at = now
    session.add(job)
    hint(session, f"bulk:{bulk_id}")
    return stopped


async def undo(session: AsyncSession, now: datetime, bulk_id: int, *, staff: Actor) -> None:
    """Take back what nobody has changed since; raises BulkNotUndoableError where nothing can be."""
    job = await hold_bulk(session, bulk_id)
    if job.undone_at is not None or not (await progress(session, bulk_id)).undoable(BulkKind(job.kind)):
        raise BulkNotUndoableError
    job.undone_at, job.undone_by = now, staff.name
    session.add(job)
    await continue_later(session, now, bulk_id, BULK_UNDO)


@dataclass(frozen=True)
class Progress:
    """How many tickets of an order have come to what."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def pending(self) -> int:
        return sum(self.counts[outcome] for outcome in PENDING)

    @property
    def total(self) -> int:
        return self.counts.total()

    def undoable(self, kind: BulkKind) -> bool:
        """Whether anything could be taken back, as far as the order itself goes."""
        return CHANGES[kind].take_back is not None and not self.pending and self.counts[Outcome.CHANGED] > 0


async def progress(session: AsyncSession, bulk_id: int) -> Progress:
    """Counted anew each time: what is stored twice would differ some day."""
    counted = select(BulkItem.outcome, func.count()).where(BulkItem.bulk_id == bulk_id).group_by(col(BulkItem.outcome))
    return Progress(Counter(dict((await session.exec(counted)).all())))


async def recent_bulks(session: AsyncSession, *, staff_id: int | None = None, limit: int = 30) -> list[BulkJob]:
    """The newest orders, of one person or of all."""
    newest = select(BulkJob).order_by(col(BulkJob.id).desc()).limit(limit)
    if staff_id is not None:
        newest = newest.where(BulkJob.staff_id == staff_id)
    return list((await session.exec(newest)).all())
