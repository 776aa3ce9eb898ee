"""Who wants to hear of a ticket, and is told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, literal
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, or_, select

from kit.access.models import Staff
from kit.db import AsyncSession, JsonColumn, UtcDateTime, hint
from tickets.models import Ticket
from tickets.notices.models import NoticeKind, StaffNotice
from tickets.watching.models import Follower

follower_table: Table = Follower.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
notice_table: Table = StaffNotice.__table__  # type: ignore[attr-defined]  # As above.


async def follow(session: AsyncSession, now: datetime, ticket_id: int, staff_ids: Iterable[int]) -> None:
    """They hear of it from now on; whoever did before still does."""
    rows = [{"ticket_id": ticket_id, "staff_id": staff_id, "since": now} for staff_id in sorted(set(staff_ids))]
    if rows:
        dialect_insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(dialect_insert(follower_table).on_conflict_do_nothing(), rows)
        hint(session, f"ticket:{ticket_id}")


async def unfollow(session: AsyncSession, ticket_id: int, staff_id: int) -> None:
    """They have heard enough."""
    mine = (col(Follower.ticket_id) == ticket_id, col(Follower.staff_id) == staff_id)
    await session.exec(delete(Follower).where(*mine))
    hint(session, f"ticket:{ticket_id}")


async def followers(session: AsyncSession, ticket_id: int) -> list[tuple[int, str]]:
    """Ids and names, by name."""
    named = (
        select(Staff.id, Staff.name)
        .join(Follower, col(Follower.staff_id) == col(Staff.id))
        .where(Follower.ticket_id == ticket_id, col(Staff.active))
        .order_by(col(Staff.name))
    )
    return [(staff_id, name) for staff_id, name in (await session.exec(named)).all() if staff_id is not None]


async def carry_followers(session: AsyncSession, now: datetime, source: Ticket, target: Ticket) -> None:
    """Whoever followed, or had, the one follows the other."""
    ids = set((await session.exec(select(Follower.staff_id).where(Follower.ticket_id == source.id))).all())
    if source.assignee_id is not None and source.assignee_id != target.assignee_id:
        ids.add(source.assignee_id)
    await follow(session, now, target.id, ids)


async def tell_watchful(
    session: AsyncSession, now: datetime, kind: NoticeKind, ticket: Ticket, *, but: int | None = None, **data: Any
) -> None:
    """A notice for the owner and all followers but ``but``, who did it: one statement for them all."""
    following = core_select(follower_table.c.staff_id).where(follower_table.c.ticket_id == ticket.id)
    told = core_select(
        col(Staff.id),
        literal(ticket.id),
        literal(kind.value),
        literal(data, JsonColumn),
        literal(now, UtcDateTime),
    ).where(col(Staff.active), or_(col(Staff.id) == ticket.assignee_id, col(Staff.id).in_(following)))
    if but is not None:
        told = told.where(col(Staff.id) != but)
    columns = ["staff_id", "ticket_id", "kind", "data", "at"]
    rows = await session.execute(insert(notice_table).from_select(columns, told).returning(notice_table.c.staff_id))
    for staff_id in rows.scalars():
        hint(session, f"staff:{staff_id}")
