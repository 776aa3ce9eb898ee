"""What happens to phrasings before they are indexed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from knowledge.search.dense import Vectors
from knowledge.search.encoder import Encoder, Matrix
from knowledge.search.fold import fold, simplify
from knowledge.search.lexical import Lexicon
from knowledge.search.phrasing import BACKGROUND, Phrasing
from knowledge.search.tokens import Tokens, tokenise

#: A line of the background as close as this to a phrasing is not foreign to this knowledge base: the sum of words in
#: common and cosine, or the words alone.
TOO_CLOSE, TOO_CLOSE_IN_WORDS = 1.4, 0.7


def with_vectors(phrasings: Iterable[Phrasing], encoder: Encoder) -> list[Phrasing]:
    """Compute the vectors that are not there yet, all in one batch."""
    complete = list(phrasings)
    bare = [place for place, phrasing in enumerate(complete) if phrasing.vector is None]
    vectors = encoder.encode([simplify(complete[place].text) for place in bare])
    for place, vector in zip(bare, vectors, strict=True):
        complete[place] = replace(complete[place], vector=vector)
    return complete


def without_rivals(phrasings: Sequence[Phrasing]) -> list[Phrasing]:
    """Leave out the lines of the background that an article of this knowledge base does speak of."""
    own = [phrasing for phrasing in phrasings if phrasing.article != BACKGROUND]
    foreign = [phrasing for phrasing in phrasings if phrasing.article == BACKGROUND]
    if not own or not foreign:
        return list(phrasings)
    lexicon = Lexicon([tokens_of(phrasing) for phrasing in own])
    vectors = matrix(own)
    dense = None if vectors is None else Vectors(vectors)

    def is_foreign(line: Phrasing) -> bool:
        closeness = lexicon.scores(tokens_of(line))
        if dense is None or line.vector is None:
            return float(closeness.max()) < TOO_CLOSE_IN_WORDS
        return float((closeness + dense.cosines(line.vector)).max()) < TOO_CLOSE

    return own + [line for line in foreign if is_foreign(line)]


def tokens_of(phrasing: Phrasing) -> Tokens:
    return tokenise(fold(phrasing.text))


def matrix(phrasings: Sequence[Phrasing]) -> Matrix | None:
    """The vectors as rows, or nothing if one of them is missing."""
    rows = [phrasing.vector for phrasing in phrasings if phrasing.vector is not None]
    return np.stack(rows).astype(np.float32) if rows and len(rows) == len(phrasings) else None
