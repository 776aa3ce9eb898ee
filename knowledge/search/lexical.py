"""How much of a question's weight of words a phrasing shares with it, over an inverted index."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from knowledge.search.tokens import Tokens

QUESTION_SHARE, PHRASING_SHARE = 0.6, 0.4
Scores = NDArray[np.float32]


class Lexicon:
    """Both channels of tokens; a score is 0 for nothing in common and 1 for the same set of tokens."""

    def __init__(self, texts: Sequence[Tokens]) -> None:
        self._written = _Channel([text.written for text in texts])
        self._sounds = _Channel([text.sounds for text in texts])

    def scores(self, question: Tokens) -> Scores:
        written: Scores = self._written.scores(question.written)
        return (written + self._sounds.scores(question.sounds)) * np.float32(0.5)


class _Channel:
    def __init__(self, texts: Sequence[frozenset[str]]) -> None:
        self._size = len(texts)
        self._rows: dict[str, int] = {}
        flat = np.fromiter(
            (self._rows.setdefault(token, len(self._rows)) for token in chain.from_iterable(texts)), np.int32
        )
        owners = np.repeat(np.arange(self._size, dtype=np.int32), [len(text) for text in texts])
        counts = np.bincount(flat, minlength=len(self._rows))
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self._owners = owners[np.argsort(flat, kind="stable")]
        self._weights = np.log1p(self._size / (counts + 0.5)).astype(np.float32)
        self._unseen = float(np.log1p(self._size / 0.5))
        totals = np.bincount(owners, weights=self._weights[flat], minlength=self._size)
        self._totals = np.maximum(totals, 1e-6).astype(np.float32)

    def scores(self, question: Iterable[str]) -> Scores:
        matched = np.zeros(self._size, np.float32)
        total = 0.0
        for token in question:
            row = self._rows.get(token)
            if row is None:
                total += self._unseen
                continue
            weight = self._weights[row]
            total += float(weight)
            # A token occurs once in a phrasing, so the owners of one token are all different.
            matched[self._owners[self._starts[row] : self._starts[row + 1]]] += weight
        if total == 0.0:
            return matched
        return (matched * (QUESTION_SHARE / total + PHRASING_SHARE / self._totals)).astype(np.float32)
