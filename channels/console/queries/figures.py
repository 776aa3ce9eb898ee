"""One account in figures: whom it may write to, what it has used of its quotas, what the platform refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select

from channels.console.queries.accounts import NOT_SENT
from channels.console.queries.window import Place
from channels.delivery import delivery_table
from channels.windows import allowance_table
from kit.db import AsyncSession

#: Upper ends of the time left, in hours; what is longer falls into the last one.
HOURS = (1, 6, 24, 48)
#: Only refusals this young are shown.
LATE = timedelta(days=7)
SHOWN_CODES = 20


@dataclass(frozen=True)
class OpenWindows:
    """People with so many hours left at most, of whom ``used_up`` have no message left."""

    hours: int
    people: int
    used_up: int


@dataclass(frozen=True)
class Refused:
    """How often the platform said so, and when last."""

    code: str
    text: str
    count: int
    last: datetime


async def open_windows_of(session: AsyncSession, now: datetime, place: Place) -> list[OpenWindows]:
    """By the time that is left, all of :data:`HOURS`."""
    prefix = f"{place.channel}:{place.account}:"
    values: dict[str, Any] = {"now": now, "prefix": prefix, "length": len(prefix)}
    values |= {f"end{hours}": now + timedelta(hours=hours) for hours in HOURS[:-1]}
    rows = {row.hours: row for row in (await session.execute(_WINDOWS, values)).all()}
    return [
        OpenWindows(hours, rows[hours].people, rows[hours].used_up) if hours in rows else OpenWindows(hours, 0, 0)
        for hours in HOURS
    ]


async def refusals_of(session: AsyncSession, now: datetime, place: Place) -> Sequence[Refused]:
    """What did not arrive lately, by the platform's own code, the most frequent first."""
    values = {"of_channel": place.channel, "of_account": place.account, "since": now - LATE}
    rows = (await session.execute(_REFUSALS, values)).all()
    return [Refused(row.code, row.text or "", row.number, row.last) for row in rows]


@dataclass(frozen=True)
class DayOfCalls:
    """Calls of one of the platform's days: all, and those that sent a message."""

    day: date
    calls: int
    sent: int


# Built once: to build a statement costs more than to run it.
_THREAD = allowance_table.c.thread + ""
_NONE_LEFT = and_(allowance_table.c.quota_left.is_not(None), allowance_table.c.quota_left <= 0)
#: By an expression, and by the time: what is open is little, and the key of all there ever was is long.
_PEOPLE = (
    select(func.max(allowance_table.c.closes_at).label("until"), func.max(case((_NONE_LEFT, 0), else_=1)).label("any"))
    .where(allowance_table.c.closes_at > bindparam("now"))
    .where(func.substr(_THREAD, 1, bindparam("length")) == bindparam("prefix"))
    .group_by(_THREAD)
    .subquery()
)
_LEFT = case(*((_PEOPLE.c.until <= bindparam(f"end{hours}"), hours) for hours in HOURS[:-1]), else_=HOURS[-1])
_BY_HOURS = select(_LEFT.label("hours"), _PEOPLE.c["any"].label("any")).subquery()
_WINDOWS = select(
    _BY_HOURS.c.hours,
    func.count().label("people"),
    func.sum(1 - _BY_HOURS.c["any"]).label("used_up"),
).group_by(_BY_HOURS.c.hours)
_CODE = delivery_table.c.error_code
_REFUSALS = (
    select(
        _CODE.label("code"),
        func.max(delivery_table.c.error_text).label("text"),
        func.count().label("number"),
        func.max(delivery_table.c.queued_at).label("last"),
    )
    .where(NOT_SENT, _CODE.is_not(None))
    # By expressions: only the index of what was not sent is short, and not even that is all of an account.
    .where(delivery_table.c.channel + "" == bindparam("of_channel"))
    .where(delivery_table.c.account + "" == bindparam("of_account"))
    .where(delivery_table.c.queued_at > bindparam("since"))
    .group_by(_CODE)
    .order_by(func.count().desc(), _CODE)
    .limit(SHOWN_CODES)
)
