"""Lengths of time in classes, so that medians and percentiles can be added up over hours, teams and people."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

#: Eight classes to each doubling: whatever is said about a length is at most a twelfth off.
_PER_DOUBLING = 8


def bucket_of(seconds: float) -> int:
    """The class of a length; everything under a second is in the first."""
    return 0 if seconds < 1 else 1 + int(_PER_DOUBLING * math.log2(seconds))


@dataclass
class Tally:
    """How many there were, and their sum."""

    n: int = 0
    total: int = 0

    @property
    def mean(self) -> float:
        return self.total / self.n

    def add(self, n: int, total: int) -> None:
        self.n += n
        self.total += total


def percentile(tallies: Mapping[int, Tally], share: float) -> float | None:
    """The length that ``share`` of all do not exceed, or None of none.

    Each class stands for the mean of what is in it: among few, where a class has one, the answer is exact.
    """
    filled = sorted((bucket, tally) for bucket, tally in tallies.items() if tally.n > 0)
    count = sum(tally.n for _, tally in filled)
    if not count:
        return None
    place = share * (count - 1)
    low, high = (_at(filled, math.floor(place)), _at(filled, math.ceil(place)))
    return low + (high - low) * (place - math.floor(place))


def _at(filled: list[tuple[int, Tally]], rank: int) -> float:
    """The length of the one at this place, counted from nought."""
    for _, tally in filled:
        if rank < tally.n:
            return tally.mean
        rank -= tally.n
    return filled[-1][1].mean
