"""Ticket numbers a person can read out over the phone: YP-261124-0042."""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from kit.db import AsyncSession
from tickets.models import TicketCounter


async def next_number(session: AsyncSession, now: datetime, *, zone: str) -> str:
    """The next number of the day in the organisation's time zone; the day grows past 9999 by a digit."""
    day = now.astimezone(ZoneInfo(zone)).date()
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = (
        dialect_insert(TicketCounter)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=["day"], set_={"last": col(TicketCounter.last) + 1})
        .returning(col(TicketCounter.last))
    )
    last = (await session.execute(counted)).scalar_one()
    return f"YP-{day:%y%m%d}-{last:04d}"


def new_token() -> str:
    """The unguessable part of a tracking link: 128 random bits."""
    return secrets.token_urlsafe(16)


def new_lookup_code() -> str:
    """Six digits told together with the number: the proof when somebody asks by number."""
    return f"{secrets.randbelow(10**6):06d}"
