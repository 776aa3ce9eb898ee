"""Train the classifier and find out how far it may be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.routing.classifier import WIDTH, Classifier, Features, Weights, features, scores, softmax

_ROUNDS = 6
_RATE = 0.5
_DECAY = 1e-5
#: With fewer than this nothing is kept back to judge by.
_ENOUGH = 60
_KEPT_BACK = 5
_WANTED_PRECISION = 0.95
_CAUTIOUS = 0.7
#: Never surer than it was while learning: what is kept back is worded like the rest, what comes next is not.
_TEMPERATURES = np.geomspace(1.0, 4.0, 30)


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the key of its category; ``weight`` is how much it counts."""

    text: str
    category: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The classifier, from how many examples, and how often it was right about unseen ones."""

    classifier: Classifier
    examples: int
    accuracy: float | None


_Seen = tuple[Features, int, float]


def train(examples: Sequence[Example], *, seed: int = 5) -> Trained:
    """Learn from all of them; temperature and threshold come from a fifth that a first run had not seen."""
    categories = tuple(sorted({example.category for example in examples}))
    places = {key: place for place, key in enumerate(categories)}
    seen = [(features(one.text), places[one.category], one.weight) for one in examples]
    order = np.random.default_rng(seed).permutation(len(seen))
    mixed = [seen[at] for at in order]
    temperature, threshold, accuracy = _judged(mixed, len(categories), seed)
    classifier = Classifier(
        categories=categories,
        weights=_learn(mixed, len(categories), seed),
        temperature=temperature,
        threshold=threshold,
    )
    return Trained(classifier=classifier, examples=len(examples), accuracy=accuracy)


def _learn(seen: Sequence[_Seen], categories: int, seed: int) -> Weights:
    """AdaGrad: rare n-grams, which tell most, learn fast however late they come."""
    weights = np.zeros((WIDTH + 1, categories), dtype=np.float32)
    squares = np.full((WIDTH + 1, categories), 1e-3, dtype=np.float32)
    chance = np.random.default_rng(seed)
    for _ in range(_ROUNDS):
        for at in chance.permutation(len(seen)):
            text, right, weight = seen[at]
            places = np.append(text.places, WIDTH)
            slope = softmax(scores(weights, text))
            slope[right] -= 1
            step = np.outer(np.append(text.values, np.float32(0.1)), slope * np.float32(weight))
            step += _DECAY * weights[places]
            squares[places] += step * step
            weights[places] -= _RATE * step / np.sqrt(squares[places])
    return weights


def _judged(seen: Sequence[_Seen], categories: int, seed: int) -> tuple[float, float, float | None]:
    """Temperature, threshold and accuracy."""
    if len(seen) < _ENOUGH:
        return 1.0, _CAUTIOUS, None
    cut = len(seen) // _KEPT_BACK
    kept, rest = seen[:cut], seen[cut:]
    weights = _learn(rest, categories, seed)
    odds = np.stack([scores(weights, text) for text, _, _ in kept])
    right = np.array([place for _, place, _ in kept])
    temperature = min(_TEMPERATURES, key=lambda one: _loss(odds / one, right))
    spread = _spread(odds / temperature)
    correct = spread.argmax(axis=1) == right
    return float(temperature), _threshold(spread.max(axis=1), correct), float(correct.mean())


def _spread(odds: NDArray[np.floating]) -> NDArray[np.floating]:
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _loss(odds: NDArray[np.floating], right: NDArray[np.integer]) -> float:
    chosen = _spread(odds)[np.arange(len(right)), right]
    return float(-np.log(np.maximum(chosen, 1e-9)).mean())


def _threshold(confidence: NDArray[np.floating], correct: NDArray[np.bool_]) -> float:
    """The lowest confidence above which it was right nineteen times in twenty."""
    order = np.argsort(-confidence)
    precision = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= _WANTED_PRECISION)
    lowest = float(confidence[order][good[-1]]) if len(good) else 1.0
    return min(max(lowest, 0.6), 0.95)
