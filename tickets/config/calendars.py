"""Calendars of working hours with days of their own, and the official arrangement as far as it was entered."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlmodel import col, delete, select

from kit.db import AsyncSession
from tickets.config.section import Hand, Item, Section
from tickets.config.values import WEEK, Line, Slots, Title, problem
from tickets.sla.models import CHINA, BusinessCalendar, CalendarDay, OfficialDay
from tickets.sla.setup import sla_changed


class Weekly(BaseModel):
    """The slots of each day of the week; none: it rests."""

    model_config = ConfigDict(extra="forbid")

    mon: Slots = Field(default_factory=list)
    tue: Slots = Field(default_factory=list)
    wed: Slots = Field(default_factory=list)
    thu: Slots = Field(default_factory=list)
    fri: Slots = Field(default_factory=list)
    sat: Slots = Field(default_factory=list)
    sun: Slots = Field(default_factory=list)


class OwnDay(BaseModel):
    """A day that is not what its weekday says."""

    model_config = ConfigDict(extra="forbid")

    day: date
    works: bool = False
    #: Other hours than usual; nothing: the usual ones.
    slots: Slots | None = None
    name: Line = ""


class Arranged(BaseModel):
    """A day of the official arrangement."""

    model_config = ConfigDict(extra="forbid")

    day: date
    works: bool = False
    name: Line = ""


def _in_order(days: list[Any]) -> list[Any]:
    found = {one.day: one for one in days}
    if len(found) < len(days):
        raise problem("day_twice")
    return [found[day] for day in sorted(found)]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, KeyError, OSError):
        raise problem("zone", value=value) from None
    return value


def _works(week: Weekly) -> Weekly:
    if not any(getattr(week, day) for day in WEEK):
        raise problem("never_works")
    return week


class CalendarItem(Item):
    """When a desk works; an ``official`` one keeps China's holidays and make-up workdays."""

    name_zh: Title
    name_en: Title
    zone: Annotated[Line, AfterValidator(_zone)] = CHINA
    official: bool = True
    weekly: Annotated[Weekly, AfterValidator(_works)] = Field(default_factory=Weekly)
    own_days: Annotated[list[OwnDay], AfterValidator(_in_order)] = Field(default_factory=list)


class OfficialItem(Item):
    """What was entered besides the arrangement the product brings along; it wins over that."""

    arrangement: Annotated[list[Arranged], AfterValidator(_in_order)] = Field(default_factory=list)


class Calendars(Section):
    """Calendars by key."""

    name: ClassVar[str] = "calendars"
    item = CalendarItem

    async def load(self, session: AsyncSession) -> dict[str, CalendarItem]:
        days: dict[int, list[OwnDay]] = {}
        for row in (await session.exec(select(CalendarDay).order_by(col(CalendarDay.day)))).all():
            own = OwnDay(day=row.day, works=row.works, slots=row.slots, name=row.name)
            days.setdefault(row.calendar_id, []).append(own)
        calendars = (await session.exec(select(BusinessCalendar))).all()
        return {calendar.key: _item(calendar, days.get(calendar.id, [])) for calendar in calendars}

    async def save(self, hand: Hand, key: str, item: CalendarItem) -> None:
        session = hand.session
        row = (await session.exec(select(BusinessCalendar).where(BusinessCalendar.key == key))).one_or_none()
        row = row or BusinessCalendar(key=key, name_zh="", name_en="", weekly=[])
        row.name_zh, row.name_en, row.zone, row.official = item.name_zh, item.name_en, item.zone, item.official
        row.weekly = [getattr(item.weekly, day) for day in WEEK]
        session.add(row)
        await session.flush()
        await session.exec(delete(CalendarDay).where(col(CalendarDay.calendar_id) == row.id))
        session.add_all(
            CalendarDay(calendar_id=row.id, day=own.day, works=own.works, slots=own.slots, name=own.name)
            for own in item.own_days
        )
        await sla_changed(session)

    async def remove(self, session: AsyncSession, key: str) -> None:
        row = (await session.exec(select(BusinessCalendar).where(BusinessCalendar.key == key))).one()
        await session.exec(delete(CalendarDay).where(col(CalendarDay.calendar_id) == row.id))
        await session.delete(row)
        await sla_changed(session)


class Officials(Section):
    """One item: China."""

    name: ClassVar[str] = "official_days"
    item = OfficialItem
    only: ClassVar[tuple[str, ...]] = ("china",)

    async def load(self, session: AsyncSession) -> dict[str, OfficialItem]:
        rows = (await session.exec(select(OfficialDay).order_by(col(OfficialDay.day)))).all()
        return {"china": OfficialItem(arrangement=[Arranged(day=r.day, works=r.works, name=r.name) for r in rows])}

    async def save(self, hand: Hand, key: str, item: OfficialItem) -> None:  # noqa: ARG002 - there is one item only.
        session = hand.session
        await session.exec(delete(OfficialDay))
        session.add_all(OfficialDay(day=one.day, works=one.works, name=one.name) for one in item.arrangement)
        await sla_changed(session)


def _item(row: BusinessCalendar, days: Iterable[OwnDay]) -> CalendarItem:
    weekly = Weekly(**dict(zip(WEEK, row.weekly, strict=False)))
    return CalendarItem.model_construct(
        name_zh=row.name_zh,
        name_en=row.name_en,
        zone=row.zone,
        official=row.official,
        weekly=weekly,
        own_days=list(days),
    )
