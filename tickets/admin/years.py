"""A calendar's year at a glance: every day with what it is and why. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kit.i18n import Locale, translate
from tickets.config.calendars import CalendarItem, OwnDay
from tickets.config.values import WEEK, show_slots
from tickets.sla.official import Arrangement


class DayKind(StrEnum):
    """What a day is; each has a text ``admin.year.<kind>``."""

    WORK = "work"
    REST = "rest"
    #: An official holiday.
    OFF = "off"
    #: Made up for a holiday.
    MADE = "made"


@dataclass(frozen=True)
class DayView:
    """One day; ``own``: the calendar itself says so, not its week or the official arrangement."""

    day: date
    kind: DayKind
    why: str
    hours: str
    own: bool


@dataclass(frozen=True)
class MonthView:
    """A month in weeks that begin on Monday; nothing where another month's days would be."""

    number: int
    weeks: Sequence[Sequence[DayView | None]]


@dataclass(frozen=True)
class YearView:
    """A year, and how many days of it are worked."""

    year: int
    months: Sequence[MonthView]
    worked: int
    #: Nobody has told yet what is off in this year.
    unknown: bool


def year_view(calendar: CalendarItem, arrangement: Arrangement, year: int, locale: Locale) -> YearView:
    """Every day of a year as this calendar has it."""
    own = {one.day: one for one in calendar.own_days}
    first = date(year, 1, 1)
    count = (date(year + 1, 1, 1) - first).days
    days = [_day(calendar, own, arrangement, first + timedelta(days=place), locale) for place in range(count)]
    months = [MonthView(month, list(_weeks([one for one in days if one.day.month == month]))) for month in range(1, 13)]
    worked = sum(one.kind in {DayKind.WORK, DayKind.MADE} for one in days)
    unknown = calendar.official and year not in arrangement.years_known()
    return YearView(year, months, worked, unknown)


def _day(
    calendar: CalendarItem, own: dict[date, OwnDay], arrangement: Arrangement, day: date, locale: Locale
) -> DayView:
    usual = getattr(calendar.weekly, WEEK[day.weekday()])
    if day in own:
        mine = own[day]
        kind = DayKind.WORK if mine.works else DayKind.REST
        name = mine.name or translate("admin.year.own", locale)
        return DayView(day, kind, name, show_slots(mine.slots or usual) if mine.works else "", own=True)
    arranged = arrangement.of(day) if calendar.official else None
    if arranged is not None:
        kind = DayKind.MADE if arranged.works else DayKind.OFF
        return DayView(day, kind, arranged.name, show_slots(usual) if arranged.works else "", own=False)
    return DayView(day, DayKind.WORK if usual else DayKind.REST, "", show_slots(usual), own=False)


def _weeks(days: Sequence[DayView]) -> Iterator[list[DayView | None]]:
    cells: list[DayView | None] = [*[None] * days[0].day.weekday(), *days]
    cells += [None] * (-len(cells) % 7)
    for start in range(0, len(cells), 7):
        yield cells[start : start + 7]
