"""Put rows into groups one after another: the same rows in the same order always give the same groups.

Likeness is the average over all pairs of two groups (average linkage). Everything is grouped, answered or not, so that
what is answered gathers in groups of its own and does not hide among what is not. Those are narrow; groups that are
wanting are then joined to wider ones, among themselves only.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.encoder import Matrix

#: A question joins a group from this likeness on; groups this alike are one; and so are wanting ones.
JOIN, MERGE, WIDEN = 0.35, 0.30, 0.15
_NEVER = -1.0
Row = NDArray[np.float32]
_Likeness = NDArray[np.float32]


@dataclass
class Group:
    """``centre`` is the sum of its ``size`` rows; ``foreign`` ones and others never meet."""

    id: int
    centre: Row
    foreign: bool
    size: int = 1


class Groups:
    """Groups as they are stored; what is new is to be stored by the caller."""

    def __init__(self, groups: list[Group], width: int) -> None:
        self.groups = groups
        self._width = width
        self._means: Matrix = np.zeros((0, width), np.float32)
        self._foreign = np.zeros(0, np.bool_)
        self._places: dict[int, int] = {}
        self._refresh()

    def nearest(self, row: Row, *, foreign: bool) -> tuple[Group | None, float]:
        """The group the row belongs to, or nothing; and how alike they are."""
        if not self.groups:
            return None, 0.0
        likeness = np.where(self._foreign[: len(self.groups)] == foreign, self._means[: len(self.groups)] @ row, _NEVER)
        place = int(likeness.argmax())
        near = float(likeness[place])
        return (self.groups[place], near) if near >= JOIN else (None, near)

    def grow(self, group: Group, row: Row) -> None:
        group.centre, group.size = group.centre + row, group.size + 1
        self._means[self._places[group.id]] = group.centre / group.size

    def begin(self, group: Group) -> None:
        place = len(self.groups)
        if place == len(self._means):
            self._means = np.vstack([self._means, np.zeros((place + 16, self._width), np.float32)])
            self._foreign = np.append(self._foreign, np.zeros(place + 16, np.bool_))
        self.groups.append(group)
        self._places[group.id] = place
        self._means[place], self._foreign[place] = group.centre / group.size, group.foreign

    def merge(self) -> dict[int, int]:
        """Join groups that have grown together; from the id that is gone to the one that stays."""
        return self._joined(self._foreign[: len(self.groups)], MERGE)

    def widen(self, wanting: Collection[int]) -> dict[int, int]:
        """The same, of the groups with these ids only, which may be less alike."""
        kinds = np.array([0 if group.id in wanting else place + 1 for place, group in enumerate(self.groups)])
        return self._joined(kinds, WIDEN)

    def _joined(self, kinds: NDArray[np.generic], least: float) -> dict[int, int]:
        """The most alike first, among those of one kind."""
        gone: dict[int, int] = {}
        means = self._means[: len(self.groups)]
        sizes = np.array([group.size for group in self.groups], np.float32)
        likeness = means @ means.T
        likeness[(kinds[:, None] != kinds[None, :]) | np.eye(len(sizes), dtype=np.bool_)] = _NEVER
        best = likeness.max(axis=1, initial=_NEVER)
        while best.size and best.max() >= least:
            one = int(best.argmax())
            kept, lost = sorted((one, int(likeness[one].argmax())))
            _average(likeness, sizes, kept, lost)
            stays, goes = self.groups[kept], self.groups[lost]
            stays.centre, stays.size = stays.centre + goes.centre, stays.size + goes.size
            gone[goes.id] = stays.id
            best = likeness.max(axis=1)
        self.groups = [group for group in self.groups if group.id not in gone]
        self._refresh()
        return {old: _final(gone, new) for old, new in gone.items()}

    def _refresh(self) -> None:
        self._means = np.zeros((len(self.groups), self._width), np.float32)
        for place, group in enumerate(self.groups):
            self._means[place] = group.centre / group.size
        self._foreign = np.array([group.foreign for group in self.groups], np.bool_)
        self._places = {group.id: place for place, group in enumerate(self.groups)}


def _average(likeness: _Likeness, sizes: NDArray[np.float32], kept: int, lost: int) -> None:
    both = (likeness[kept] * sizes[kept] + likeness[lost] * sizes[lost]) / (sizes[kept] + sizes[lost])
    both[(likeness[kept] == _NEVER) | (likeness[lost] == _NEVER)] = _NEVER
    sizes[kept] += sizes[lost]
    likeness[kept] = likeness[:, kept] = both
    likeness[lost] = likeness[:, lost] = _NEVER


def _final(gone: dict[int, int], name: int) -> int:
    while name in gone:
        name = gone[name]
    return name
