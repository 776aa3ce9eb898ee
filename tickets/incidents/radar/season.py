"""How much is complained at which hour on ordinary days: month end is always busy, and that is no outage."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

#: The last working days of a month belong to its end, and what follows them.
_END_DAYS = 3
#: Taxes are filed until then.
_FILING_UNTIL = 15
#: Hours of what all hours are alike, which a cell with few observations is drawn towards.
_DRAWN_HOURS = 4
_DRAWN_PEOPLE = 10
#: Before the first month's end has been seen it is taken to be as many times busier.
_ASSUMED = {"end": 2.5}


class Cell(NamedTuple):
    """What makes hours comparable."""

    works: bool
    hour: int
    phase: str


@dataclass
class Calendar:
    """The organisation's days; ``works`` says of a day whether it is worked."""

    zone: ZoneInfo
    works: Callable[[date], bool]

    def __post_init__(self) -> None:
        self.cell = lru_cache(maxsize=4096)(self._cell)
        self._phase = lru_cache(maxsize=512)(self._phase_of)

    def _cell(self, hour: int) -> Cell:
        """Of an hour of the epoch."""
        local = datetime.fromtimestamp(hour * 3600, UTC).astimezone(self.zone)
        return Cell(self.works(local.date()), local.hour, self._phase(local.date()))

    def day(self, hour: int) -> int:
        """The number of the local day an hour of the epoch is in."""
        return datetime.fromtimestamp(hour * 3600, UTC).astimezone(self.zone).toordinal()

    def _phase_of(self, day: date) -> str:
        last = day.replace(day=monthrange(day.year, day.month)[1])
        begins, left = last, _END_DAYS
        while True:
            left -= self.works(begins)
            if not left or begins.day == 1:
                break
            begins -= timedelta(days=1)
        if day >= begins:
            return "end"
        return "filing" if day.day <= _FILING_UNTIL else "middle"


@dataclass
class Season:
    """The shape of the weeks before, 1 being an average hour."""

    calendar: Calendar
    _hours: dict[tuple[bool, int], float] = field(default_factory=dict)
    _phases: dict[tuple[bool, str], float] = field(default_factory=dict)

    @classmethod
    def learn(cls, calendar: Calendar, people: Mapping[int, int], first: int, last: int) -> "Season":
        """From the people of all hours from ``first`` to before ``last``; an hour without an entry had none."""
        season = cls(calendar)
        cells = [(calendar.cell(hour), people.get(hour, 0)) for hour in range(first, last)]
        average = (sum(count for _, count in cells) / len(cells)) if cells else 0
        if not average:
            return season
        season._hours = _by_hour(cells, average)
        season._phases = _by_phase(cells, season._hours, average)
        return season

    def weight(self, hour: int) -> float:
        cell = self.calendar.cell(hour)
        return self._hours.get((cell.works, cell.hour), 1.0) * self._phases.get(
            (cell.works, cell.phase), _ASSUMED.get(cell.phase, 1.0)
        )

    def over(self, minute: int, span: int) -> float:
        """The weight of the span of minutes that ends with ``minute``, in average hours."""
        first, total = minute - span + 1, 0.0
        for hour in range(first // 60, minute // 60 + 1):
            inside = min(minute + 1, (hour + 1) * 60) - max(first, hour * 60)
            total += self.weight(hour) * inside / 60
        return total


def _by_hour(cells: list[tuple[Cell, int]], average: float) -> dict[tuple[bool, int], float]:
    totals: dict[tuple[bool, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for cell, count in cells:
        total = totals[cell.works, cell.hour]
        total[0] += count / average
        total[1] += 1
    days = {works: _ratio([totals[w, h] for w, h in totals if w is works], 1.0) for works in (True, False)}
    return {
        (works, hour): _ratio([totals[works, around % 24] for around in (hour - 1, hour, hour, hour + 1)], days[works])
        for works in (True, False)
        for hour in range(24)
    }


def _by_phase(
    cells: list[tuple[Cell, int]], hours: Mapping[tuple[bool, int], float], average: float
) -> dict[tuple[bool, str], float]:
    """A phase on days off is drawn towards the phase, and that towards what is assumed of it."""
    seen: dict[tuple[bool, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for cell, count in cells:
        seen[cell.works, cell.phase][0] += count
        seen[cell.works, cell.phase][1] += hours[cell.works, cell.hour] * average
    found = {}
    for phase in {phase for _, phase in seen}:
        both = [seen[works, phase] for works in (True, False)]
        whole = _drawn([sum(column) for column in zip(*both, strict=True)], _ASSUMED.get(phase, 1.0))
        found.update({(works, phase): _drawn(seen[works, phase], whole) for works in (True, False)})
    return found


def _drawn(people: list[float], to: float) -> float:
    had, expected = people
    return (had + to * _DRAWN_PEOPLE) / (expected + _DRAWN_PEOPLE)


def _ratio(totals: list[list[float]], drawn_to: float) -> float:
    had, hours = (sum(column) for column in zip(*totals, strict=True)) if totals else (0.0, 0.0)
    return (had + drawn_to * _DRAWN_HOURS) / (hours + _DRAWN_HOURS)
