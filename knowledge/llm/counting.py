"""Figures of each day, and the day's tokens: taken before the model is asked, put right afterwards."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Insert, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select

from kit.db import AsyncSession
from knowledge.llm.models import ModelCount

table: Table = ModelCount.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


class What(StrEnum):
    """Besides these, each reason of :class:`knowledge.llm.failures.Reason` is counted."""

    ASKED = "asked"
    WORDED = "worded"
    DROPPED = "dropped"
    TOKENS = "tokens"


#: The day's tokens are one purse for all uses.
ALL = "all"


async def count(session: AsyncSession, day: date, use: str, more: Mapping[str, int]) -> None:
    """Add to the day's figures."""
    rows = [{"day": day, "use": use, "what": what, "count": number} for what, number in sorted(more.items()) if number]
    if rows:
        await session.execute(_ADDING[session.get_bind().dialect.name], rows)


async def reserve(session: AsyncSession, day: date, tokens: int, *, limit: int) -> bool:
    """Take so many of the day's tokens; False, and nothing taken, where that would be more than there are."""
    await session.execute(_BEGINNING[session.get_bind().dialect.name], {"day": day, "use": ALL, "what": What.TOKENS})
    taken = await session.execute(_RESERVE, {"of_day": day, "more": tokens, "most": limit})
    return taken.first() is not None


async def settle(session: AsyncSession, day: date, *, reserved: int, used: int) -> None:
    """What was reserved and not used is there again, on the day it was taken from."""
    await session.execute(_SETTLE, {"of_day": day, "less": reserved - used})


async def counts_since(session: AsyncSession, first: date) -> list[ModelCount]:
    """Every figure from that day on."""
    rows = select(ModelCount).where(ModelCount.day >= first)
    return list((await session.exec(rows.order_by(table.c.day, table.c.use, table.c.what))).all())


def _adding(dialect_insert: Any) -> Insert:
    statement = dialect_insert(table)
    more = table.c.count + statement.excluded.count
    adding: Insert = statement.on_conflict_do_update(index_elements=["day", "use", "what"], set_={"count": more})
    return adding


def _beginning(dialect_insert: Any) -> Insert:
    statement: Insert = dialect_insert(table).values(count=0).on_conflict_do_nothing()
    return statement


_ADDING = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}
_BEGINNING = {"sqlite": _beginning(sqlite.insert), "postgresql": _beginning(postgresql.insert)}
_PURSE = (table.c.day == bindparam("of_day"), table.c.use == ALL, table.c.what == What.TOKENS.value)
_RESERVE = (
    update(table)
    .where(*_PURSE, table.c.count + bindparam("more") <= bindparam("most"))
    .values(count=table.c.count + bindparam("more"))
    .returning(table.c.count)
)
_SETTLE = update(table).where(*_PURSE).values(count=table.c.count - bindparam("less"))
