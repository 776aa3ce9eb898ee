"""How far people who scored the same talks agree beyond what chance would give. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from knowledge.quality.models import QualityScore
from knowledge.quality.sheet import Criterion

Pair = tuple[str, str]
#: From which a value is called what; each has a text ``quality.kappa.<name>``.
_BANDS = ((0.81, "high"), (0.61, "good"), (0.41, "moderate"), (0.21, "fair"))


@dataclass(frozen=True, slots=True)
class Agreement:
    """``kappa`` is nothing where all gave one and the same mark: then chance explains everything."""

    pairs: int
    same: float
    kappa: float | None

    @property
    def band(self) -> str:
        if self.kappa is None:
            return "unknown"
        return next((name for least, name in _BANDS if self.kappa >= least), "slight")


def agreement_of(pairs: Sequence[Pair]) -> Agreement | None:
    """Cohen's kappa; nothing without pairs."""
    if not pairs:
        return None
    count = len(pairs)
    same = sum(first == second for first, second in pairs) / count
    firsts, seconds = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    by_chance = sum(firsts[mark] * seconds[mark] for mark in firsts) / count**2
    kappa = None if by_chance == 1 else round((same - by_chance) / (1 - by_chance), 3)
    return Agreement(count, same, kappa)


def agreements(
    criteria: Sequence[Criterion], scores: Iterable[Sequence[QualityScore]]
) -> list[tuple[Criterion, Agreement | None]]:
    """For each criterion, over every two people who scored the same talk."""
    twos = [two for of_talk in scores for two in combinations(of_talk, 2)]
    return [
        (one, agreement_of([(first.marks[one.key], second.marks[one.key]) for first, second in twos]))
        for one in criteria
    ]
