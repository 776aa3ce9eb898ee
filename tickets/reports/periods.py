"""From when to when a report is about, in days of the organisation's own zone. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tickets.reports.log import HOUR, hour_of

_LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)


class Range(StrEnum):
    """The periods one can choose; each has a text ``report.range.<range>``."""

    TODAY = "today"
    WEEK = "7d"
    FOUR_WEEKS = "28d"
    QUARTER = "90d"
    MONTH = "month"
    LAST_MONTH = "last_month"
    CUSTOM = "custom"


_DAYS = {Range.TODAY: 1, Range.WEEK: 7, Range.FOUR_WEEKS: 28, Range.QUARTER: 90}


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last included; what of them lies in the future has not happened yet."""

    first: date
    last: date
    zone: str
    now: datetime

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def begin(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return max(self.begin, min(midnight(self.last + _DAY, self.zone), hour_of(self.now) + HOUR))

    @property
    def before(self) -> "Period":
        """As many days just before, and no more of them than have passed of these."""
        length = timedelta(days=self.days)
        return Period(self.first - length, self.last - length, self.zone, self.now - length)

    @property
    def by_hour(self) -> bool:
        """Whether a curve of it has a point each hour instead of each day."""
        return self.days <= 2  # noqa: PLR2004 - a day and the one beside it.

    def points(self) -> Iterator[datetime]:
        """Where the curve has its points, as local moments that have begun."""
        zone = ZoneInfo(self.zone)
        if self.by_hour:
            hours = int((self.end - self.begin) / HOUR)
            yield from ((self.begin + step * HOUR).astimezone(zone) for step in range(hours))
        else:
            days = (self.first + step * _DAY for step in range(self.days))
            yield from (at.astimezone(zone) for day in days if (at := midnight(day, self.zone)) < self.end)

    def point_of(self, hour: datetime) -> datetime:
        """The point of the curve that an hour belongs to."""
        local = hour.astimezone(ZoneInfo(self.zone))
        return local if self.by_hour else midnight(local.date(), self.zone).astimezone(ZoneInfo(self.zone))


def period_of(chosen: Range, now: datetime, zone: str, *, first: date | None, last: date | None) -> Period:
    """The days that a choice means today; a custom one is put in order and cut to a year and to what has begun."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if chosen is Range.MONTH:
        return Period(today.replace(day=1), today, zone, now)
    if chosen is Range.LAST_MONTH:
        last = today.replace(day=1) - _DAY
        return Period(last.replace(day=1), last, zone, now)
    if chosen is Range.CUSTOM:
        ends = sorted(min(day or today, today) for day in (first, last))
        return Period(max(ends[0], ends[1] - _LONGEST), ends[1], zone, now)
    return Period(today - (_DAYS[chosen] - 1) * _DAY, today, zone, now)


def midnight(day: date, zone: str) -> datetime:
    """When a local day begins, in the hours that are counted; half an hour early or late in zones off the hour."""
    return hour_of(datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC))
