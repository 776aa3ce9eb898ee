"""Policies and calendars, kept in memory: clocks are set without asking for what seldom changes.

Whoever changes any of their rows through the session makes every process read them again, and open tickets follow
(see tickets.sla.following); after a bulk statement say so by :func:`sla_changed`.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from secrets import token_hex
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Table, event
from sqlalchemy import select as select_rows
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as CoreSession
from sqlmodel import col, select

from kit.bus import Bus, Listener
from kit.db import AsyncSession, hint
from tickets.desk.models import Category, Team
from tickets.sla.errors import HoursInvalidError
from tickets.sla.models import BusinessCalendar, CalendarDay, OfficialDay, SlaPolicy, SlaRevision
from tickets.sla.official import Arrangement, read_arrangement
from tickets.sla.policies import BROUGHT_ALONG, Policy, Rules, Target, default_target
from tickets.sla.steps import readable_steps
from tickets.sla.working_time import DAY_MINUTES, Always, Day, Time, WorkingTime, special_days
from tickets.stages import Priority

__all__ = ["CONFIG_CHANGED", "calendar_times", "hours_of", "rules_of", "sla_changed", "time_of"]

CONFIG_CHANGED = "config"
_WATCHED = (BusinessCalendar, CalendarDay, OfficialDay, SlaPolicy)
_DAYS = 7
_revision: Table = SlaRevision.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


class _Kept:
    """The rules of one database as this process knows them."""

    def __init__(self, bus: Bus) -> None:
        self._changed: Listener = bus.subscribed(CONFIG_CHANGED)
        self._rules: Rules | None = None
        self._looks = 0

    async def get(self, session: AsyncSession) -> Rules:
        if self._changed.heard():
            self._rules = None
        if self._rules is not None:
            return self._rules
        self._looks += 1
        look = self._looks
        rules = await _read(session)
        if look == self._looks:
            # Whoever began to look later may know better.
            self._rules = rules
        return rules


_kept: WeakKeyDictionary[Bus, _Kept] = WeakKeyDictionary()


async def rules_of(session: AsyncSession) -> Rules:
    """The rules as they are now; who has just changed them sees that, and nobody else before the commit."""
    bus = cast("Bus | None", session.info.get("bus"))
    if bus is None or CONFIG_CHANGED in session.info.get("topics", ()):
        await session.flush()
        return await _read(session)
    kept = _kept.get(bus)
    if kept is None:
        kept = _kept[bus] = _Kept(bus)
    return await kept.get(session)


async def sla_changed(session: AsyncSession) -> None:
    """Policies or calendars have changed: read again, and let open tickets follow."""
    await session.execute(_bump(session.get_bind().dialect.name))
    hint(session, CONFIG_CHANGED)


@event.listens_for(CoreSession, "after_flush")
def _notice(session: CoreSession, _context: object) -> None:
    if any(isinstance(row, _WATCHED) for rows in (session.new, session.dirty, session.deleted) for row in rows):
        session.execute(_bump(session.get_bind().dialect.name))
        session.info.setdefault("topics", set()).add(CONFIG_CHANGED)


def _bump(dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    revision = token_hex(8)
    first = insert(_revision).values(id=1, revision=revision, followed="", reached_id=0)
    return first.on_conflict_do_update(index_elements=["id"], set_={"revision": revision, "reached_id": 0})


async def calendar_times(session: AsyncSession) -> dict[int, WorkingTime]:
    """Every calendar by its id, the desk's main one first."""
    calendars = (await session.exec(select(BusinessCalendar).order_by(col(BusinessCalendar.id)))).all()
    if not calendars:
        return {}
    days = (await session.exec(select(CalendarDay))).all()
    arrangement = await read_arrangement(session)
    return {one.id: time_of(one, [day for day in days if day.calendar_id == one.id], arrangement) for one in calendars}


def time_of(calendar: BusinessCalendar, days: Sequence[CalendarDay], arrangement: Arrangement) -> WorkingTime:
    """How time is counted by a calendar; raises HoursInvalidError."""
    weekly = hours_of(calendar.weekly)
    own: dict[date, Day | None] = {
        day.day: () if not day.works else _day(day.slots) if day.slots else None for day in days
    }
    official = arrangement.days() if calendar.official else {}
    return WorkingTime(calendar.zone, weekly, special_days(weekly, official, own), official=calendar.official)


def hours_of(weekly: Sequence[Sequence[Sequence[int]]]) -> tuple[Day, Day, Day, Day, Day, Day, Day]:
    """The week as it is counted; raises HoursInvalidError."""
    days = tuple(_day(slots) for slots in weekly)
    if len(days) != _DAYS or not any(days):
        raise HoursInvalidError
    return cast("tuple[Day, Day, Day, Day, Day, Day, Day]", days)


def _day(slots: Sequence[Sequence[int]]) -> Day:
    day = tuple(sorted((int(begins), int(ends)) for begins, ends in slots))
    edges = [edge for slot in day for edge in slot]
    apart = all(one <= other for one, other in pairwise(edges))
    if not apart or any(begins >= ends for begins, ends in day) or any(not 0 <= edge <= DAY_MINUTES for edge in edges):
        raise HoursInvalidError
    return day


async def _read(session: AsyncSession) -> Rules:
    rows = (await session.exec(select(SlaPolicy).order_by(col(SlaPolicy.position), col(SlaPolicy.id)))).all()
    times = await calendar_times(session)
    business: Time = next(iter(times.values()), Always())
    categories = (await session.execute(select_rows(col(Category.id), col(Category.key)))).all()
    teams = (await session.execute(select_rows(col(Team.id), col(Team.key)))).all()
    return Rules(
        policies=tuple(_policy(row, times, business) for row in rows),
        categories={row.id: row.key for row in categories},
        teams={row.id: row.key for row in teams},
    )


def _policy(row: SlaPolicy, times: dict[int, WorkingTime], business: Time) -> Policy:
    time = times.get(row.calendar_id) if row.calendar_id is not None else None
    return Policy(
        id=row.id,
        key=row.key,
        names={"zh": row.name_zh, "en": row.name_en},
        conditions=row.conditions,
        active=row.active,
        calendar_id=row.calendar_id,
        time=time or BROUGHT_ALONG.time,
        business=time or business,
        targets={int(priority): _target(int(priority), raw) for priority, raw in row.targets.items()},
        pauses=frozenset(row.pauses),
        steps=readable_steps(row.steps),
    )


def _target(priority: int, raw: dict[str, int | None]) -> Target:
    """What is not said at all is as we bring it along; what is said to be nothing is nothing."""
    usual = default_target(priority if priority in set(Priority) else Priority.NORMAL)
    return Target(
        priority=priority,
        first_reply_s=raw.get("first_reply_s", usual.first_reply_s),
        next_reply_s=raw.get("next_reply_s", usual.next_reply_s),
        resolution_s=raw.get("resolution_s", usual.resolution_s),
    )
