"""An order for many tickets as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from kit.db import AsyncSession
from tickets.bulk.models import BulkItem, Outcome
from tickets.bulk.service import MOST
from tickets.console.queries.queue import matching_ids
from tickets.console.selection import Selection
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation, Message
from tickets.models import Ticket

PAGE = 100
_AT_ONCE = 500


@dataclass(frozen=True)
class BulkRecord:
    """One ticket of an order, its person, and what became of what the person was told."""

    item: BulkItem
    ticket: Ticket
    contact: Contact
    address: str
    delivery: str | None


async def bulk_page(
    session: AsyncSession, bulk_id: int, *, outcome: Outcome | None = None, after: int = 0
) -> tuple[list[BulkRecord], int | None]:
    """Its tickets in order, those with an outcome alone, and after which one the next page begins."""
    of_bulk: list[ColumnElement[bool]] = [col(BulkItem.bulk_id) == bulk_id, col(BulkItem.ticket_id) > after]
    if outcome is not None:
        of_bulk.append(col(BulkItem.outcome) == outcome)
    found = (
        select(BulkItem, Ticket, Contact, col(Conversation.address), col(Message.delivery))
        .join(Ticket, col(Ticket.id) == col(BulkItem.ticket_id))
        .join(Contact, col(Contact.id) == col(Ticket.contact_id))
        .join(Conversation, col(Conversation.id) == col(Ticket.conversation_id))
        .outerjoin(Message, col(Message.id) == col(BulkItem.message_id))
        .where(*of_bulk)
        .order_by(col(BulkItem.ticket_id))
        .limit(PAGE + 1)
    )
    records = [BulkRecord(*row) for row in (await session.execute(found)).all()]
    return records[:PAGE], records[PAGE - 1].item.ticket_id if len(records) > PAGE else None


async def delivery_counts(session: AsyncSession, bulk_id: int) -> dict[str, int]:
    """How many of what was sent has come to what; what no platform has taken yet is queued."""
    state = func.coalesce(Message.delivery, "queued")
    counted = (
        select(state, func.count())
        .select_from(BulkItem)
        .join(Message, col(Message.id) == col(BulkItem.message_id))
        .where(col(BulkItem.bulk_id) == bulk_id)
        .group_by(state)
    )
    return {delivery: number for delivery, number in (await session.execute(counted)).all()}  # noqa: C416 - rows are no pairs to mypy.


async def all_matching(
    session: AsyncSession, now: datetime, selection: Selection, *, staff_id: int, zone: str
) -> list[int]:
    """Every ticket of a selection; one more than an order may have, where there are more."""
    return await matching_ids(session, now, selection, staff_id=staff_id, limit=MOST + 1, zone=zone)


async def persons_of(session: AsyncSession, ids: Sequence[int]) -> list[Any]:
    """Ticket and person of a few tickets, to show what they would read."""
    few = select(Ticket, Contact).join(Contact, col(Contact.id) == col(Ticket.contact_id))
    return list((await session.execute(few.where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id)))).all())


async def nameless(session: AsyncSession, ids: Sequence[int]) -> int:
    """How many of them are of people whose name nobody knows."""
    count = select(func.count()).select_from(Ticket).join(Contact, col(Contact.id) == col(Ticket.contact_id))
    total = 0
    for start in range(0, len(ids), _AT_ONCE):
        some = count.where(col(Ticket.id).in_(ids[start : start + _AT_ONCE]), col(Contact.name).is_(None))
        total += (await session.execute(some)).scalar_one()
    return total
