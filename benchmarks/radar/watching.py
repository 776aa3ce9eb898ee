"""A radar, and a plain rule beside it, watch a world; a person who knows judges what they propose."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.radar.world import WARM_UP_DAYS, ZONE, Outage
from tickets.incidents.radar.detection import Excess, Radar, Thresholds
from tickets.incidents.radar.proposals import Proposals
from tickets.incidents.radar.season import Calendar
from tickets.incidents.radar.signatures import Complaint
from tickets.sla.official import Arrangement

#: After the fifth affected person's message.
IN_TIME_MIN = 10
#: Complaints go on for a while after it is mended.
_LINGERS = timedelta(hours=1)


@dataclass
class Score:
    """Of one world."""

    outages: int = 0
    #: Minutes from the fifth affected person's message to the proposal, of those found.
    delays: list[float] = field(default_factory=list)
    false: int = 0
    #: Proposals beside one that stands for the same outage.
    again: int = 0
    missed: list[Outage] = field(default_factory=list)

    @property
    def in_time(self) -> int:
        return sum(delay <= IN_TIME_MIN for delay in self.delays)


class Judge:
    """Knows what really broke."""

    def __init__(self, planted: Sequence[Outage]) -> None:
        self._planted = sorted(planted, key=lambda one: one.begins)
        self._begins = [one.begins for one in self._planted]
        self._found: dict[int, float] = {}
        self._score = Score(outages=len(planted))

    def is_right(self, minute: int, people: Iterable[int]) -> Outage | None:
        """The outage most of these people suffer from."""
        people = set(people)
        for place in range(bisect_right(self._begins, _at(minute)) - 1, -1, -1):
            outage = self._planted[place]
            if outage.ends + _LINGERS >= _at(minute):
                if 2 * len(outage.people & people) >= len(people):
                    return outage
            elif _at(minute) - outage.begins > timedelta(days=2):
                break
        return None

    def proposed(self, minute: int, people: Iterable[int]) -> Outage | None:
        """Note a proposal; the outage it is about, if it is about one."""
        outage = self.is_right(minute, people)
        if outage is None:
            self._score.false += 1
        elif id(outage) in self._found:
            self._score.again += 1
        else:
            self._found[id(outage)] = minute - outage.fifth.timestamp() / 60
        return outage

    def score(self) -> Score:
        self._score.delays = sorted(self._found.values())
        self._score.missed = [one for one in self._planted if self._found.get(id(one), 1e9) > IN_TIME_MIN]
        return self._score


def watch(complaints: Sequence[Complaint], planted: Sequence[Outage], thresholds: Thresholds) -> Score:
    """What the product does, with somebody who confirms and dismisses at once."""
    radar = Radar(Calendar(ZONE, Arrangement().is_workday), thresholds)
    judge, proposals = Judge(planted), Proposals()
    linked: dict[str, float] = {}
    counted_from = complaints[0].at.timestamp() / 60 + WARM_UP_DAYS * 24 * 60
    for complaint in complaints:
        moment = complaint.at.timestamp()
        known = any(linked.get(one.name, 0) > moment for one in complaint.signatures)
        for excess in radar.hear(complaint, known=known):
            opened = proposals.add(excess)
            if opened is None or excess.minute < counted_from:
                if judge.is_right(excess.minute, excess.people):
                    _link(radar, linked, excess, judge)
                continue
            if judge.proposed(excess.minute, excess.people):
                _link(radar, linked, excess, judge)
            else:
                proposals.close(opened)
                radar.allow(excess.signature.name, len(excess.people) / excess.expected)
    return judge.score()


def _link(radar: Radar, linked: dict[str, float], excess: Excess, judge: Judge) -> None:
    """Confirmed: who complains of the same from now on belongs to it, and what came before is not usual either."""
    outage = judge.is_right(excess.minute, excess.people)
    if outage is None or excess.signature.is_wide:
        return
    linked[excess.signature.name] = (outage.ends + _LINGERS).timestamp()
    radar.baseline.forget(excess.signature.name, int(outage.begins.timestamp()) // 3600)


def watch_plainly(complaints: Sequence[Complaint], planted: Sequence[Outage], messages: int, minutes: int) -> Score:
    """The rule others use: so many messages about one part within so many minutes; silent for six hours after that."""
    judge = Judge(planted)
    queues: dict[str, deque[tuple[float, int]]] = {}
    silent: dict[str, float] = {}
    counted_from = complaints[0].at.timestamp() / 60 + WARM_UP_DAYS * 24 * 60
    for complaint in complaints:
        minute = complaint.at.timestamp() / 60
        for signature in complaint.signatures:
            queue = queues.setdefault(signature.name, deque())
            queue.append((minute, complaint.person))
            while queue[0][0] <= minute - minutes:
                queue.popleft()
            if len(queue) >= messages and silent.get(signature.name, 0) <= minute:
                for one in complaint.signatures:
                    silent[one.name] = minute + 360
                if minute >= counted_from:
                    judge.proposed(int(minute), [person for _, person in queue])
    return judge.score()


def _at(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
