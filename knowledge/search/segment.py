"""Phrasings that were indexed together. A segment never changes: an edit makes a new small one beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import attrgetter

import numpy as np

from knowledge.search.dense import Space
from knowledge.search.encoder import Matrix
from knowledge.search.filters import PLAIN_FACETS, Facets, Filter
from knowledge.search.lexical import Counts, Gathering, Mask, Postings
from knowledge.search.phrasing import CONTEXT_SOURCES, Phrasing
from knowledge.search.preparation import Reader, matrix


@dataclass(frozen=True)
class Segment:
    """``phrasings`` are what is searched, article by article; ``context`` only teaches the head."""

    phrasings: Sequence[Phrasing]
    context: Sequence[Phrasing]
    articles: Sequence[str]
    facets: Sequence[Facets]
    #: Where the phrasings of each article begin.
    starts: Counts
    written: Postings
    sounds: Postings
    vectors: Matrix | None

    @classmethod
    def of(
        cls,
        phrasings: Iterable[Phrasing],
        reader: Reader,
        space: Space,
        facets: Mapping[str, Facets] | None = None,
    ) -> "Segment":
        known = facets or {}
        ordered = sorted(phrasings, key=attrgetter("article"))
        asked = [phrasing for phrasing in ordered if phrasing.source not in CONTEXT_SOURCES]
        counts = [(article, len(list(group))) for article, group in groupby(asked, key=attrgetter("article"))]
        context = [phrasing for phrasing in ordered if phrasing.source in CONTEXT_SOURCES]
        vectors = _placed(asked, space)
        written, sounds = Gathering(), Gathering()
        for phrasing in asked:
            tokens = reader.tokens(phrasing.text)
            written.add(tokens.written)
            sounds.add(tokens.sounds)
        return cls(
            phrasings=_with_rows(asked, vectors),
            context=_with_rows(context, _placed(context, space)),
            articles=[article for article, _ in counts],
            facets=[known.get(article, PLAIN_FACETS) for article, _ in counts],
            starts=np.cumsum([0, *(count for _, count in counts)])[:-1],
            written=written.postings(),
            sounds=sounds.postings(),
            vectors=vectors,
        )

    @classmethod
    def joined(cls, one: "Segment", without: frozenset[str], other: "Segment") -> "Segment":
        """One segment of both, without some articles of the first; nothing is read or encoded again."""
        kept = one.living(without)
        phrasings = [phrasing for phrasing, stays in zip(one.phrasings, kept, strict=True) if stays]
        phrasings += other.phrasings
        left = [place for place, article in enumerate(one.articles) if article not in without]
        context = [phrasing for phrasing in one.context if phrasing.article not in without]
        rows = [] if one.vectors is None else [one.vectors[kept]]
        rows += [] if other.vectors is None else [other.vectors]
        vectors = np.concatenate(rows) if rows else None
        return cls(
            phrasings=_with_rows(phrasings, vectors),
            context=[*context, *other.context],
            articles=[*(one.articles[place] for place in left), *other.articles],
            facets=[*(one.facets[place] for place in left), *other.facets],
            starts=_starts(phrasings),
            written=Postings.joined(one.written, kept, other.written),
            sounds=Postings.joined(one.sounds, kept, other.sounds),
            vectors=vectors,
        )

    @cached_property
    def places(self) -> dict[str, int]:
        return {article: place for place, article in enumerate(self.articles)}

    @cached_property
    def ends(self) -> Counts:
        return np.append(self.starts, len(self.phrasings))[1:]

    @cached_property
    def _sorts(self) -> tuple[list[tuple[Facets, frozenset[str]]], Counts]:
        """The few different sorts of articles there are, by what they are filtered by, and the sort of each."""
        sorts: dict[tuple[Facets, frozenset[str]], int] = {}
        spans = zip(self.facets, self.starts, self.ends, strict=True)
        each = [
            sorts.setdefault((facets, frozenset(self.phrasings[row].lang for row in range(start, end))), len(sorts))
            for facets, start, end in spans
        ]
        return list(sorts), np.array(each, np.int64)

    def admitted(self, only: Filter) -> Mask:
        """For each article whether the filter lets it pass."""
        sorts, each = self._sorts
        return np.array([only.admits(*sort) for sort in sorts], np.bool_)[each]

    def living(self, without: frozenset[str]) -> Mask:
        """For each phrasing whether its article is not among ``without``."""
        mask = np.ones(len(self.phrasings), np.bool_)
        for article in without:
            if (place := self.places.get(article)) is not None:
                mask[self.starts[place] : self.ends[place]] = False
        return mask

    def everything(self, without: frozenset[str]) -> list[Phrasing]:
        """All that is left to learn from when some articles are gone."""
        return [line for line in [*self.phrasings, *self.context] if line.article not in without]


def _starts(phrasings: Sequence[Phrasing]) -> Counts:
    lengths = [len(list(group)) for _, group in groupby(phrasings, key=attrgetter("article"))]
    return np.cumsum([0, *lengths])[:-1]


def _placed(phrasings: Sequence[Phrasing], space: Space) -> Matrix | None:
    rows = matrix(phrasings)
    return None if rows is None else space.placed(rows)


def placed_in(space: Space, phrasings: Sequence[Phrasing]) -> list[Phrasing]:
    """With their vectors in this space, as those of a segment are."""
    return _with_rows(phrasings, _placed(phrasings, space))


def _with_rows(phrasings: Sequence[Phrasing], vectors: Matrix | None) -> list[Phrasing]:
    """The vectors are kept once: those of the phrasings are rows of the matrix."""
    if vectors is None:
        return [replace(phrasing, vector=None) for phrasing in phrasings]
    return [replace(phrasing, vector=row) for phrasing, row in zip(phrasings, vectors, strict=True)]
