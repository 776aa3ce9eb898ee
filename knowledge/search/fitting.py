"""Fit a calibration on a knowledge base itself: nobody has to label anything.

Phrasings held out show the index right and wrong; articles held out whole show it questions near its subject that it
has no answer to; lines of the background held out show it foreign ones. What people said of past answers is added.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kit.text import simplify
from knowledge.search.calibration import Calibration, Evidence, Outcome
from knowledge.search.encoder import Encoder, Matrix
from knowledge.search.index import Index
from knowledge.search.phrasing import BACKGROUND, Phrasing
from knowledge.search.preparation import Reader, with_vectors

FOLDS = 5
HELD_OUT_SOURCES = frozenset({"question", "feedback", "background"})
#: Of a large knowledge base so many phrasings are held out, evenly chosen; more only take longer.
MOST_HELD_OUT = 4000
#: What share of the questions is taken to be known, near the subject but unknown, and foreign.
SHARES = {"known": 0.6, "near": 0.2, "foreign": 0.2}
RIDGE, NEWTON_STEPS = 1e-3, 30
#: Judged outcomes count from this many on; with so many they count as much as all trials.
FEWEST_JUDGED, EQUAL_JUDGED = 50, 500
#: An outright answer must be right this often, and where it cannot be had a threshold this high is taken.
PRECISION, HIGHEST_THRESHOLD = 0.95, 0.95
_GRID = np.arange(0.5, HIGHEST_THRESHOLD, 0.01)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trial:
    kind: str
    right: bool
    evidence: Evidence
    #: What the trial is about; the trials of one subject are never on both sides of a comparison.
    subject: str
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A past question, and whether this article answers it; without an article, none does."""

    question: str
    article: str | None
    helped: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What a calibration makes of questions, as shares of all questions of their sort."""

    questions: int
    #: Of those with an answer: the right article first and not silent; answered outright.
    right_first: float
    answered: float
    #: Of all outright answers.
    precision: float
    #: Of those without an answer.
    abstained: float


@dataclass(frozen=True, slots=True)
class Fit:
    """``before`` and ``after`` are of questions neither was fitted on."""

    calibration: Calibration
    before: Figures
    after: Figures
    trials: int
    judged: int


def refit(
    phrasings: Sequence[Phrasing],
    encoder: Encoder | None,
    before: Calibration,
    judged: Sequence[Judged] = (),
    reader: Reader | None = None,
) -> Fit:
    """A new calibration and what it would change; the background belongs to the phrasings.

    Costs ten builds of the index and two searches for each phrasing.
    """
    trials = list(run_trials(phrasings, encoder, reader))
    trials += judged_trials(judged, Index.of(phrasings, encoder, reader=reader))
    halves = [[trial for trial in trials if crc32(trial.subject.encode()) % 2 == half] for half in (0, 1)]
    earlier = assess([*halves[0], *halves[1]], [before] * len(trials))
    fitted = [fit(halves[1], before)] * len(halves[0]) + [fit(halves[0], before)] * len(halves[1])
    later = assess([*halves[0], *halves[1]], fitted)
    return Fit(fit(trials, before), earlier, later, len(trials), sum(trial.judged for trial in trials))


def calibrate(phrasings: Sequence[Phrasing], encoder: Encoder | None = None) -> Calibration:
    """On the knowledge base alone."""
    return fit(list(run_trials(phrasings, encoder)))


def run_trials(
    phrasings: Sequence[Phrasing], encoder: Encoder | None = None, reader: Reader | None = None
) -> Iterator[Trial]:
    """What the index makes of phrasings it does not hold, and of questions on articles it does not hold."""
    remembered = None if encoder is None else _Remembered(with_vectors(phrasings, encoder))
    asked = [place for place, item in enumerate(phrasings) if item.source in HELD_OUT_SOURCES]
    asked = asked[:: max(1, -(-len(asked) // MOST_HELD_OUT))]
    for turn in range(FOLDS):
        held = set(asked[turn::FOLDS])
        yield from _trials(phrasings, held, sorted(held), remembered, reader)
    articles = sorted({item.article for item in phrasings} - {BACKGROUND})
    for turn in range(FOLDS):
        gone = frozenset(articles[turn::FOLDS])
        held = {place for place, item in enumerate(phrasings) if item.article in gone}
        yield from _trials(phrasings, held, [place for place in asked if place in held], remembered, reader)


def judged_trials(judged: Sequence[Judged], index: Index) -> Iterator[Trial]:
    """Nothing until there are enough of them to tell more than chance."""
    if len(judged) < FEWEST_JUDGED:
        return
    for one in judged:
        if (found := index.first(one.question)) is None:
            continue
        article, evidence = found
        if one.article is None:
            yield Trial("near", right=False, evidence=evidence, subject=one.question, judged=True)
        elif article == one.article or one.helped:
            right = article == one.article and one.helped
            yield Trial("known", right, evidence, one.question, judged=True)


def fit(trials: Sequence[Trial], before: Calibration | None = None) -> Calibration:
    """The weights come from all trials, the probability from which the bot answers outright from people's word alone.

    The trials take an article away and call each other one wrong, though a neighbour often answers as well.
    """
    features = np.array([trial.evidence.features() for trial in trials])
    weights = _weights(trials)
    right = np.array([trial.right for trial in trials], float)
    known = np.array([trial.kind == "known" for trial in trials], float)
    fitted = Calibration(right=_logistic(features, right, weights), known=_logistic(features, known, weights))
    if before is not None:
        fitted = replace(before, right=fitted.right, known=fitted.known)
    judged = [trial for trial in trials if trial.judged]
    return replace(fitted, answer_from=_answer_from(judged, fitted)) if judged else fitted


def assess(trials: Sequence[Trial], calibrations: Sequence[Calibration]) -> Figures:
    """Each trial by the calibration beside it."""
    outcomes = [
        (trial, calibration.outcome(trial.evidence)) for trial, calibration in zip(trials, calibrations, strict=True)
    ]
    answerable = [(trial, outcome) for trial, outcome in outcomes if trial.kind == "known"]
    unanswerable = [outcome for trial, outcome in outcomes if trial.kind != "known"]
    answers = [trial for trial, outcome in outcomes if outcome is Outcome.ANSWER]
    return Figures(
        questions=len(trials),
        right_first=_share([trial.right and outcome is not Outcome.ABSTAIN for trial, outcome in answerable]),
        answered=_share([outcome is Outcome.ANSWER for _, outcome in answerable]),
        precision=_share([trial.right for trial in answers]),
        abstained=_share([outcome is Outcome.ABSTAIN for outcome in unanswerable]),
    )


def _share(truths: Sequence[bool]) -> float:
    return round(sum(truths) / len(truths), 4) if truths else 1.0


def _weights(trials: Sequence[Trial]) -> Floats:
    """Trials of one kind weigh their share together; judged ones more, the more there are."""
    counts = Counter((trial.kind, trial.judged) for trial in trials)
    judged = sum(trial.judged for trial in trials)
    trust = min(1.0, judged / EQUAL_JUDGED)
    return np.array(
        [trust / judged if trial.judged else SHARES[trial.kind] / counts[trial.kind, False] for trial in trials]
    )


def _answer_from(judged: Sequence[Trial], fitted: Calibration) -> float:
    """The lowest threshold from which answers are right often enough."""
    sure = np.array([fitted.probability_right(trial.evidence) for trial in judged])
    right = np.array([trial.right for trial in judged])
    for threshold in _GRID:
        given = sure >= threshold
        if given.any() and right[given].mean() >= PRECISION:
            return round(float(threshold), 2)
    return HIGHEST_THRESHOLD


class _Remembered:
    """An encoder of texts whose vectors are there already."""

    def __init__(self, phrasings: Sequence[Phrasing]) -> None:
        self._vectors = {simplify(item.text): item.vector for item in phrasings}

    def encode(self, texts: list[str], /) -> Matrix:
        return np.array([self._vectors[text] for text in texts], np.float32)


def _trials(
    phrasings: Sequence[Phrasing],
    held: set[int],
    asked: Sequence[int],
    encoder: Encoder | None,
    reader: Reader | None,
) -> Iterator[Trial]:
    rest = [item for place, item in enumerate(phrasings) if place not in held]
    index = Index.of(rest, encoder, reader=reader)
    left = {item.article for item in rest}
    for place in asked:
        item = phrasings[place]
        if (found := index.first(item.text)) is None:
            continue
        article, evidence = found
        kind = "foreign" if item.article == BACKGROUND else "known" if item.article in left else "near"
        yield Trial(kind, article == item.article, evidence, item.article or item.text)


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
