"""The phrasings of all articles in memory, and the search among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kit.text import simplify
from knowledge.search.calibration import Calibration, Evidence, Outcome, default_calibration
from knowledge.search.collection import Collection
from knowledge.search.encoder import Encoder, EncoderUnavailableError
from knowledge.search.filters import PUBLIC, Facets, Filter
from knowledge.search.head import Head, learn_head
from knowledge.search.lexical import Channel, Lexicon
from knowledge.search.phrasing import Phrasing
from knowledge.search.preparation import Reader, with_vectors

LONGEST_QUESTION = 400
HEAD_WEIGHT = 1.5
#: So many articles with the highest totals are put in order of their probability.
SHORTLIST = 8
#: Filters whose articles are remembered; there are some for each page and audience.
_MOST_FILTERS = 64
#: Totals that differ by less are equal: sums of float32 in another order do.
_DIGITS = 5
Vector = NDArray[np.float32]
Places = NDArray[np.intp]


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
    #: Whether the meaning was asked, or words alone.
    semantic: bool
    #: For every phrasing.
    lexical: Vector
    cosine: Vector
    #: For every article, the background last.
    head: Vector
    total: Vector


class Index:
    """Immutable, so any number of threads may search it; an edit makes another that shares most with it.

    Without an encoder the words alone decide. Articles of all languages are searched: a phrasing in the other
    language often says the same, and an article that is missing in one language is still found.
    """

    def __init__(
        self,
        collection: Collection,
        encoder: Encoder | None = None,
        head: Head | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self.collection, self.head, self._encoder, self._given = collection, head, encoder, calibration
        self._parts = (collection.base, collection.delta, collection.foreign)
        living = (collection.base.living(collection.gone) if collection.gone else None, None, None)
        self._dead = np.zeros(0, np.intp) if living[0] is None else np.flatnonzero(~living[0])
        self._lexicon = Lexicon(
            Channel([part.written for part in self._parts], living),
            Channel([part.sounds for part in self._parts], living),
        )
        self._articles = [article for part in self._parts for article in part.articles]
        self._background = len(self._articles) - 1 if collection.foreign.articles else None
        offsets = np.cumsum([0, *(len(part.phrasings) for part in self._parts)])
        self._starts = np.concatenate([part.starts + at for part, at in zip(self._parts, offsets, strict=False)])
        self._ends = np.append(self._starts, offsets[-1])[1:]
        self._allowed: dict[Filter, Places] = {}
        self._columns = _columns(head, self._articles)
        #: For questions whose meaning cannot be had at the moment, the words have to do.
        self._in_words = default_calibration(learnt=False, semantic=False)
        self.calibration = calibration or default_calibration(learnt=head is not None, semantic=self.semantic)

    @classmethod
    def of(
        cls,
        phrasings: Sequence[Phrasing],
        encoder: Encoder | None = None,
        facets: Mapping[str, Facets] | None = None,
        reader: Reader | None = None,
        *,
        calibration: Calibration | None = None,
        head: bool = True,
    ) -> "Index":
        """Everything anew from the phrasings; missing vectors are made."""
        if encoder is None:
            prepared = [replace(phrasing, vector=None) for phrasing in phrasings]
        else:
            prepared = with_vectors(phrasings, encoder)
        collection = Collection.of(prepared, reader or Reader(), facets)
        return cls(collection, encoder, _learnt(collection) if head else None, calibration)

    def updated(self, changed: Mapping[str, Sequence[Phrasing]], facets: Mapping[str, Facets] | None = None) -> "Index":
        """With these articles as they are now; one without phrasings is taken away.

        Quick whatever the size. The head stays as it was and is learnt anew by :meth:`merged`.
        """
        if self._encoder is not None:
            changed = {slug: with_vectors(phrasings, self._encoder) for slug, phrasings in changed.items()}
        return Index(self.collection.updated(changed, facets), self._encoder, self.head, self._given)

    def merged(self, *, head: bool = True) -> "Index":
        """The same articles in one piece, under a head that knows them all; to be made off to the side."""
        collection = self.collection.merged()
        return Index(collection, self._encoder, _learnt(collection) if head else None, self._given)

    def calibrated(self, calibration: Calibration | None) -> "Index":
        """The same index under other thresholds; nothing of it is copied."""
        return Index(self.collection, self._encoder, self.head, calibration)

    @property
    def semantic(self) -> bool:
        """Whether meaning counts beside the words."""
        return self._encoder is not None and self.collection.base.vectors is not None

    def search(self, text: str, *, lang: str | None = None, limit: int = 5, only: Filter = PUBLIC) -> Result:
        """The best articles; `lang` picks the language of the phrasing shown with a hit, not of the article."""
        found = self._candidates(text, max(limit, SHORTLIST), only)
        if found is None:
            return NOTHING
        scores, candidates = found
        calibration = self.calibration if scores.semantic == self.semantic else self._in_words
        weighed = [(calibration.probability_right(evidence), place, evidence) for place, evidence in candidates]
        # The sort is stable: where the calibration sees no difference, the total has the last word.
        weighed.sort(key=lambda candidate: -candidate[0])
        hits = tuple(
            Hit(self._articles[place], evidence.score, self._closest(scores, place, lang), confidence)
            for confidence, place, evidence in weighed[: max(limit, 1)]
        )
        return Result(calibration.outcome(weighed[0][2]), hits[0].confidence, hits)

    def closest(self, text: str, *, limit: int, only: Filter = PUBLIC) -> list[tuple[str, str, float]]:
        """Articles by how near one of their phrasings is, whatever the head thinks: article, phrasing, nearness.

        Nearness is words in common (0 to 1) and cosine (0 to 1) together.
        """
        allowed = self._places(only)
        scores = self._scores(text) if allowed.size else None
        if scores is None:
            return []
        near = np.maximum.reduceat(scores.lexical + scores.cosine, self._starts)
        places = _highest(near, allowed, limit, self._articles)
        return [(self._articles[place], self._closest(scores, place, None), float(near[place])) for place in places]

    def first(self, text: str, only: Filter = PUBLIC) -> tuple[str, Evidence] | None:
        """The best article and what speaks for it, before any calibration; what a calibration is fitted on."""
        found = self._candidates(text, 1, only)
        if found is None:
            return None
        [(place, evidence)] = found[1]
        return self._articles[place], evidence

    def _candidates(self, text: str, limit: int, only: Filter) -> tuple[_Scores, list[tuple[int, Evidence]]] | None:
        allowed = self._places(only)
        scores = self._scores(text) if allowed.size else None
        return None if scores is None else (scores, self._weigh(scores, allowed, limit))

    def _scores(self, text: str) -> _Scores | None:
        """Nothing if the text holds no word, or has nothing at all in common with any article."""
        text = text[:LONGEST_QUESTION]
        question = self.collection.reader.tokens(text)
        if not question.written:
            return None
        lexical = self._lexicon.scores(question)
        vector = self._vector(text)
        cosine = np.zeros_like(lexical) if vector is None else self._cosines(vector)
        lexical[self._dead] = cosine[self._dead] = 0
        if not lexical.any() and not cosine.any():
            return None
        near: Vector = np.maximum.reduceat(lexical + cosine, self._starts)
        head: Vector = np.zeros_like(near)
        semantic = vector is not None
        if self.head is not None and semantic == self.semantic:
            known = self._columns >= 0
            head[known] = self.head.probabilities(question, vector)[self._columns[known]]
        return _Scores(semantic, lexical, cosine, head, near + HEAD_WEIGHT * head)

    def _vector(self, text: str) -> Vector | None:
        if self._encoder is None or not self.semantic:
            return None
        try:
            rows = self._encoder.encode([encoded(text)])
        except EncoderUnavailableError:
            return None
        vector: Vector = self.collection.space.placed(rows)[0]
        return vector

    def _cosines(self, vector: Vector) -> Vector:
        rows = [part.vectors for part in self._parts if part.vectors is not None]
        return np.concatenate([self.collection.space.cosines(matrix, vector) for matrix in rows])

    def _places(self, only: Filter) -> Places:
        """The articles that may be found, as they are counted here."""
        places = self._allowed.get(only)
        if places is None:
            base, delta = self.collection.base, self.collection.delta
            masks = [base.admitted(only), delta.admitted(only)]
            for article in self.collection.gone:
                masks[0][base.places[article]] = False
            places = np.flatnonzero(np.concatenate(masks))
            if len(self._allowed) >= _MOST_FILTERS:
                self._allowed.clear()
            self._allowed[only] = places
        return places

    def _weigh(self, scores: _Scores, allowed: Places, limit: int) -> list[tuple[int, Evidence]]:
        """The articles with the highest totals, best first, and what speaks for each."""
        places = _highest(scores.total, allowed, max(limit, 2), self._articles)
        totals = [float(scores.total[place]) for place in places]
        rivals = [totals[1] if len(totals) > 1 else 0.0, *[totals[0]] * (len(totals) - 1)]
        return [
            (place, self._evidence(scores, place, total - rival))
            for place, total, rival in list(zip(places, totals, rivals, strict=True))[:limit]
        ]

    def _evidence(self, scores: _Scores, place: int, margin: float) -> Evidence:
        own = slice(self._starts[place], self._ends[place])
        score = float(scores.total[place])
        background = self._background
        return Evidence(
            score=score,
            margin=margin,
            lead=score / 2 if background is None else score - float(scores.total[background]),
            lexical=float(scores.lexical[own].max()),
            cosine=float(scores.cosine[own].max()),
            head=float(scores.head[place]),
            background=0.0 if background is None else float(scores.head[background]),
        )

    def _closest(self, scores: _Scores, place: int, lang: str | None) -> str:
        own = range(self._starts[place], self._ends[place])
        spoken = [row for row in own if self._phrasing(row).lang == lang] or own
        return self._phrasing(max(spoken, key=lambda row: scores.lexical[row] + scores.cosine[row])).text

    def _phrasing(self, row: int) -> Phrasing:
        base = self.collection.base.phrasings
        return base[row] if row < len(base) else self.collection.delta.phrasings[row - len(base)]


def encoded(text: str) -> str:
    """What of a question the encoder is given."""
    return simplify(text[:LONGEST_QUESTION])


def _highest(totals: Vector, allowed: Places, count: int, articles: Sequence[str]) -> list[int]:
    """Best first; of equals the first by name, so that the order does not depend on how the index came about."""
    own = totals[allowed]
    count = min(count, len(own))
    candidates = allowed[np.argpartition(-own, count - 1)[:count]]
    return sorted(map(int, candidates), key=lambda place: (-round(float(totals[place]), _DIGITS), articles[place]))


def _learnt(collection: Collection) -> Head | None:
    return learn_head(collection.everything(), collection.reader)


def _columns(head: Head | None, articles: Sequence[str]) -> Places:
    """The column of each article in the head, or -1."""
    columns = {} if head is None else {article: column for column, article in enumerate(head.articles)}
    return np.array([columns.get(article, -1) for article in articles], np.intp)
