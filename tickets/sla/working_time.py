"""Working time: what a span of a desk's own hours is in the world's. Pure, and exact to the microsecond.

The days of a year are laid out once; adding to a moment and counting between two are then a look-up in that year.
Hours are what the clock on the wall shows, so that a day on which it is put on or back is as short or long as it is.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

#: From and to, in minutes of the day; 1440 is its end.
Slot = tuple[int, int]
Day = tuple[Slot, ...]
#: In microseconds of the epoch, which add up exactly.
_Span = tuple[int, int]

DAY_MINUTES = 1440
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
#: No calendar that ever works rests as long as this.
_MOST_YEARS = 30


class Time(Protocol):
    """How time is counted: around the clock, or in working hours."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The first moment at which ``span`` has been counted since ``start``; a negative span counts backwards."""
        ...

    def between(self, begins: datetime, ends: datetime) -> timedelta:
        """What is counted from one moment to another; nothing when they are the wrong way round."""
        ...

    def next_working(self, moment: datetime) -> datetime:
        """The moment itself if it counts, else the next that does."""
        ...


class Always:
    """Around the clock."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        return start + span

    def between(self, begins: datetime, ends: datetime) -> timedelta:
        return max(ends - begins, timedelta(0))

    def next_working(self, moment: datetime) -> datetime:
        return moment


class NeverWorksError(ValueError):
    """These hours hold no working time that could be counted."""


@dataclass(frozen=True)
class _Year:
    """The working spans of one year in order, and how much had been worked when each began."""

    spans: tuple[_Span, ...]
    worked: tuple[int, ...]
    starts: tuple[int, ...]
    total: int

    @classmethod
    def of(cls, spans: Sequence[_Span]) -> "_Year":
        lengths = [ends - begins for begins, ends in spans]
        return cls(tuple(spans), (0, *accumulate(lengths))[:-1], tuple(begins for begins, _ in spans), sum(lengths))

    def before(self, moment: int) -> int:
        """How much of it is worked before a moment."""
        place = bisect_right(self.starts, moment) - 1
        if place < 0:
            return 0
        begins, ends = self.spans[place]
        return self.worked[place] + min(moment, ends) - begins

    def at(self, worked: int) -> int:
        """The first moment at which so much, more than nothing, has been worked."""
        place = bisect_right(self.worked, worked - 1) - 1
        return self.spans[place][0] + worked - self.worked[place]

    def leaving(self, worked: int) -> int:
        """The last moment at which no more than so much, less than all, has been worked."""
        place = bisect_right(self.worked, worked) - 1
        return self.spans[place][0] + worked - self.worked[place]


@dataclass(frozen=True, eq=False)
class WorkingTime:
    """Weekly hours, Monday first, and the days that have others; ``special`` knows those by their date."""

    zone: str
    weekly: tuple[Day, Day, Day, Day, Day, Day, Day]
    special: Mapping[date, Day] = field(default_factory=dict)
    #: Whether China's holidays and make-up workdays are kept.
    official: bool = field(default=False, kw_only=True)
    _years: dict[int, _Year] = field(default_factory=dict, repr=False)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def slots(self, day: date) -> Day:
        """The hours of a day."""
        special = self.special.get(day)
        return self.weekly[day.weekday()] if special is None else special

    def add(self, start: datetime, span: timedelta) -> datetime:
        amount = span // _MICROSECOND
        if not amount:
            return start
        year = start.astimezone(self._zone).year
        worked = self._year(year).before(_count(start)) + amount
        return self._forth(year, worked) if amount > 0 else self._back(year, worked)

    def _forth(self, year: int, worked: int) -> datetime:
        for number in range(year, year + _MOST_YEARS):
            if worked <= (total := self._year(number).total):
                return _moment(self._year(number).at(worked))
            worked -= total
        raise NeverWorksError

    def _back(self, year: int, worked: int) -> datetime:
        for number in range(year, year - _MOST_YEARS, -1):
            if worked > 0:
                return _moment(self._year(number).at(worked))
            worked += self._year(number - 1).total
        raise NeverWorksError

    def between(self, begins: datetime, ends: datetime) -> timedelta:
        if ends <= begins:
            return timedelta(0)
        first, last = (moment.astimezone(self._zone).year for moment in (begins, ends))
        whole = sum(self._year(year).total for year in range(first, last))
        counted = whole + self._year(last).before(_count(ends)) - self._year(first).before(_count(begins))
        return timedelta(microseconds=counted)

    def next_working(self, moment: datetime) -> datetime:
        year = moment.astimezone(self._zone).year
        worked = self._year(year).before(_count(moment))
        for number in range(year, year + _MOST_YEARS):
            if self._year(number).total > worked:
                return max(moment, _moment(self._year(number).leaving(worked)))
            worked = 0
        raise NeverWorksError

    def is_working(self, moment: datetime) -> bool:
        """Whether the desk is at work."""
        return self.next_working(moment) == moment

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            days = range(date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal())
            spans = [span for day in days for span in self._spans(date.fromordinal(day))]
            year = self._years[number] = _Year.of(spans)
        return year

    def _spans(self, day: date) -> list[_Span]:
        slots = self.slots(day)
        if not slots:
            return []
        begins, ends = self._midnight(day), self._midnight(day + timedelta(days=1))
        if ends - begins == DAY_MINUTES * _MINUTE:
            return [(begins + since * _MINUTE, begins + until * _MINUTE) for since, until in slots]
        return list(_clipped(slots, self._pieces(begins, ends, day)))

    def _midnight(self, day: date) -> int:
        return _count(datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC))

    def _pieces(self, begins: int, ends: int, day: date) -> list[tuple[int, int, int]]:
        """The parts of a day on which the clock is changed, each with the moment its wall clock calls midnight."""
        jump = self._jump(begins, ends)
        return [
            (since, until, since - self._wall(since, day))
            for since, until in ((begins, jump), (jump, ends))
            if since < until
        ]

    def _jump(self, begins: int, ends: int) -> int:
        """The moment from which on the clock shows another time."""
        low, high, before = begins, ends, self._offset(begins)
        if self._offset(ends - 1) == before:
            return ends
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(middle) == before else (low, middle)
        return high

    def _offset(self, moment: int) -> timedelta | None:
        return _moment(moment).astimezone(self._zone).utcoffset()

    def _wall(self, moment: int, day: date) -> int:
        shown = _moment(moment).astimezone(self._zone).replace(tzinfo=None)
        return (shown - datetime(day.year, day.month, day.day)) // _MICROSECOND  # noqa: DTZ001 - what a wall clock shows has no zone.


def _clipped(slots: Day, pieces: Sequence[tuple[int, int, int]]) -> list[_Span]:
    found = [
        (max(since, midnight + begins * _MINUTE), min(until, midnight + ends * _MINUTE))
        for since, until, midnight in pieces
        for begins, ends in slots
    ]
    return [(begins, ends) for begins, ends in found if begins < ends]


def _count(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(count: int) -> datetime:
    return _EPOCH + count * _MICROSECOND


def special_days(
    weekly: Sequence[Day], official: Mapping[date, bool], own: Mapping[date, Day | None]
) -> dict[date, Day]:
    """What holds on single days: first what the desk itself says, then the State Council's arrangement.

    A day made up for (True) has its own hours if its weekday has any, else those of the first weekday that has; so has
    an own day that works (None) without saying when.
    """
    usual: Callable[[date], Day] = lambda day: weekly[day.weekday()] or next(filter(None, weekly), ())  # noqa: E731 - one rule, used twice right below.
    arranged = {day: usual(day) if works else () for day, works in official.items()}
    return arranged | {day: usual(day) if slots is None else slots for day, slots in own.items()}
