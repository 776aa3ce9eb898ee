"""What a ticket is about, learnt from past ones: logistic regression over hashed n-grams of characters.

Pure: the same examples in the same order give the same weights. Characters instead of words need no dictionary,
and stand typing errors; see :func:`features`.
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

WIDTH = 1 << 15
#: So much of a text is read: what somebody wants stands at its beginning.
LONGEST = 600
_GRAMS = (1, 2, 3)
_PIECES = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff]+")
_NUMBER = "0"
_MOST_REASONS = 3
_LEAST_WEIGHT = 0.02

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """Places among the weights, how much each counts, and the n-gram behind it."""

    places: NDArray[np.int64]
    values: NDArray[np.float32]
    grams: tuple[str, ...]


def features(text: str) -> Features:
    """Chinese by one, two and three characters, Latin words whole and by three letters; numbers only as such."""
    counts: dict[str, int] = {}
    for piece in _PIECES.findall(unicodedata.normalize("NFKC", text[:LONGEST]).casefold()):
        for gram in _grams(piece):
            counts[gram] = counts.get(gram, 0) + 1
    grams = tuple(counts)
    places = np.array([zlib.crc32(gram.encode()) % WIDTH for gram in grams], dtype=np.int64)
    values = np.log1p(np.array(list(counts.values()), dtype=np.float32))
    norm = float(np.sqrt(np.square(values).sum())) or 1.0
    return Features(places, (values / norm).astype(np.float32), grams)


def _grams(piece: str) -> list[str]:
    if piece[0].isdigit():
        return [_NUMBER, piece] if len(piece) <= 5 else [_NUMBER]  # noqa: PLR2004 - codes of errors, not of invoices.
    if piece[0].isascii():
        return [f" {piece} ", *(piece[at : at + 3] for at in range(len(piece) - 2))]
    return [piece[at : at + size] for size in _GRAMS for at in range(len(piece) - size + 1)]


@dataclass(frozen=True, slots=True)
class Guess:
    """A category with its calibrated probability, and the words that spoke for it."""

    category: str
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """Learnt weights, one column a category; the last row is the bias."""

    categories: tuple[str, ...]
    weights: Weights
    temperature: float = 1.0
    #: The confidence from which on it was right nineteen times in twenty.
    threshold: float = 0.6

    def probabilities(self, text: str) -> dict[str, float]:
        """Of every category; together 1."""
        return dict(zip(self.categories, self._spread(features(text)).tolist(), strict=True))

    def guess(self, text: str) -> Guess | None:
        """The likeliest; nothing for a text without a letter it has ever seen."""
        seen = features(text)
        if not self.categories or not np.any(self.weights[seen.places]):
            return None
        spread = self._spread(seen)
        best = int(spread.argmax())
        return Guess(self.categories[best], float(spread[best]), self._reasons(seen, best))

    def words_for(self, text: str, category: str) -> tuple[str, ...]:
        """What in the text speaks for a category."""
        return self._reasons(features(text), self.categories.index(category)) if category in self.categories else ()

    def taught(self, examples: Sequence[tuple[str, str]]) -> "Classifier":
        """The same, having learnt a few more texts with the keys of their categories."""
        if not examples:
            return self
        categories = tuple(dict.fromkeys((*self.categories, *(key for _, key in examples))))
        weights = np.zeros((len(self.weights), len(categories)), dtype=np.float32)
        weights[:, : len(self.categories)] = self.weights
        for text, key in examples:
            _insist(weights, features(text), categories.index(key))
        return replace(self, categories=categories, weights=weights)

    def _spread(self, seen: Features) -> NDArray[np.float32]:
        return softmax(scores(self.weights, seen) / self.temperature)

    def _reasons(self, seen: Features, category: int) -> tuple[str, ...]:
        """The n-grams that speak most for it compared with the others, the longest of those that overlap."""
        rows = self.weights[seen.places]
        spoken = (rows[:, category] - rows.mean(axis=1)) * seen.values
        order = sorted(range(len(seen.grams)), key=lambda at: (-spoken[at], seen.grams[at]))
        chosen: list[str] = []
        for at in order:
            gram = seen.grams[at].strip()
            if spoken[at] < _LEAST_WEIGHT or len(chosen) == _MOST_REASONS:
                break
            if len(gram) > 1 and gram != _NUMBER and not any(gram in other or other in gram for other in chosen):
                chosen.append(gram)
        return tuple(chosen)


def scores(weights: Weights, seen: Features) -> NDArray[np.float32]:
    """Log-odds of every category, not yet calibrated."""
    total: NDArray[np.float32] = seen.values @ weights[seen.places] + weights[-1]
    return total


def softmax(odds: NDArray[np.float32]) -> NDArray[np.float32]:
    raised: NDArray[np.float32] = np.exp(odds - odds.max())
    spread: NDArray[np.float32] = raised / raised.sum()
    return spread


def _insist(weights: Weights, seen: Features, right: int, *, rate: float = 2.0, tries: int = 20) -> None:
    """Learn one text until it would be filed right, and no longer."""
    for _ in range(tries):
        spread = softmax(scores(weights, seen))
        if spread.argmax() == right and spread[right] > 0.6:  # noqa: PLR2004 - clearly so.
            return
        spread[right] -= 1
        np.subtract.at(weights, seen.places, rate * np.outer(seen.values, spread))
