"""How much of a question's weight of words a phrasing shares with it, over inverted lists."""

from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge.search.tokens import Tokens

QUESTION_SHARE, PHRASING_SHARE = 0.6, 0.4
Scores = NDArray[np.float32]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Postings:
    """Which texts hold a token. Never changes, so several lexicons may share it."""

    def __init__(self, rows: dict[str, int], starts: Counts, owners: NDArray[np.int32], size: int) -> None:
        self.rows = rows
        self.starts = starts
        self.owners = owners
        self.size = size

    @classmethod
    def joined(cls, one: "Postings", kept: Mask, other: "Postings") -> "Postings":
        """The ``kept`` texts of one, then all of the other."""
        rows = dict(one.rows)
        places = np.fromiter((rows.setdefault(token, len(rows)) for token in other.rows), np.int32, len(other.rows))
        stays = kept[one.owners]
        renumbered = (np.cumsum(kept) - 1).astype(np.int32)
        left = int(kept.sum())
        flat = np.concatenate([one.held[stays], places[other.held]]).astype(np.int32)
        owners = np.concatenate([renumbered[one.owners[stays]], other.owners + np.int32(left)])
        return cls.sorted(rows, flat, owners, left + other.size)

    @classmethod
    def sorted(cls, rows: dict[str, int], flat: NDArray[np.int32], owners: NDArray[np.int32], size: int) -> "Postings":
        starts = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=len(rows)))])
        return cls(rows, starts, owners[np.argsort(flat, kind="stable")], size)

    @property
    def held(self) -> NDArray[np.int32]:
        """The token of each entry of ``owners``."""
        return np.repeat(np.arange(len(self.rows), dtype=np.int32), np.diff(self.starts))

    @cached_property
    def sizes(self) -> Counts:
        """How many tokens each text has, one where it has none."""
        return np.maximum(np.bincount(self.owners, minlength=self.size), 1)

    def counts(self, living: Mask | None) -> Counts:
        """How many living texts hold each token."""
        if living is None:
            return np.diff(self.starts)
        return np.bincount(self.held[living[self.owners]], minlength=len(self.rows))

    def lengths(self, weights: Scores) -> Scores:
        """The weight of each text."""
        totals = np.bincount(self.owners, weights=np.repeat(weights, np.diff(self.starts)), minlength=self.size)
        return np.maximum(totals, 1e-6).astype(np.float32)

    def owners_of(self, row: int) -> NDArray[np.int32]:
        return self.owners[self.starts[row] : self.starts[row + 1]]


class Gathering:
    """Postings being made, one text at a time: the tokens of all together would be ten times as large."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._flat, self._lengths = array("i"), array("i")

    def add(self, text: frozenset[str]) -> None:
        self._flat.extend([self._rows.setdefault(token, len(self._rows)) for token in text])
        self._lengths.append(len(text))

    def postings(self) -> Postings:
        size = len(self._lengths)
        owners = np.repeat(np.arange(size, dtype=np.int32), np.array(self._lengths, np.int64))
        return Postings.sorted(self._rows, np.array(self._flat, np.int32), owners, size)


class Channel:
    """Postings of several segments, weighed as if they were one: only living texts count."""

    def __init__(self, parts: Sequence[Postings], living: Sequence[Mask | None]) -> None:
        self._parts = parts
        self._bounds = np.cumsum([0, *(part.size for part in parts)])
        size = sum(part.size if mask is None else int(mask.sum()) for part, mask in zip(parts, living, strict=True))
        own = [part.counts(mask) for part, mask in zip(parts, living, strict=True)]
        counts = _counted_together(parts, own)
        self._weights = [np.log1p(size / (count + 0.5)).astype(np.float32) for count in counts]
        self._unseen = float(np.log1p(size / 0.5))
        totals = [part.lengths(weights) for part, weights in zip(parts, self._weights, strict=True)]
        self._totals: Scores = np.concatenate(totals) if totals else np.zeros(0, np.float32)

    def scores(self, question: Iterable[str]) -> Scores:
        """One value a text of all parts, 0 for nothing in common and 1 for the same set of tokens."""
        matched = np.zeros(len(self._totals), np.float32)
        slices = [matched[start:end] for start, end in zip(self._bounds, self._bounds[1:], strict=False)]
        total = 0.0
        for token in question:
            weight = None
            for part, weights, scores in zip(self._parts, self._weights, slices, strict=True):
                row = part.rows.get(token)
                if row is not None:
                    weight = weights[row]
                    # A token occurs once in a text, so the owners of one token are all different.
                    scores[part.owners_of(row)] += weight
            total += self._unseen if weight is None else float(weight)
        if total:
            matched *= QUESTION_SHARE / total + PHRASING_SHARE / self._totals
        return matched


class Lexicon:
    """Both channels of tokens; a score is 0 for nothing in common and 1 for the same set of tokens."""

    def __init__(self, written: Channel, sounds: Channel) -> None:
        self._written = written
        self._sounds = sounds

    def scores(self, question: Tokens) -> Scores:
        scores: Scores = self._written.scores(question.written)
        scores += self._sounds.scores(question.sounds)
        scores *= np.float32(0.5)
        return scores


def plain_overlap(postings: Postings, tokens: frozenset[str]) -> Scores:
    """As a score, with all tokens of one weight: what does not depend on the rest of the collection."""
    shared = np.zeros(postings.size, np.float32)
    for token in tokens:
        if (row := postings.rows.get(token)) is not None:
            shared[postings.owners_of(row)] += 1
    return (shared * (QUESTION_SHARE / max(len(tokens), 1) + PHRASING_SHARE / postings.sizes)).astype(np.float32)


def _counted_together(parts: Sequence[Postings], own: Sequence[Counts]) -> list[Counts]:
    """For each part how often its tokens occur in all parts."""
    together = [count.copy() for count in own]
    for first in range(len(parts)):
        for second in range(first + 1, len(parts)):
            few, many = sorted((first, second), key=lambda part: len(parts[part].rows))
            known = parts[many].rows
            pairs = [(row, known[token]) for token, row in parts[few].rows.items() if token in known]
            here, there = np.array(pairs, np.int64).reshape(-1, 2).T
            together[few][here] += own[many][there]
            together[many][there] += own[few][here]
    return together
