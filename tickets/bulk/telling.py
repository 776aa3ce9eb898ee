"""Whoever has tickets by an order, and whoever had them, hears of it once: when nothing more will be done."""

from collections import defaultdict
from datetime import datetime

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.bulk.models import BulkItem, BulkJob, BulkKind, Outcome
from tickets.notices.models import NoticeKind
from tickets.notices.service import notify
from tickets.repository import get_ticket


async def tell_owners(session: AsyncSession, now: datetime, bulk: BulkJob) -> None:
    """One notice for each, however many tickets it was; nobody is told of what they ordered themselves."""
    if bulk.kind != BulkKind.ASSIGN or bulk.params["staff_id"] is None:
        return
    changed = select(BulkItem.ticket_id, BulkItem.before).where(
        BulkItem.bulk_id == bulk.id, BulkItem.outcome == Outcome.CHANGED
    )
    rows = (await session.exec(changed.order_by(col(BulkItem.ticket_id)))).all()
    lost: dict[int | None, list[int]] = defaultdict(list)
    for ticket_id, before in rows:
        lost[(before or {}).get("assignee_id")].append(ticket_id)
    given = [ticket_id for ticket_id, _before in rows]
    await _tell(
        session, now, bulk, bulk.params["staff_id"], given, one=NoticeKind.ASSIGNED, many=NoticeKind.ASSIGNED_MANY
    )
    for staff_id, tickets in lost.items():
        await _tell(session, now, bulk, staff_id, tickets, one=NoticeKind.TAKEN, many=NoticeKind.TAKEN_MANY)


async def _tell(
    session: AsyncSession,
    now: datetime,
    bulk: BulkJob,
    staff_id: int | None,
    tickets: list[int],
    *,
    one: NoticeKind,
    many: NoticeKind,
) -> None:
    if staff_id in {None, bulk.staff_id} or not tickets:
        return
    kind, count = (one, {}) if len(tickets) == 1 else (many, {"count": len(tickets)})
    await notify(session, now, [staff_id], kind, await get_ticket(session, tickets[0]), by=bulk.staff_name, **count)
