"""Who has a ticket open and who writes at it, by signs of life that fade."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select

from kit.access.models import Staff
from kit.db import AsyncSession, hint
from tickets.watching.models import Viewer

#: How often a page says that it is open, and when it is taken for gone.
PING_EVERY = timedelta(seconds=10)
GONE_AFTER = timedelta(seconds=25)
TYPING_ENDS = timedelta(seconds=10)
viewer_table: Table = Viewer.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


@dataclass(frozen=True)
class Watcher:
    """Somebody else beside the same ticket."""

    staff_id: int
    name: str
    typing: bool


async def look_at(
    session: AsyncSession, now: datetime, ticket_id: int, staff_id: int, *, typing: bool | None = False
) -> None:
    """The page is open; ``typing`` None leaves that as it was. Others are told when they see something new."""
    mine = (col(Viewer.ticket_id) == ticket_id, col(Viewer.staff_id) == staff_id)
    before = (await session.exec(select(Viewer).where(*mine))).first()
    was_here, was_typing = _state(before, now)
    values: dict[str, Any] = {"seen_at": now}
    if typing is not None:
        values["typed_at"] = now if typing else None
    await _store(session, {"ticket_id": ticket_id, "staff_id": staff_id, **values})
    if not was_here or (typing is not None and typing != was_typing):
        hint(session, f"watching:{ticket_id}")


async def look_away(session: AsyncSession, ticket_id: int, staff_id: int) -> None:
    """The page was closed."""
    mine = (col(Viewer.ticket_id) == ticket_id, col(Viewer.staff_id) == staff_id)
    if (await session.exec(delete(Viewer).where(*mine))).rowcount:
        hint(session, f"watching:{ticket_id}")


async def watchers(session: AsyncSession, now: datetime, ticket_id: int, *, but: int | None = None) -> list[Watcher]:
    """Who is here now, by name; ``but`` is whoever asks."""
    here = (
        select(Viewer, Staff.name)
        .join(Staff, col(Staff.id) == col(Viewer.staff_id))
        .where(Viewer.ticket_id == ticket_id, Viewer.seen_at > now - GONE_AFTER)
        .order_by(col(Staff.name))
    )
    rows = (await session.exec(here)).all()
    return [Watcher(viewer.staff_id, name, _state(viewer, now)[1]) for viewer, name in rows if viewer.staff_id != but]


async def before_the_eyes_of(session: AsyncSession, now: datetime, staff_id: int) -> set[int]:
    """The tickets this person has open now."""
    here = select(Viewer.ticket_id).where(Viewer.staff_id == staff_id, Viewer.seen_at > now - GONE_AFTER)
    return set((await session.exec(here)).all())


async def forget_gone(session: AsyncSession, now: datetime) -> None:
    """Rows of pages that were closed without a word."""
    await session.exec(delete(Viewer).where(col(Viewer.seen_at) < now - 20 * GONE_AFTER))


def _state(viewer: Viewer | None, now: datetime) -> tuple[bool, bool]:
    if viewer is None or viewer.seen_at <= now - GONE_AFTER:
        return False, False
    return True, viewer.typed_at is not None and viewer.typed_at > now - TYPING_ENDS


async def _store(session: AsyncSession, values: dict[str, Any]) -> None:
    dialect_insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    changed = {name: value for name, value in values.items() if name not in {"ticket_id", "staff_id"}}
    statement = dialect_insert(viewer_table).values(**values)
    await session.execute(statement.on_conflict_do_update(index_elements=["ticket_id", "staff_id"], set_=changed))
