"""What a question means as one row: its sentence vector, its words, and the articles that came to mind."""

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.encoder import Encoder, Matrix, unit_rows
from knowledge.search.filters import STAFF, Filter
from knowledge.search.index import Index, encoded

#: Words and articles are hashed into so many places; the sign of the hash keeps strangers apart on average.
WORDS, ARTICLES = 512, 128
#: Shares in the cosine of two rows. Chosen on the benchmark's month with seed 1; the optimum is flat.
WORDS_SHARE, ARTICLES_SHARE = 0.5, 0.2
#: Nearer by so much to small talk and other people's business than to any article.
FOREIGN_LEAD = -0.2
_SIGN_BIT = 1 << 20
_ANYTHING = Filter(STAFF)
Row = NDArray[np.float32]


class Meaning:
    """Rows of length one. Those made with another ``model`` are not comparable."""

    def __init__(self, index: Index, encoder: Encoder | None, *, model: str) -> None:
        self._index = index
        self._encoder = encoder
        self.model = f"{model or 'words'}/1"
        own = index.collection.base.vectors
        usable = encoder is not None and own is not None and index.collection.space.basis is None
        # All questions are about one trade: what they have in common would make everything alike.
        self._common = own.mean(axis=0) if usable and own is not None else 0.0
        self._size = len(index.collection.base.phrasings)

    def rows(self, texts: Sequence[str], candidates: Sequence[Iterable[Mapping[str, Any]]]) -> Matrix:
        """One row for each text and the articles the search came up with; or EncoderUnavailableError."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        words = unit_rows(np.stack([self._words(text) for text in texts]))
        articles = unit_rows(np.stack([_articles(found) for found in candidates]))
        parts = [math.sqrt(WORDS_SHARE) * words, math.sqrt(ARTICLES_SHARE) * articles]
        if self._encoder is not None:
            sentences = self._encoder.encode([encoded(text) for text in texts])
            rest = math.sqrt(1 - WORDS_SHARE - ARTICLES_SHARE)
            parts.append(rest * unit_rows(sentences - self._common))
        return unit_rows(np.hstack(parts))

    def foreign(self, text: str) -> bool:
        """Whether it is small talk, abuse or somebody else's business."""
        found = self._index.first(text, _ANYTHING)
        return found is None or found[1].lead < FOREIGN_LEAD

    def nearest(self, text: str) -> tuple[str, float]:
        """The article one of whose ways to ask is nearest, and how near: words in common and cosine."""
        found = self._index.closest(text, limit=1, only=_ANYTHING)
        return (found[0][0], found[0][2]) if found else ("", 0.0)

    def plain(self, text: str) -> str:
        """Two texts that only differ in spelling and courtesies are the same."""
        return self._index.collection.reader.synonyms.fold(text)

    def _words(self, text: str) -> Row:
        row = np.zeros(WORDS, np.float32)
        base = self._index.collection.base
        tokens = self._index.collection.reader.tokens(text)
        for mark, held, postings in (("", tokens.written, base.written), ("~", tokens.sounds, base.sounds)):
            for token in sorted(held):
                known = postings.rows.get(token)
                count = 0 if known is None else int(postings.starts[known + 1] - postings.starts[known])
                _add(row, mark + token, math.log1p(self._size / (count + 0.5)))
        return row


def _articles(candidates: Iterable[Mapping[str, Any]]) -> Row:
    row = np.zeros(ARTICLES, np.float32)
    for one in candidates:
        _add(row, str(one.get("slug", "")), max(float(one.get("score", 0.0)), 0.0) ** 2)
    return row


def _add(row: Row, name: str, weight: float) -> None:
    place = zlib.crc32(name.encode())
    row[place % len(row)] += weight if place & _SIGN_BIT else -weight
