"""Tell members of staff, and know what they have not read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, insert
from sqlmodel import col, select, update

from kit.db import AsyncSession, hint
from tickets.models import Ticket
from tickets.notices.models import NoticeKind, StaffNotice

notice_table: Table = StaffNotice.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def notify(
    session: AsyncSession, now: datetime, staff_ids: Iterable[int], kind: NoticeKind, ticket: Ticket, **data: Any
) -> None:
    """Tell each of them once; their open pages hear of it (topic ``staff:<id>``) after the commit."""
    rows = [
        {"staff_id": staff_id, "ticket_id": ticket.id, "kind": kind.value, "data": data, "at": now}
        for staff_id in sorted(set(staff_ids))
    ]
    if rows:
        await session.execute(insert(notice_table), rows)
    for row in rows:
        hint(session, f"staff:{row['staff_id']}")


async def unread(session: AsyncSession, staff_id: int) -> int:
    """How many this person has not read."""
    mine = select(func.count()).where(col(StaffNotice.staff_id) == staff_id, col(StaffNotice.read_at).is_(None))
    return (await session.exec(mine)).one()


async def latest(session: AsyncSession, staff_id: int, *, limit: int = 30) -> list[StaffNotice]:
    """The newest, read ones too."""
    mine = select(StaffNotice).where(StaffNotice.staff_id == staff_id).order_by(col(StaffNotice.id).desc())
    return list((await session.exec(mine.limit(limit))).all())


async def mark_read(session: AsyncSession, now: datetime, staff_id: int) -> None:
    """All of this person's are read."""
    mine = (col(StaffNotice.staff_id) == staff_id, col(StaffNotice.read_at).is_(None))
    await session.exec(update(StaffNotice).where(*mine).values(read_at=now))
    hint(session, f"staff:{staff_id}")
