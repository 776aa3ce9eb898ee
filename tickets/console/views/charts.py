"""Plots as data: what is drawn, and the same numbers as a table for whoever cannot see or does not want a drawing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Series:
    """One curve or row of bars; ``tone`` names a colour, ``texts`` are the values in words."""

    name: str
    kind: str
    tone: str
    values: Sequence[float | None]
    texts: Sequence[str]
    #: The upper edge of a band above ``values``; only for kind "band".
    upper: Sequence[float | None] = ()


@dataclass(frozen=True, kw_only=True)
class ChartView:
    """A plot over some points; ``axis`` is what its unit is called, ``spans``: values are seconds."""

    key: str
    title: str
    points: Sequence[str]
    heading: str
    axis: str
    series: Sequence[Series]
    spans: bool = False

    @property
    def spec(self) -> dict[str, Any]:
        """What the script draws from."""
        return asdict(self)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: a point and what each series says there."""
        return [(point, [one.texts[place] for one in self.series]) for place, point in enumerate(self.points)]

    @property
    def empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)
