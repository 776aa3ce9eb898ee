"""What the counted hours say, once they are added up. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tickets.reports.buckets import Tally, percentile
from tickets.reports.counting import CLOCKS, Measure

#: Fewer than this say little, and are marked.
FEW = 10
_GOOD = 4
_SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Share:
    """Some of all; ``None`` in percent when there are none to have a share of."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.whole) if self.whole else None

    @property
    def n(self) -> int:
        return self.whole


@dataclass(frozen=True)
class Spread:
    """Lengths of time in seconds: half were no longer than ``median``, nine of ten no longer than ``most``."""

    n: int
    median: float | None
    most: float | None


@dataclass(frozen=True)
class Scores:
    """Ratings from one to five."""

    n: int
    average: float | None
    good: Share
    by_score: tuple[tuple[int, Share], ...]


@dataclass
class Figures:
    """The sums of some hours, by measure and bucket; ``working``: times are counted in working hours."""

    working: bool = False
    tallies: dict[str, dict[int, Tally]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Tally)))

    def add(self, measure: str, bucket: int, n: int, total: int) -> None:
        self.tallies[measure][bucket].add(n, total)

    @classmethod
    def all_of(cls, parts: Iterable["Figures"], *, working: bool) -> "Figures":
        """The sum of some."""
        whole = cls(working)
        for part in parts:
            for measure, tallies in part.tallies.items():
                for bucket, tally in tallies.items():
                    whole.add(measure, bucket, tally.n, tally.total)
        return whole

    def count(self, measure: Measure) -> int:
        return sum(tally.n for tally in self._of(measure).values())

    @property
    def opened(self) -> int:
        return self.count(Measure.OPENED)

    @property
    def resolved(self) -> int:
        return self.count(Measure.RESOLUTION)

    @property
    def first_reply(self) -> Spread:
        return self._spread(Measure.FIRST_REPLY_WORKING if self.working else Measure.FIRST_REPLY)

    @property
    def resolution(self) -> Spread:
        return self._spread(Measure.RESOLUTION_WORKING if self.working else Measure.RESOLUTION)

    @property
    def sla(self) -> Share:
        """Clocks that were kept, of those that came to an end."""
        met, breached = self.count(Measure.SLA_MET), self.count(Measure.SLA_BREACHED)
        return Share(met, met + breached)

    def sla_of(self, clock: str) -> Share:
        met, breached = (
            self._of(measure).get(CLOCKS[clock], Tally()).n for measure in (Measure.SLA_MET, Measure.SLA_BREACHED)
        )
        return Share(met, met + breached)

    @property
    def reopened(self) -> Share:
        return Share(self.count(Measure.REOPENED), self.resolved)

    @property
    def deflected(self) -> Share:
        """Talks with the bot that came to no ticket."""
        talks = self.count(Measure.TALKS)
        return Share(talks - self.count(Measure.TALKS_TICKET), talks)

    @property
    def answered(self) -> Share:
        """Ratings given, of those asked for: the last day's may still come."""
        asked = self.count(Measure.ASKED)
        return Share(min(self.count(Measure.RATED), asked), asked)

    @property
    def ends(self) -> dict[str, Share]:
        """How "is it fixed?" was answered."""
        ends = {name: self.count(name) for name in (Measure.CONFIRMED, Measure.REOPENED, Measure.SILENT)}
        return {name.value: Share(count, sum(ends.values())) for name, count in ends.items()}

    @property
    def scores(self) -> Scores:
        tallies = self._of(Measure.RATED)
        count = sum(tally.n for tally in tallies.values())
        by_score = tuple((score, Share(tallies.get(score, Tally()).n, count)) for score in _SCORES)
        good = sum(share.part for score, share in by_score if score >= _GOOD)
        average = round(sum(tally.total for tally in tallies.values()) / count, 2) if count else None
        return Scores(count, average, Share(good, count), by_score)

    @property
    def backlog(self) -> int:
        """What came into the backlog less what left it; from the beginning of time: how much there is."""
        return self.count(Measure.BACKLOG)

    def _of(self, measure: Measure) -> Mapping[int, Tally]:
        return self.tallies.get(measure.value, {})

    def _spread(self, measure: Measure) -> Spread:
        tallies = self._of(measure)
        return Spread(self.count(measure), percentile(tallies, 0.5), percentile(tallies, 0.9))
