"""Fit a calibration on a knowledge base itself: nobody has to label anything.

Phrasings held out show the index right and wrong; articles held out whole show it questions near its subject that it
has no answer to; lines of the background held out show it foreign ones.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.calibration import Calibration, Evidence
from knowledge.search.encoder import Encoder, Matrix
from knowledge.search.fold import simplify
from knowledge.search.index import Index
from knowledge.search.phrasing import BACKGROUND, Phrasing
from knowledge.search.preparation import with_vectors

FOLDS = 5
HELD_OUT_SOURCES = frozenset({"question", "feedback", "background"})
#: What share of the questions is taken to be known, near the subject but unknown, and foreign.
SHARES = {"known": 0.6, "near": 0.2, "foreign": 0.2}
RIDGE, NEWTON_STEPS = 1e-3, 30
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trial:
    kind: str
    right: bool
    evidence: Evidence


def calibrate(phrasings: Sequence[Phrasing], encoder: Encoder | None = None) -> Calibration:
    """Costs ten builds of the index and two searches for each phrasing; the background belongs to the phrasings."""
    return fit(list(run_trials(phrasings, encoder)))


def run_trials(phrasings: Sequence[Phrasing], encoder: Encoder | None = None) -> Iterator[Trial]:
    remembered = None if encoder is None else _Remembered(with_vectors(phrasings, encoder))
    for turn in range(FOLDS):
        held = {
            place for place, item in enumerate(phrasings) if item.source in HELD_OUT_SOURCES and place % FOLDS == turn
        }
        yield from _trials(phrasings, held, remembered)
    articles = sorted({item.article for item in phrasings} - {BACKGROUND})
    for turn in range(FOLDS):
        gone = frozenset(articles[turn::FOLDS])
        held = {place for place, item in enumerate(phrasings) if item.article in gone}
        yield from _trials(phrasings, held, remembered)


def fit(trials: Sequence[Trial]) -> Calibration:
    features = np.array([trial.evidence.features() for trial in trials])
    counts = Counter(trial.kind for trial in trials)
    weights = np.array([SHARES[trial.kind] / counts[trial.kind] for trial in trials])
    right = np.array([trial.right for trial in trials], float)
    known = np.array([trial.kind == "known" for trial in trials], float)
    return Calibration(right=_logistic(features, right, weights), known=_logistic(features, known, weights))


class _Remembered:
    """An encoder of texts whose vectors are there already."""

    def __init__(self, phrasings: Sequence[Phrasing]) -> None:
        self._vectors = {simplify(item.text): item.vector for item in phrasings}

    def encode(self, texts: list[str], /) -> Matrix:
        return np.array([self._vectors[text] for text in texts], np.float32)


def _trials(phrasings: Sequence[Phrasing], held: set[int], encoder: Encoder | None) -> Iterator[Trial]:
    rest = [item for place, item in enumerate(phrasings) if place not in held]
    index = Index(rest, encoder)
    left = {item.article for item in rest}
    for place in sorted(held):
        asked = phrasings[place]
        if asked.source not in HELD_OUT_SOURCES or (found := index.first(asked.text)) is None:
            continue
        article, evidence = found
        kind = "foreign" if asked.article == BACKGROUND else "known" if asked.article in left else "near"
        yield Trial(kind, article == asked.article, evidence)


def _logistic(features: Floats, truth: Floats, weights: Floats) -> tuple[float, ...]:
    """Newton's method with a small ridge, which leaves the constant alone."""
    coefficients = np.zeros(features.shape[1])
    ridge = np.full(features.shape[1], RIDGE)
    ridge[0] = 0.0
    for _ in range(NEWTON_STEPS):
        expected = 1 / (1 + np.exp(-np.clip(features @ coefficients, -30, 30)))
        slope = features.T @ (weights * (truth - expected)) - ridge * coefficients
        curve = (features * (weights * expected * (1 - expected))[:, None]).T @ features + np.diag(ridge + 1e-9)
        coefficients = coefficients + np.linalg.solve(curve, slope)
    return tuple(round(float(value), 3) for value in coefficients)
