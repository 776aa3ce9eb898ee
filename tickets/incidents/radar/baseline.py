"""What is usual for one signature: its own level of the last six weeks on the season that all share."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tickets.incidents.radar.season import Calendar, Season
from tickets.incidents.radar.signatures import EVERYTHING

HISTORY_HOURS = 6 * 7 * 24
#: Half a person is expected of what was never seen, and no more.
_NEVER_SEEN = 0.5
#: So many people have to be expected in a phase before its own figures outweigh those of everybody.
_OWN_PHASE = 8.0


@dataclass
class Expected:
    """People to be expected; ``shape`` says how far that may be trusted: large is sure, small is not."""

    people: float
    shape: float


@dataclass
class _Record:
    """The hours of one signature, and their sums."""

    counts: dict[int, int] = field(default_factory=dict)
    phases: Counter[str] = field(default_factory=Counter)

    def put(self, hour: int, phase: str, people: int) -> None:
        self.drop(hour, phase)
        self.counts[hour] = people
        self.phases[phase] += people

    def drop(self, hour: int, phase: str) -> None:
        self.phases[phase] -= self.counts.pop(hour, 0)


@dataclass
class Baseline:
    """Hours are those of the epoch. What belongs to a known outage is not recorded: it is not usual."""

    calendar: Calendar
    season: Season = field(init=False)
    _records: dict[str, _Record] = field(default_factory=dict)
    _first: int | None = None
    _weights: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        self.season = Season(self.calendar)

    def record(self, hour: int, people: Iterable[tuple[str, int]]) -> None:
        """How many different people complained in an hour that is over, by signature."""
        if self._first is None:
            self._first = hour
        phase = self.calendar.cell(hour).phase
        for name, count in people:
            self._records.setdefault(name, _Record()).put(hour, phase, count)

    def learn(self, hour: int) -> None:
        """Draw the season anew and forget what is older than six weeks; once a day is often enough."""
        oldest = hour - HISTORY_HOURS
        for name, record in list(self._records.items()):
            self._drop(record, [one for one in record.counts if one < oldest])
            if not record.counts:
                del self._records[name]
        everything = self._records.get(EVERYTHING, _Record()).counts
        self.season = Season.learn(self.calendar, everything, self._begins(hour), hour)
        self._weights = defaultdict(float)
        for one in range(self._begins(hour), hour):
            self._weights[self.calendar.cell(one).phase] += self.season.weight(one)

    def forget(self, name: str, since: int) -> None:
        """Take out the hours of an outage found only later."""
        if record := self._records.get(name):
            self._drop(record, [one for one in record.counts if one >= since])

    def knows_for(self, hour: int) -> int:
        """The hours there is a record of."""
        return hour - self._begins(hour)

    def expect(self, name: str, minute: int, span: int) -> Expected:
        """In the span of minutes that ends with ``minute``."""
        phases = self._records.get(name, _Record()).phases
        total = phases.total() + _NEVER_SEEN
        usual = total / max(sum(self._weights.values()), 1.0)
        phase = self.calendar.cell(minute // 60).phase
        own = (phases[phase] + _OWN_PHASE) / (usual * self._weights[phase] + _OWN_PHASE)
        return Expected(usual * own * self.season.over(minute, span), total)

    def _begins(self, hour: int) -> int:
        return max(hour - HISTORY_HOURS, hour if self._first is None else self._first)

    def _drop(self, record: _Record, hours: Iterable[int]) -> None:
        for hour in hours:
            record.drop(hour, self.calendar.cell(hour).phase)
