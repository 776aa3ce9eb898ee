"""How much a gap matters, and what makes it sink. Pure: no database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge.gaps.failing import WEIGHT, Failure

SPAN = timedelta(days=28)
WEEK = timedelta(days=7)
WEEKS = 8
#: Where fewer of those who ask than these are not helped, articles answer it: no gap at all.
ANSWERED_SHARE = 0.35
#: Fewer different people are no gap yet.
FEWEST = 3
#: So large a share of the people on one day is an outage rather than a gap.
BURST_SHARE, BURST_FEWEST = 0.4, 6
#: From this share of the people on who insist, nothing is taken off.
INSISTENT = 0.5
#: Where fewer insist, people only chat.
CHAT = 0.3
_SEVERAL = 2


class Doubt(StrEnum):
    """Why a gap sinks; each has a text ``gaps.doubt.<doubt>``."""

    BURST = "burst"
    FOREIGN = "foreign"
    FEW = "few"


_SINKS = {Doubt.BURST: 0.02, Doubt.FOREIGN: 0.03, Doubt.FEW: 0.1}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a gap."""

    person: str
    at: datetime
    failure: Failure | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a gap comes to over the last :data:`SPAN`."""

    score: float = 0.0
    people: int = 0
    asked: int = 0
    unhelped: int = 0
    weeks: list[int] = field(default_factory=lambda: [0] * WEEKS)
    doubts: list[Doubt] = field(default_factory=list)


def standing(questions: Sequence[Asked], now: datetime, *, foreign: bool) -> Standing:
    """People, weighed by how they were not helped, times the share of failures, the trend and how much they insist."""
    recent = [one for one in questions if now - SPAN < one.at <= now]
    failed = [one for one in recent if one.failure]
    if not failed:
        return Standing()
    worst: dict[str, float] = {}
    for one in failed:
        worst[one.person] = max(worst.get(one.person, 0.0), WEIGHT[one.failure or Failure.UNSURE])
    sure = _sure(failed)
    weeks = _weeks(questions, now)
    doubts = _doubts(failed, sure, foreign=foreign)
    share = _share(recent, sure)
    score = sum(worst.values()) * share * _trend(weeks) * _insistence(failed, sure)
    if share < ANSWERED_SHARE:
        score = 0.0
    for doubt in doubts:
        score *= _SINKS[doubt]
    return Standing(
        score=round(score, 4),
        people=len(worst),
        asked=len(recent),
        unhelped=sum(one.failure is not Failure.UNSURE for one in failed),
        weeks=weeks,
        doubts=doubts,
    )


def wanting(questions: Sequence[Asked]) -> bool:
    """Whether several people are not helped, insist, and do so on more than one day: what may grow into one gap."""
    failed = [one for one in questions if one.failure]
    sure = _sure(failed)
    if len(sure) < _SEVERAL or _share(questions, sure) < ANSWERED_SHARE:
        return False
    return len(_insisting(failed)) >= CHAT * len(sure) and not _burst(failed, sure)


def _sure(failed: Sequence[Asked]) -> set[str]:
    return {one.person for one in failed if one.failure is not Failure.UNSURE}


def _insisting(failed: Sequence[Asked]) -> set[str]:
    return {one.person for one in failed if one.failure in {Failure.REJECTED, Failure.TICKET}}


def _share(questions: Sequence[Asked], sure: set[str]) -> float:
    return len(sure) / max(len({one.person for one in questions}), 1)


def _weeks(questions: Sequence[Asked], now: datetime) -> list[int]:
    people: list[set[str]] = [set() for _ in range(WEEKS)]
    for one in questions:
        ago = (now - one.at) // WEEK
        if one.failure and 0 <= ago < WEEKS:
            people[WEEKS - 1 - ago].add(one.person)
    return [len(week) for week in people]


def _trend(weeks: Sequence[int]) -> float:
    """Between three quarters for what dies away and four thirds for what grows."""
    now, before = weeks[-1] + weeks[-2], weeks[-3] + weeks[-4]
    return float(max(0.75, min(4 / 3, (now + 5) / (before + 5))))


def _insistence(failed: Sequence[Asked], sure: set[str]) -> float:
    """Whoever needs something says that it did not help, or opens a ticket; whoever only chats does neither."""
    share = len(_insisting(failed)) / max(len(sure), 1)
    return float(min(1.0, share / INSISTENT) ** 3)


def _burst(failed: Sequence[Asked], sure: set[str]) -> bool:
    days = Counter(day for _, day in {(one.person, one.at.date()) for one in failed if one.person in sure})
    return len(sure) >= BURST_FEWEST and max(days.values()) >= BURST_SHARE * len(sure)


def _doubts(failed: Sequence[Asked], sure: set[str], *, foreign: bool) -> list[Doubt]:
    found = {Doubt.BURST: _burst(failed, sure), Doubt.FOREIGN: foreign, Doubt.FEW: len(sure) < FEWEST}
    return [doubt for doubt, holds in found.items() if holds]
