"""Listens to complaints and says when more different people than usual complain of one thing."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tickets.incidents.radar.baseline import Baseline, Expected
from tickets.incidents.radar.crowd import LONGEST_MIN, Crowd
from tickets.incidents.radar.season import Calendar
from tickets.incidents.radar.signatures import EVERYTHING, Complaint, Signature
from tickets.incidents.radar.surprise import surprise

#: Sudden outages show in the short spans, creeping ones in the long.
SPANS_MIN = (10, 20, 30, 45, 60, 90, 120, 180, 240, LONGEST_MIN)
#: Of what everybody has in common only a sudden rise is looked at.
WIDE_SPANS_MIN = (10, 30, 60)
#: How busy the rest of the desk is just now, compared with what the season says.
_BUSY_SPAN_MIN = 120
_BUSIEST = 3.0
_VERSION_DAYS = 3


@dataclass(frozen=True)
class Thresholds:
    """When a rise is worth a person's look."""

    #: Never for fewer, however rare.
    people: int = 4
    #: One in ten to the power of this.
    surprise: float = 6.2
    #: So many times what is expected at least.
    times: float = 3.0
    #: However sure the past is, days differ: the shape is never larger.
    steadiest: float = 12.0
    #: One signature is looked at once a minute, and whenever its crowd has grown by this share.
    grown: float = 0.1
    #: Before so many hours are known nothing is usual, and nobody is woken.
    least_hours: int = 7 * 24


@dataclass(frozen=True)
class Excess:
    """More people than usual, with the reasons."""

    minute: int
    signature: Signature
    span_min: int
    people: frozenset[int]
    expected: float
    surprise: float


@dataclass
class Radar:
    """Takes complaints as they become known, and remembers what it needs; time never runs backwards for it."""

    calendar: Calendar
    thresholds: Thresholds = field(default_factory=Thresholds)
    baseline: Baseline = field(init=False)
    _crowds: dict[str, Crowd] = field(default_factory=lambda: defaultdict(Crowd))
    _minute: int = 0
    _hour: int = -1
    _learned: int = -1
    #: Who complained in the hour that runs, without those of known outages.
    _of_hour: dict[Signature, set[int]] = field(default_factory=lambda: defaultdict(set))
    #: People by hour and version.
    _versions: dict[int, Counter[str]] = field(default_factory=dict)
    _shares: dict[str, float] = field(default_factory=dict)
    #: The minute and the crowd of the last look.
    _looked: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: Dismissed: how many times the usual was no outage.
    _allowed: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.baseline = Baseline(self.calendar)

    def hear(self, complaint: Complaint, *, known: bool = False) -> list[Excess]:
        """Count it in; what belongs to a ``known`` outage does not become usual by that."""
        minute = self._minute = max(self._minute, int(complaint.at.timestamp()) // 60)
        self._forward(minute // 60)
        fresh = []
        for signature in complaint.signatures:
            new = self._crowds[signature.name].add(minute, complaint.person)
            if not known:
                self._of_hour[signature].add(complaint.person)
            if new:
                fresh.append(signature)
        found = (self._look(signature, minute) for signature in fresh)
        return [excess for excess in found if excess is not None]

    def allow(self, name: str, times: float) -> None:
        """It was dismissed: as many times the usual is no surprise from now on."""
        self._allowed[name] = max(times, self._allowed.get(name, 1.0))

    def forget(self, name: str, since: int) -> None:
        """It was confirmed: what came from that hour of the epoch on is not usual."""
        self.baseline.forget(name, since)
        for signature in [one for one in self._of_hour if one.name == name]:
            del self._of_hour[signature]

    def _look(self, signature: Signature, minute: int) -> Excess | None:
        crowd, limits = self._crowds[signature.name], self.thresholds
        then, before = self._looked.get(signature.name, (0, 0))
        if len(crowd) < limits.people or (then == minute and len(crowd) < before * (1 + limits.grown)):
            return None
        if self.baseline.knows_for(self._hour) < limits.least_hours:
            return None
        self._looked[signature.name] = (minute, len(crowd))
        spans = WIDE_SPANS_MIN if signature.is_wide else SPANS_MIN
        excesses = [self._weigh(signature, minute, *one) for one in zip(spans, crowd.within(spans), strict=True)]
        return max((one for one in excesses if one is not None), key=lambda one: one.surprise, default=None)

    def _weigh(self, signature: Signature, minute: int, span: int, people: int) -> Excess | None:
        limits = self.thresholds
        if people < limits.people:
            return None
        expected = self._expect(signature, minute, span)
        usual = expected.people * self._allowed.get(signature.name, 1.0)
        if people < usual * limits.times:
            return None
        found = surprise(people, usual, min(expected.shape, limits.steadiest))
        if found < limits.surprise:
            return None
        return Excess(minute, signature, span, self._crowds[signature.name].people(span), usual, found)

    def _expect(self, signature: Signature, minute: int, span: int) -> Expected:
        expected = self.baseline.expect(signature.name, minute, span)
        if signature.version:
            expected = self._as_its_share(signature, minute, span, expected)
        if not signature.is_wide:
            expected.people *= self._busy(signature, minute)
        return expected

    def _as_its_share(self, signature: Signature, minute: int, span: int, own: Expected) -> Expected:
        """A version that has just come out has no past: it is expected to complain as much as its share."""
        whole = self.baseline.expect(f"component:{signature.component}", minute, span)
        share = self._shares.get(signature.version, 0.0)
        return Expected(max(own.people, whole.people * share), max(own.shape, 1.0))

    def _busy(self, signature: Signature, minute: int) -> float:
        """How much more than the season says is complained of everything else."""
        everybody = self._crowds[EVERYTHING].within((_BUSY_SPAN_MIN,))[0]
        own = self._crowds[f"component:{signature.component}"].within((_BUSY_SPAN_MIN,))[0]
        usual = self.baseline.expect(EVERYTHING, minute, _BUSY_SPAN_MIN).people
        of_own = self.baseline.expect(f"component:{signature.component}", minute, _BUSY_SPAN_MIN).people
        return min(max((everybody - own + 10) / (max(usual - of_own, 0.0) + 10), 1.0), _BUSIEST)

    def _forward(self, hour: int) -> None:
        if hour <= self._hour:
            return
        if self._of_hour:
            self.baseline.record(self._hour, ((one.name, len(people)) for one, people in self._of_hour.items()))
            self._share_out(hour)
            self._of_hour.clear()
        self._hour = hour
        # Of whole days only: the night of a busy day says little of it.
        if (day := self.calendar.day(hour)) != self._learned:
            self.baseline.learn(hour - self.calendar.cell(hour).hour)
            self._learned = day

    def _share_out(self, hour: int) -> None:
        """Which part of everybody uses which version these days."""
        counted = self._versions[self._hour] = Counter()
        for signature, people in self._of_hour.items():
            if signature.version:
                counted[signature.version] += len(people)
        for old in [one for one in self._versions if one < hour - 24 * _VERSION_DAYS]:
            del self._versions[old]
        together = sum(self._versions.values(), Counter())
        self._shares = {version: count / together.total() for version, count in together.items()}
