"""A softmax over the articles, learnt from their phrasings: what all phrasings of one article have in common."""

import math
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.search.encoder import Matrix, unit_rows
from knowledge.search.phrasing import BACKGROUND, CONTEXT_SOURCES, Phrasing
from knowledge.search.preparation import Reader, matrix
from knowledge.search.tokens import Tokens

#: A head is learnt from this many phrasings an article, for so many articles at most (it trains for seconds).
ENOUGH_PHRASINGS, MOST_ARTICLES = 3, 1000
CONTEXT_IMPORTANCE = 0.3

#: Chosen on the shipped articles with phrasings held out; all four optima are flat.
ROUNDS = 60
STEP = 0.3
RIDGE = 0.3
HASHED_DIMENSIONS, HASHED_LENGTH = 1024, 0.7
_SIGN_BIT = 1 << 20
_MOMENTUM, _SPREAD_MOMENTUM = 0.9, 0.999
Vector = NDArray[np.float32]


class Head:
    """Logistic regression on the sentence vector (where there is one) beside the weighted tokens, hashed."""

    def __init__(self, articles: Sequence[str], weights: dict[str, float], matrix: Matrix) -> None:
        self.articles = articles
        self.matrix = matrix
        self._weights = weights
        self._places: dict[str, int] = {token: zlib.crc32(token.encode()) for token in weights}

    @classmethod
    def learnt(
        cls,
        articles: Sequence[str],
        texts: Sequence[Tokens],
        labels: NDArray[np.int64],
        importance: Vector,
        vectors: Matrix | None,
    ) -> "Head":
        occurrences = Counter(token for text in texts for token in text.both)
        weights = {token: math.log1p(len(texts) / (count + 0.5)) for token, count in occurrences.items()}
        untaught = cls(articles, weights, np.zeros((0, 0), np.float32))
        features = np.stack([untaught._hashed(text) for text in texts])
        if vectors is not None:
            features = np.hstack([features, vectors])
        return cls(articles, weights, _fit(features, labels, importance / importance.sum()))

    @property
    def known(self) -> tuple[Sequence[str], dict[str, float]]:
        """What it was made of besides the matrix."""
        return self.articles, self._weights

    def probabilities(self, text: Tokens, vector: Vector | None) -> Vector:
        """One value for each of ``articles``, all together 1."""
        features = self._hashed(text)
        if vector is not None:
            features = np.concatenate([features, vector])
        probabilities: Vector = _softmax((features @ self.matrix)[None, :])[0]
        return probabilities

    def _hashed(self, text: Tokens) -> Vector:
        row = np.zeros(HASHED_DIMENSIONS, np.float32)
        for token in text.both:
            if weight := self._weights.get(token):
                place = self._places[token]
                row[place % HASHED_DIMENSIONS] += weight if place & _SIGN_BIT else -weight
        hashed: Vector = HASHED_LENGTH * unit_rows(row[None, :])[0]
        return hashed


def enough_to_learn(phrasings: Sequence[Phrasing]) -> bool:
    """Neither too little nor too much: some ways to ask for each of at least two articles."""
    articles = {phrasing.article for phrasing in _asked(phrasings)}
    own = sum(phrasing.article != BACKGROUND for phrasing in _asked(phrasings))
    return 1 < len(articles) <= MOST_ARTICLES and own >= ENOUGH_PHRASINGS * len(articles - {BACKGROUND})


def _asked(phrasings: Sequence[Phrasing]) -> list[Phrasing]:
    return [phrasing for phrasing in phrasings if phrasing.source not in CONTEXT_SOURCES]


def learn_head(phrasings: Sequence[Phrasing], reader: Reader) -> Head | None:
    """Nothing where there is too little to learn from, or too much."""
    if not enough_to_learn(phrasings):
        return None
    articles = sorted({phrasing.article for phrasing in _asked(phrasings)})
    labels = {article: label for label, article in enumerate(articles)}
    texts = sorted((line for line in phrasings if line.article in labels), key=lambda line: (line.article, line.text))
    importance = [CONTEXT_IMPORTANCE if text.source in CONTEXT_SOURCES else 1.0 for text in texts]
    return Head.learnt(
        articles,
        [reader.tokens(text.text) for text in texts],
        np.array([labels[text.article] for text in texts]),
        np.array(importance, np.float32),
        matrix(texts),
    )


def _softmax(logits: Matrix) -> Matrix:
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)


def _fit(features: Matrix, labels: NDArray[np.int64], importance: Vector) -> Matrix:
    """Full-batch Adam with a falling step, from zero: the same data give the same head."""
    rows = np.arange(len(labels))
    matrix = np.zeros((features.shape[1], int(labels.max()) + 1), np.float32)
    drift, spread = np.zeros_like(matrix), np.zeros_like(matrix)
    for turn in range(1, ROUNDS + 1):
        error = _softmax(features @ matrix)
        error[rows, labels] -= 1.0
        slope = features.T @ (error * importance[:, None]) + (RIDGE / len(labels)) * matrix
        drift += (1 - _MOMENTUM) * (slope - drift)
        spread += (1 - _SPREAD_MOMENTUM) * (slope * slope - spread)
        pace = STEP * (1 - turn / ROUNDS) / (1 - _MOMENTUM**turn)
        matrix -= pace * drift / (np.sqrt(spread / (1 - _SPREAD_MOMENTUM**turn)) + 1e-8)
    return matrix
