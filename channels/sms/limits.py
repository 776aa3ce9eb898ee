"""How many messages one number gets in a day: counted here, before a provider counts them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.sms.models import SmsCount
from channels.sms.outcomes import ZONE
from kit.db import AsyncSession

count_table: Table = SmsCount.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_KEPT = timedelta(days=40)


def day_of(now: datetime) -> str:
    """The provider's day."""
    return now.astimezone(ZONE).date().isoformat()


async def take_one(session: AsyncSession, now: datetime, account: str, address: str, *, most: int) -> bool:
    """Count one more message; False when the number has had its share today."""
    row = {"account": account, "address": address, "day": day_of(now), "most": most}
    if most < 1:
        return False
    return (await session.execute(_TAKE[session.get_bind().dialect.name], row)).first() is not None


async def give_one_back(session: AsyncSession, now: datetime, account: str, address: str) -> None:
    """Nothing was handed over after all."""
    row = {"of_account": account, "of_address": address, "of_day": day_of(now)}
    await session.execute(_GIVE_BACK, row)


async def used_today(session: AsyncSession, now: datetime, account: str, address: str) -> int:
    """What the number has had today."""
    row = {"of_account": account, "of_address": address, "of_day": day_of(now)}
    return (await session.execute(_USED, row)).scalar_one_or_none() or 0


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Days nobody counts any more."""
    await session.execute(delete(count_table).where(count_table.c.day < day_of(now - _KEPT)))


def _taking(dialect_insert: Any) -> Insert:
    statement = dialect_insert(count_table).values(
        account=bindparam("account"), address=bindparam("address"), day=bindparam("day"), used=1
    )
    one_more: Insert = statement.on_conflict_do_update(
        index_elements=["account", "address", "day"],
        set_={"used": count_table.c.used + 1},
        where=count_table.c.used < bindparam("most"),
    ).returning(count_table.c.used)
    return one_more


# Built once: to build a statement costs more than to run it.
_TAKE = {"postgresql": _taking(postgresql.insert), "sqlite": _taking(sqlite.insert)}
_TODAY = (
    count_table.c.account == bindparam("of_account"),
    count_table.c.address == bindparam("of_address"),
    count_table.c.day == bindparam("of_day"),
)
_GIVE_BACK = update(count_table).where(*_TODAY, count_table.c.used > 0).values(used=count_table.c.used - 1)
_USED = select(count_table.c.used).where(*_TODAY)
