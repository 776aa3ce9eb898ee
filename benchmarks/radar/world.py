"""Simulated months of complaints with outages and look-alikes in them; nothing here knows how they are looked for."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tickets.incidents.radar.signatures import Complaint, Marks, signatures
from tickets.sla.official import Arrangement

ZONE = ZoneInfo("Asia/Shanghai")
#: Weight, and how many times busier at a month's end than others are.
COMPONENTS = {
    "issue": (22, 1.3), "login": (16, 1.0), "upload": (12, 2.6), "device": (11, 0.8), "query": (9, 1.0),
    "print": (7, 0.7), "client": (7, 0.8), "network": (5, 1.0), "interface": (4, 1.4), "data": (3, 1.2),
    "database": (2, 1.0), "platform": (2, 1.0),
}  # fmt: skip
REGIONS = {"北京": 40, "上海": 14, "广东": 12, "浙江": 9, "江苏": 9, "山东": 6, "四川": 5, "湖北": 5}
_CODES_EACH = 6
#: Ways in which complaints of one part are alike, some common, some not.
_WORDINGS = np.array([30, 20, 13, 9, 7, 6, 4, 4, 3, 2, 1, 1]) / 100
_HOURS_WORKED = (
    *(0.05, 0.03, 0.02, 0.02, 0.03, 0.06, 0.15, 0.6, 2.4, 4.2, 4.4, 3.2),
    *(1.2, 2.2, 3.8, 4.0, 3.6, 2.2, 0.9, 0.6, 0.5, 0.4, 0.25, 0.12),
)
_HOURS_OFF = (
    0.05,
    0.03,
    0.02,
    0.02,
    0.02,
    0.04,
    0.1,
    0.2,
    0.5,
    0.8,
    0.9,
    0.8,
    0.5,
    0.6,
    0.8,
    0.8,
    0.7,
    0.5,
    0.4,
    0.4,
    0.4,
    0.3,
    0.2,
    0.1,
)
_PEOPLE = 20_000


@dataclass(frozen=True)
class Outage:
    """Something really broke; ``people`` complain between ``begins`` and ``ends``."""

    begins: datetime
    ends: datetime
    marks: Marks
    people: frozenset[int]
    #: When the fifth of them wrote.
    fifth: datetime


@dataclass
class World:
    """Some months from the first of January 2024 on, and who complains in them."""

    seed: int
    months: int
    outages: int
    bursts: int
    #: Different people a month, roughly.
    traffic: float = 3000
    planted: list[Outage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        self._works = Arrangement().is_workday
        self._codes = {name: [f"{name[:2].upper()}{100 + i}" for i in range(_CODES_EACH)] for name in COMPONENTS}
        self._favour = {name: self._random.dirichlet(np.full(_CODES_EACH, 0.7)) for name in COMPONENTS}
        self._regions = np.array(list(REGIONS.values())) / sum(REGIONS.values())
        self._ends_harder = {name: self._random.lognormal(0, 0.25) for name in COMPONENTS}

    def complaints(self) -> list[Complaint]:
        """All of them; ``planted`` holds the outages after that."""
        days = list(_days(self.months))
        found = [complaint for day in days for complaint in self._day(day, days[0])]
        for begins in self._moments(days, self.outages, apart=True):
            outage, complaints = self._outage(begins)
            self.planted.append(outage)
            found += complaints
        for begins in self._moments(days, self.bursts, apart=False):
            found += self._burst(begins)
        return sorted(found, key=lambda one: one.at)

    def _day(self, day: date, first: date) -> Iterator[Complaint]:
        works = self._works(day)
        hours = np.array(_HOURS_WORKED if works else _HOURS_OFF) * (1 if works or day.weekday() > 4 else 0.6)
        level = self.traffic / 800 * self._of_month(day) * self._random.lognormal(0, 0.2)
        for name, (weight, at_end) in COMPONENTS.items():
            busy = at_end * self._ends_harder[name] if _near_end(day) else 1.0
            usual = level * weight / 100 * busy * self._random.lognormal(0, 0.25)
            counts = self._random.poisson(usual * hours)
            # What is new of a day: one code of it is in fashion.
            favour = self._favour[name] * self._random.lognormal(0, 0.4, _CODES_EACH)
            favour /= favour.sum()
            for hour in np.repeat(np.arange(24), counts):
                yield from self._somebody(day, int(hour), name, favour, (day - first).days)

    def _of_month(self, day: date) -> float:
        """Taxes are filed until the fifteenth, and everything is closed at the end."""
        level = 1.0
        if day.day <= 15:
            level = 1.35 if day.day < 13 else 2.0
        if _near_end(day):
            level = float(self._random.uniform(2.2, 3.6)) * (1.35 if day.month % 3 == 0 else 1.0)
        return level

    def _somebody(self, day: date, hour: int, name: str, favour: np.ndarray, age: int) -> Iterator[Complaint]:
        random = self._random
        at = _moment(day, hour * 3600 + random.uniform(0, 3600))
        drawn = random.random()
        code = self._codes[name][random.choice(_CODES_EACH, p=favour)] if drawn < 0.4 else ""
        wording = self._said(name) if 0.4 <= drawn < 0.8 else ""
        marks = Marks(
            component=name if random.random() < 0.85 else "",
            region=list(REGIONS)[random.choice(len(REGIONS), p=self._regions)] if random.random() < 0.5 else "",
            version=self._version(age) if random.random() < 0.3 else "",
            code=code,
            wording=wording,
        )
        yield from self._insists(at, int(random.integers(_PEOPLE)), marks, 0.35)

    def _version(self, age: int) -> str:
        """A new one every fifty days; half have it after ten."""
        newest, days = divmod(age, 50)
        return f"v{newest}" if self._random.random() < days / (days + 10) else f"v{max(newest - 1, 0)}"

    def _insists(self, at: datetime, person: int, marks: Marks, again: float) -> Iterator[Complaint]:
        """Nobody writes but once."""
        found = signatures(marks)
        while True:
            yield Complaint(at, person, found)
            if self._random.random() > again:
                return
            at += timedelta(seconds=self._random.exponential(500))

    def _moments(self, days: Sequence[date], count: int, *, apart: bool) -> list[datetime]:
        """After the first weeks; mostly when everybody works, and two outages never on one day."""
        random = self._random
        taken: set[date] = set()
        found: list[datetime] = []
        while len(found) < count:
            day = days[int(random.integers(WARM_UP_DAYS, len(days)))]
            likely = 1.0 if _near_end(day) else 0.5 if self._works(day) else 0.12
            if random.random() > likely or (apart and day in taken):
                continue
            taken.add(day)
            found.append(
                _moment(day, 3600 * (random.uniform(8, 17) if random.random() < 0.85 else random.uniform(0, 22)))
            )
        return sorted(found)

    def _outage(self, begins: datetime) -> tuple[Outage, list[Complaint]]:
        random = self._random
        size = int(np.clip(random.lognormal(4.4, 1.1), 20, 3000))
        offsets = np.sort(_onset(random, size)) * 3600
        name = list(COMPONENTS)[random.choice(len(COMPONENTS), p=_weights())]
        everywhere = random.random() < 0.6
        whole = Marks(
            component=name,
            region="" if everywhere else list(REGIONS)[random.choice(len(REGIONS), p=self._regions)],
            version="" if random.random() < 0.85 else "v-broken",
            code=f"{name[:2].upper()}9{random.integers(90)}"
            if random.random() < 0.4
            else self._codes[name][random.integers(_CODES_EACH)],
            wording=f"{name}-{random.integers(len(_WORDINGS)) if random.random() < 0.75 else 'new'}",
        )
        coded = random.choice([0.0, 0.35, 0.7], p=[0.2, 0.4, 0.4])
        people = random.choice(_PEOPLE, size, replace=False)
        moments = [begins + timedelta(seconds=float(offset)) for offset in offsets]
        complaints: list[Complaint] = []
        for moment, person in zip(moments, people, strict=True):
            complaints += self._insists(moment, int(person), self._as_told(whole, coded), 0.5)
        ends = max(moments[-1], begins + timedelta(hours=1))
        return Outage(begins, ends, whole, frozenset(int(one) for one in people), moments[4]), complaints

    def _as_told(self, whole: Marks, coded: float) -> Marks:
        """People say what they see, and leave out the rest."""
        random = self._random
        code = whole.code if random.random() < coded else ""
        return Marks(
            component=whole.component if random.random() < 0.8 else "",
            region=whole.region if whole.region and random.random() < 0.6 else self._anywhere(whole),
            version=whole.version if random.random() < 0.4 else "",
            code=code,
            wording=""
            if code or random.random() < 0.3
            else whole.wording
            if random.random() < 0.75
            else self._said(whole.component),
        )

    def _said(self, name: str) -> str:
        return f"{name}-{self._random.choice(len(_WORDINGS), p=_WORDINGS)}"

    def _anywhere(self, whole: Marks) -> str:
        if whole.region or self._random.random() < 0.5:
            return ""
        return list(REGIONS)[self._random.choice(len(REGIONS), p=self._regions)]

    def _burst(self, begins: datetime) -> Iterator[Complaint]:
        """A few people who write, and write, and write."""
        random = self._random
        name = list(COMPONENTS)[random.choice(len(COMPONENTS), p=_weights())]
        marks = Marks(component=name, region="北京", code=self._codes[name][random.integers(_CODES_EACH)])
        people = random.choice(_PEOPLE, int(random.integers(1, 4)), replace=False)
        for _ in range(int(random.integers(20, 80))):
            at = begins + timedelta(seconds=float(random.uniform(0, 2400)))
            yield Complaint(at, int(random.choice(people)), signatures(marks))


#: So long a world only shows what is usual.
WARM_UP_DAYS = 45


def _days(months: int) -> Iterator[date]:
    day = date(2024, 1, 1)
    for _ in range(months):
        for _ in range(monthrange(day.year, day.month)[1]):
            yield day
            day += timedelta(days=1)


def _near_end(day: date) -> bool:
    return day.day >= monthrange(day.year, day.month)[1] - 2


def _moment(day: date, seconds: float) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return (midnight + timedelta(seconds=float(seconds))).astimezone(UTC)


def _onset(random: np.random.Generator, size: int) -> np.ndarray:
    """Hours after the beginning: all at once and fading, swelling for an hour, or creeping."""
    drawn = random.random()
    hours: np.ndarray
    if drawn < 0.5:
        hours = random.exponential(random.uniform(0.4, 1.5), size)
    elif drawn < 0.8:
        hours = random.triangular(0, random.uniform(0.7, 1.5), random.uniform(2, 4), size)
    else:
        hours = random.uniform(0, random.uniform(2, 4), size)
    return hours


def _weights() -> np.ndarray:
    weights: np.ndarray = np.array([weight for weight, _ in COMPONENTS.values()], dtype=float)
    weights /= weights.sum()
    return weights
