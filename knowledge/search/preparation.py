"""What happens to phrasings before they are indexed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from kit.text import simplify
from knowledge.search.encoder import Encoder, Matrix
from knowledge.search.fold import Synonyms, literal, shipped_synonyms
from knowledge.search.phrasing import Phrasing
from knowledge.search.tokens import Tokens, tokenise

_REMEMBERED = 4096


def with_vectors(phrasings: Iterable[Phrasing], encoder: Encoder) -> list[Phrasing]:
    """Compute the vectors that are not there yet, all in one batch."""
    complete = list(phrasings)
    bare = [place for place, phrasing in enumerate(complete) if phrasing.vector is None]
    if not bare:
        return complete
    vectors = encoder.encode([simplify(complete[place].text) for place in bare])
    for place, vector in zip(bare, vectors, strict=True):
        complete[place] = replace(complete[place], vector=vector)
    return complete


class Reader:
    """Cuts texts into tokens: the words as they stand, and what they mean by the synonyms.

    Synonyms alone would make different questions alike; beside the words themselves they only add what is in common.
    """

    def __init__(self, synonyms: Synonyms | None = None) -> None:
        self.synonyms = synonyms or shipped_synonyms()
        #: The lines of the background are read again with every edit, and questions come in waves.
        self.tokens = lru_cache(_REMEMBERED)(self._read)

    def _read(self, text: str) -> Tokens:
        plain, folded = literal(text), self.synonyms.fold(text)
        read = tokenise(plain)
        if folded == plain:
            return read
        meant = tokenise(folded)
        return Tokens(read.written | meant.written, read.sounds | meant.sounds)


def matrix(phrasings: Sequence[Phrasing]) -> Matrix | None:
    """The vectors as rows, or nothing if one of them is missing."""
    rows = [phrasing.vector for phrasing in phrasings if phrasing.vector is not None]
    return np.stack(rows).astype(np.float32) if rows and len(rows) == len(phrasings) else None
