"""Ticket numbers a person can read out over the phone: YP-261124-0042."""

import secrets
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from kit.db import AsyncSession
from tickets.models import TicketCounter

counter_table: Table = TicketCounter.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def next_number(session: AsyncSession, now: datetime, *, zone: str) -> str:
    """The next number of the day in the organisation's time zone; the day grows past 9999 by a digit."""
    day = now.astimezone(ZoneInfo(zone)).date()
    counted = await session.execute(_COUNT[session.get_bind().dialect.name], {"day": day, "last": 1})
    return number_of(day, counted.scalar_one())


def number_of(day: date, count: int) -> str:
    """How the number of a day's ticket is written."""
    return f"YP-{day:%y%m%d}-{count:04d}"


def _counting(dialect_insert: Any) -> Insert:
    counted: Insert = (
        dialect_insert(counter_table)
        .on_conflict_do_update(index_elements=["day"], set_={"last": counter_table.c.last + 1})
        .returning(counter_table.c.last)
    )
    return counted


# Built once: to build a statement costs more than to run it.
_COUNT = {"postgresql": _counting(postgresql.insert), "sqlite": _counting(sqlite.insert)}


def new_token() -> str:
    """The unguessable part of a tracking link: 128 random bits."""
    return secrets.token_urlsafe(16)


def new_lookup_code() -> str:
    """Six digits told together with the number: the proof when somebody asks by number."""
    return f"{secrets.randbelow(10**6):06d}"
