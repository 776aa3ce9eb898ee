"""How much of the platform's daily quotas is used up: a gauge for staff, counted by us over all processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Insert, Table, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from channels.wechat.error_codes import BEIJING
from channels.wechat.outbound_models import WeChatCalls
from kit.db import AsyncSession
from kit.ground import Ground

calls_table: Table = WeChatCalls.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

#: What the platform allows an account per day; an interface that is not listed has no quota we know of.
PER_DAY = {
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
}


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """Calls of one interface since the platform's midnight; ``most`` is its quota, where there is one."""

    interface: str
    used: int
    most: int | None


async def note_call(ground: Ground, account: str, interface: str) -> None:
    """Count one call, made now."""
    async with ground.db.transaction() as session:
        key = {"account": account, "interface": interface, "day": _day(ground.clock.now()), "calls": 1}
        await session.execute(_COUNT[session.get_bind().dialect.name], key)


async def gauges(session: AsyncSession, now: datetime, account: str) -> Sequence[Gauge]:
    """What the account has used of today's quotas."""
    rows = (await session.execute(_TODAY, {"of_account": account, "today": _day(now)})).all()
    return [Gauge(interface=row.interface, used=row.calls, most=PER_DAY.get(row.interface)) for row in rows]


async def calls_since(session: AsyncSession, account: str, first: date, sending: str) -> dict[date, tuple[int, int]]:
    """By day, where there were any: all calls, and those of the interface ``sending``."""
    values = {"of_account": account, "first": first, "sending": sending}
    return {row.day: (row.calls, row.sent) for row in (await session.execute(_SINCE, values)).all()}


def _day(now: datetime) -> date:
    return now.astimezone(BEIJING).date()


def _counting(dialect_insert: Any) -> Insert:
    statement: Insert = dialect_insert(calls_table).on_conflict_do_update(
        index_elements=["account", "interface", "day"], set_={"calls": calls_table.c.calls + 1}
    )
    return statement


# Built once: to build a statement costs more than to run it.
_COUNT = {"postgresql": _counting(postgresql.insert), "sqlite": _counting(sqlite.insert)}
_TODAY = (
    select(calls_table)
    .where(calls_table.c.account == bindparam("of_account"), calls_table.c.day == bindparam("today"))
    .order_by(calls_table.c.interface)
)
_SINCE = (
    select(
        calls_table.c.day,
        func.sum(calls_table.c.calls).label("calls"),
        func.sum(case((calls_table.c.interface == bindparam("sending"), calls_table.c.calls), else_=0)).label("sent"),
    )
    .where(calls_table.c.account == bindparam("of_account"), calls_table.c.day >= bindparam("first"))
    .group_by(calls_table.c.day)
)
