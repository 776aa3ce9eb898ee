"""The phrasings of all articles in memory, and the search among them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.search.calibration import PLAIN, PLAIN_LEXICAL, Calibration, Evidence, Outcome, shipped
from knowledge.search.dense import Vectors
from knowledge.search.encoder import Encoder
from knowledge.search.fold import fold, simplify
from knowledge.search.head import Head
from knowledge.search.lexical import Lexicon
from knowledge.search.phrasing import BACKGROUND, CONTEXT_SOURCES, Phrasing
from knowledge.search.preparation import matrix, tokens_of, with_vectors, without_rivals
from knowledge.search.tokens import tokenise

LONGEST_QUESTION = 400
HEAD_WEIGHT = 1.5
#: A head is learnt from this many phrasings an article, for so many articles at most (it trains for seconds).
ENOUGH_PHRASINGS, MOST_ARTICLES = 3, 1000
CONTEXT_IMPORTANCE = 0.3
#: So many articles with the highest totals are put in order of their probability.
SHORTLIST = 8
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    article: str
    score: float
    phrasing_text: str
    #: The probability that this article is the right one.
    confidence: float


@dataclass(frozen=True, slots=True)
class Result:
    """`hits` are the best articles whatever the outcome; `confidence` is that of the first."""

    outcome: Outcome
    confidence: float
    hits: tuple[Hit, ...]


NOTHING = Result(Outcome.ABSTAIN, 0.0, ())


@dataclass(frozen=True, slots=True)
class _Scores:
    #: For every phrasing.
    lexical: Vector
    cosine: Vector
    #: For every article.
    head: Vector
    total: Vector


class Index:
    """Immutable once built, so any number of threads may search it.

    Without an encoder the words alone decide. Articles of all languages are searched: a phrasing in the other
    language often says the same, and an article that is missing in one language is still found.
    """

    def __init__(
        self,
        phrasings: Sequence[Phrasing],
        encoder: Encoder | None = None,
        *,
        calibration: Calibration | None = None,
        head: bool = True,
    ) -> None:
        self._encoder = encoder
        if encoder is None:
            prepared = [replace(phrasing, vector=None) for phrasing in phrasings]
        else:
            prepared = with_vectors(phrasings, encoder)
        prepared = sorted(without_rivals(prepared), key=lambda phrasing: phrasing.article)
        self._phrasings = [phrasing for phrasing in prepared if phrasing.source not in CONTEXT_SOURCES]
        self._articles, starts = np.unique([phrasing.article for phrasing in self._phrasings], return_index=True)
        self._ends = np.append(starts, len(self._phrasings))
        self._first = int(BACKGROUND in self._articles)
        self._lexicon = Lexicon([tokens_of(phrasing) for phrasing in self._phrasings])
        rows = matrix(self._phrasings)
        self._vectors = None if rows is None else Vectors(rows)
        self._head = self._learn_head(prepared) if head else None
        # The rows hold the vectors now; the phrasings need not hold them again.
        self._phrasings = [replace(phrasing, vector=None) for phrasing in self._phrasings]
        self._calibration = calibration or self._default_calibration()

    def search(self, text: str, *, lang: str | None = None, limit: int = 5) -> Result:
        """The best articles; `lang` picks the language of the phrasing shown with a hit, not of the article."""
        scores = self._scores(text)
        if scores is None:
            return NOTHING
        weighed = [
            (self._calibration.probability_right(evidence), place, evidence)
            for place, evidence in self._weigh(scores, max(limit, SHORTLIST))
        ]
        # The sort is stable: where the calibration sees no difference, the total has the last word.
        weighed.sort(key=lambda candidate: -candidate[0])
        hits = tuple(
            Hit(str(self._articles[place]), evidence.score, self._closest(scores, place, lang), confidence)
            for confidence, place, evidence in weighed[: max(limit, 1)]
        )
        return Result(self._calibration.outcome(weighed[0][2]), hits[0].confidence, hits)

    def first(self, text: str) -> tuple[str, Evidence] | None:
        """The best article and what speaks for it, before any calibration; what a calibration is fitted on."""
        scores = self._scores(text)
        if scores is None:
            return None
        [(place, evidence)] = self._weigh(scores, 1)
        return str(self._articles[place]), evidence

    def _scores(self, text: str) -> _Scores | None:
        """Nothing if the text holds no word, the index no article, or the two have nothing at all in common."""
        text = text[:LONGEST_QUESTION]
        question = tokenise(fold(text))
        if not question.written or len(self._articles) == self._first:
            return None
        lexical = self._lexicon.scores(question)
        vector: Vector | None = None
        cosine: Vector = np.zeros_like(lexical)
        if self._encoder is not None and self._vectors is not None:
            vector = self._encoder.encode([encoded(text)])[0]
            cosine = self._vectors.cosines(vector)
        if not lexical.any() and not cosine.any():
            return None
        near: Vector = np.maximum.reduceat(lexical + cosine, self._ends[:-1])
        head: Vector = np.zeros_like(near) if self._head is None else self._head.probabilities(question, vector)
        return _Scores(lexical, cosine, head, near + HEAD_WEIGHT * head)

    def _best(self, scores: _Scores, limit: int) -> list[int]:
        total = scores.total[self._first :]
        count = min(max(limit, 1), len(total))
        candidates = np.argpartition(-total, count - 1)[:count]
        return [int(place) + self._first for place in candidates[np.argsort(-total[candidates], kind="stable")]]

    def _weigh(self, scores: _Scores, limit: int) -> list[tuple[int, Evidence]]:
        """The articles with the highest totals, best first, and what speaks for each."""
        places = self._best(scores, max(limit, 2))
        totals = [float(scores.total[place]) for place in places]
        rivals = [totals[1] if len(totals) > 1 else 0.0, *[totals[0]] * (len(totals) - 1)]
        return [
            (place, self._evidence(scores, place, total - rival))
            for place, total, rival in list(zip(places, totals, rivals, strict=True))[:limit]
        ]

    def _evidence(self, scores: _Scores, place: int, margin: float) -> Evidence:
        own = slice(self._ends[place], self._ends[place + 1])
        score = float(scores.total[place])
        has_background = self._first == 1
        return Evidence(
            score=score,
            margin=margin,
            lead=score - float(scores.total[0]) if has_background else score / 2,
            lexical=float(scores.lexical[own].max()),
            cosine=float(scores.cosine[own].max()),
            head=float(scores.head[place]),
            background=float(scores.head[0]) if has_background else 0.0,
        )

    def _closest(self, scores: _Scores, place: int, lang: str | None) -> str:
        own = range(self._ends[place], self._ends[place + 1])
        spoken = [row for row in own if self._phrasings[row].lang == lang] or own
        return self._phrasings[max(spoken, key=lambda row: scores.lexical[row] + scores.cosine[row])].text

    def _learn_head(self, prepared: Sequence[Phrasing]) -> Head | None:
        labels = {str(article): label for label, article in enumerate(self._articles)}
        texts = [phrasing for phrasing in prepared if phrasing.article in labels]
        own = sum(phrasing.article != BACKGROUND for phrasing in self._phrasings)
        if not 1 < len(labels) <= MOST_ARTICLES or own < ENOUGH_PHRASINGS * (len(labels) - self._first):
            return None
        importance = [CONTEXT_IMPORTANCE if text.source in CONTEXT_SOURCES else 1.0 for text in texts]
        return Head(
            [tokens_of(text) for text in texts],
            np.array([labels[text.article] for text in texts]),
            np.array(importance, np.float32),
            matrix(texts),
        )

    def _default_calibration(self) -> Calibration:
        if self._head is None:
            return PLAIN_LEXICAL if self._vectors is None else PLAIN
        return shipped("lexical" if self._vectors is None else "semantic")


def encoded(text: str) -> str:
    """What of a question the encoder is given."""
    return simplify(text[:LONGEST_QUESTION])
