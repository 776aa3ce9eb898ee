"""What somebody has begun to write, kept where another device and a colleague can see it."""

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select

from kit.access.models import Staff
from kit.db import AsyncSession, hint
from tickets.sending.models import Draft
from tickets.working import MAX_REPLY

Mode = Literal["reply", "note"]
#: How long an unfinished reply is worth telling colleagues of.
_TOLD_FOR = timedelta(days=1)
draft_table: Table = Draft.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def save_draft(
    session: AsyncSession, now: datetime, *, ticket_id: int, staff_id: int, mode: Mode, text: str
) -> None:
    """The newest text wins; nothing left is no draft."""
    if not text.strip():
        await forget_draft(session, ticket_id=ticket_id, staff_id=staff_id, mode=mode)
        return
    key = {"ticket_id": ticket_id, "staff_id": staff_id, "mode": mode}
    values = {"text": text[:MAX_REPLY], "at": now}
    dialect_insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = dialect_insert(draft_table).values(**key, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["ticket_id", "staff_id", "mode"], set_=values)
    )
    hint(session, f"watching:{ticket_id}")


async def forget_draft(session: AsyncSession, *, ticket_id: int, staff_id: int, mode: Mode) -> None:
    """It was sent or thrown away."""
    mine = (col(Draft.ticket_id) == ticket_id, col(Draft.staff_id) == staff_id, col(Draft.mode) == mode)
    if (await session.exec(delete(Draft).where(*mine))).rowcount:
        hint(session, f"watching:{ticket_id}")


async def drafts_of(session: AsyncSession, *, ticket_id: int, staff_id: int) -> dict[str, Draft]:
    """This person's, by mode."""
    mine = select(Draft).where(Draft.ticket_id == ticket_id, Draft.staff_id == staff_id)
    return {draft.mode: draft for draft in (await session.exec(mine)).all()}


async def drafting(session: AsyncSession, now: datetime, ticket_id: int, *, but: int | None = None) -> list[str]:
    """Names of colleagues who have begun a reply and not sent it."""
    begun = (
        select(Staff.id, Staff.name)
        .join(Draft, col(Draft.staff_id) == col(Staff.id))
        .where(Draft.ticket_id == ticket_id, Draft.mode == "reply", Draft.at > now - _TOLD_FOR)
        .order_by(col(Staff.name))
    )
    return [name for staff_id, name in (await session.exec(begun)).all() if staff_id != but]
