"""Who is writing: shown for some seconds, then forgotten, so that a lost "stopped" does no harm."""

from datetime import datetime, timedelta

from sqlalchemy import Update, bindparam
from sqlmodel import col, select, update

from channels.webchat.models import WebchatVisitor
from channels.webchat.repository import topic, visitor_table
from kit.db import AsyncSession, hint

LASTS = timedelta(seconds=8)


async def show_typing(session: AsyncSession, now: datetime, address: str, *, who: str, name: str | None = None) -> None:
    """Show the visitor that ``who`` ("bot" or "staff") is writing; repeat within :data:`LASTS` to keep it."""
    values = {"agent_typing_until": now + LASTS, "agent_typing_who": who, "agent_typing_name": name}
    await session.execute(_of(address).values(**values))
    hint(session, topic(address))


async def note_visitor_typing(session: AsyncSession, now: datetime, address: str, *, typing: bool) -> None:
    await session.execute(_of(address).values(typing_until=now + LASTS if typing else None))


async def is_visitor_typing(session: AsyncSession, now: datetime, address: str) -> bool:
    """The visitor is in the middle of a sentence; the bot lets people finish."""
    until = (await session.execute(_TYPING_UNTIL, {"of_visitor": address})).scalar_one_or_none()
    return until is not None and until > now


_TYPING_UNTIL = select(visitor_table.c.typing_until).where(visitor_table.c.id == bindparam("of_visitor"))


def _of(address: str) -> Update:
    return update(WebchatVisitor).where(col(WebchatVisitor.id) == address)
