"""The reply window: what a platform lets us say to a person, counted here before the platform counts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.models import Allowance
from channels.port import Opening
from kit.db import AsyncSession

allowance_table: Table = Allowance.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

#: So many messages of a limited quota are kept back for people on the staff.
KEPT_FOR_STAFF = 1
#: What closes as soon as this nobody on the staff would get to use: none of it is kept back.
TOO_SHORT_FOR_STAFF = timedelta(seconds=20)


@dataclass(frozen=True)
class Window:
    """What is left: until when, and how many messages (None: any number)."""

    closes_at: datetime
    quota_left: int | None


async def open_windows(session: AsyncSession, now: datetime, opened: Sequence[tuple[str, Opening]]) -> None:
    """People did something, each on a thread: each rule's allowance begins anew."""
    rows = {(thread, opening.by): _row(thread, opening, now) for thread, opening in opened}
    # In one order for all, so that two transactions never lock crosswise.
    values = [rows[key] for key in sorted(rows)]
    await session.execute(_OPEN[session.get_bind().dialect.name], values)


def _row(thread: str, opening: Opening, now: datetime) -> dict[str, Any]:
    return {
        "thread": thread,
        "opened_by": opening.by,
        "opened_at": now,
        "closes_at": now + opening.lasts,
        "quota_left": opening.quota,
    }


@dataclass(frozen=True)
class Taken:
    """One message of an opening, used up."""

    opened_by: str
    opened_at: datetime


async def take_allowance(session: AsyncSession, now: datetime, thread: str, *, for_staff: bool) -> Taken | None:
    """Use up one message of what is open, of what closes first; None when nothing is left to use."""
    least = 0 if for_staff else KEPT_FOR_STAFF
    values = {"of_thread": thread, "now": now, "least": least, "soon": now + TOO_SHORT_FOR_STAFF}
    row = (await session.execute(_TAKE, values)).first()
    return Taken(row.opened_by, row.opened_at) if row else None


async def give_back(session: AsyncSession, thread: str, taken: Taken) -> None:
    """Nothing was sent after all; an opening that has begun anew meanwhile is whole and needs nothing back."""
    await session.execute(_GIVE_BACK, {"of_thread": thread, "by": taken.opened_by, "at": taken.opened_at})


async def close_window(session: AsyncSession, thread: str) -> None:
    """The platform says that nothing is left, and it is the one that counts."""
    await session.execute(_CLOSE, {"of_thread": thread})


async def window_of(session: AsyncSession, now: datetime, thread: str) -> Window | None:
    """What staff may still send; None when the window is shut."""
    rows = (await session.execute(_OPEN_OF_THREAD, {"of_thread": thread, "now": now})).all()
    if not rows:
        return None
    quotas = [row.quota_left for row in rows]
    total = None if None in quotas else sum(quotas)
    return Window(max(row.closes_at for row in rows), total)


def _opening(dialect_insert: Any) -> Insert:
    statement = dialect_insert(allowance_table)
    anew = {name: statement.excluded[name] for name in ("opened_at", "closes_at", "quota_left")}
    opened: Insert = statement.on_conflict_do_update(index_elements=["thread", "opened_by"], set_=anew)
    return opened


# Built once: to build a statement costs more than to run it.
_OPEN = {"postgresql": _opening(postgresql.insert), "sqlite": _opening(sqlite.insert)}
_LEFT = allowance_table.c.quota_left
_STILL_OPEN = (
    allowance_table.c.thread == bindparam("of_thread"),
    allowance_table.c.closes_at > bindparam("now"),
    or_(_LEFT.is_(None), _LEFT > 0),
)
_OPEN_OF_THREAD = select(allowance_table).where(*_STILL_OPEN)
#: All that is left over all rules: the message kept for staff may be of any of them.
_TOTAL = select(func.sum(func.coalesce(_LEFT, 1_000_000))).where(*_STILL_OPEN).scalar_subquery()
_FIRST = (
    select(allowance_table.c.opened_by)
    .where(*_STILL_OPEN, or_(bindparam("least") < _TOTAL, allowance_table.c.closes_at <= bindparam("soon")))
    .order_by(allowance_table.c.closes_at)
    .limit(1)
    .scalar_subquery()
)
_TAKE = (
    update(allowance_table)
    .where(allowance_table.c.thread == bindparam("of_thread"), allowance_table.c.opened_by == _FIRST)
    .where(or_(_LEFT.is_(None), _LEFT > 0))
    .values(quota_left=case((_LEFT.is_(None), None), else_=_LEFT - 1))
    .returning(allowance_table.c.opened_by, allowance_table.c.opened_at)
)
_GIVE_BACK = (
    update(allowance_table)
    .where(allowance_table.c.thread == bindparam("of_thread"), allowance_table.c.opened_by == bindparam("by"))
    .where(allowance_table.c.opened_at == bindparam("at"))
    .values(quota_left=_LEFT + 1)
)
_CLOSE = delete(allowance_table).where(allowance_table.c.thread == bindparam("of_thread"))
