"""What an index is made of: a large segment, a small one with the latest edits, and the lines no article answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from knowledge.search.dense import Space
from knowledge.search.filters import Facets
from knowledge.search.lexical import plain_overlap
from knowledge.search.phrasing import BACKGROUND, Phrasing
from knowledge.search.preparation import Reader, matrix
from knowledge.search.segment import Segment, placed_in

#: A line of the background as close as this to a phrasing is not foreign to this knowledge base: the sum of words in
#: common and cosine, or the words alone.
TOO_CLOSE, TOO_CLOSE_IN_WORDS = 1.4, 0.7


@dataclass(frozen=True)
class Line:
    """A line of the background, and the articles of the base that do speak of it."""

    phrasing: Phrasing
    rivals: frozenset[str]


@dataclass(frozen=True)
class Collection:
    """Never changes: an edit makes another that shares the large segment.

    An article is in one segment as a whole; ``gone`` are the articles of the base that were edited or taken away.
    """

    base: Segment
    delta: Segment
    gone: frozenset[str]
    reader: Reader
    space: Space
    lines: tuple[Line, ...]

    @classmethod
    def of(
        cls, phrasings: Sequence[Phrasing], reader: Reader, facets: Mapping[str, Facets] | None = None
    ) -> "Collection":
        own = [phrasing for phrasing in phrasings if phrasing.article != BACKGROUND]
        foreign = [phrasing for phrasing in phrasings if phrasing.article == BACKGROUND]
        rows, unrelated = matrix(own), matrix(foreign)
        space = Space.for_rows(np.zeros((0, 0), np.float32) if rows is None else rows, unrelated)
        base = Segment.of(own, reader, space, facets)
        placed = Segment.of(foreign, reader, space).phrasings
        lines = tuple(Line(line, _rivals(line, base, reader, space)) for line in placed)
        return cls(base, Segment.of([], reader, space), frozenset(), reader, space, lines)

    def updated(
        self, changed: Mapping[str, Sequence[Phrasing]], facets: Mapping[str, Facets] | None = None
    ) -> "Collection":
        """With these articles as they are now; one without phrasings is taken away. Costs what the delta costs."""
        kept = self.delta.everything(frozenset(changed))
        known = {**dict(zip(self.delta.articles, self.delta.facets, strict=True)), **(facets or {})}
        new = placed_in(self.space, list(chain.from_iterable(changed.values())))
        delta = Segment.of([*kept, *new], self.reader, self.space, known)
        gone = self.gone | (changed.keys() & self.base.places.keys())
        edited = replace(self, delta=delta, gone=gone)
        return edited if self.base.phrasings else edited.merged()

    def merged(self) -> "Collection":
        """The same articles in one segment; nothing is encoded or cut into words again."""
        lines = tuple(replace(line, rivals=self._rivals_now(line)) for line in self.lines)
        base = Segment.joined(self.base, self.gone, self.delta)
        empty = Segment.of([], self.reader, self.space)
        return replace(self, base=base, delta=empty, gone=frozenset(), lines=lines)

    @property
    def share_apart(self) -> float:
        """How much of the base is out of date; the more, the slower the next edit."""
        return (len(self.delta.phrasings) + len(self.gone)) / max(len(self.base.phrasings), 1)

    @cached_property
    def foreign(self) -> Segment:
        """The lines that no article speaks of."""
        foreign = [line.phrasing for line in self.lines if not self._rivals_now(line)]
        return Segment.of(foreign, self.reader, self.space)

    def everything(self) -> list[Phrasing]:
        """All there is to learn from."""
        return [*self.base.everything(self.gone), *self.delta.everything(frozenset()), *self.foreign.phrasings]

    def _rivals_now(self, line: Line) -> frozenset[str]:
        return (line.rivals - self.gone) | _rivals(line.phrasing, self.delta, self.reader, self.space)


def _rivals(line: Phrasing, segment: Segment, reader: Reader, space: Space) -> frozenset[str]:
    """The articles with a phrasing close to this line; how close does not depend on what else there is."""
    if not segment.phrasings:
        return frozenset()
    tokens = reader.tokens(line.text)
    closeness = plain_overlap(segment.written, tokens.written) + plain_overlap(segment.sounds, tokens.sounds)
    closeness *= np.float32(0.5)
    limit = TOO_CLOSE_IN_WORDS
    if segment.vectors is not None and line.vector is not None:
        closeness += space.cosines(segment.vectors, line.vector)
        limit = TOO_CLOSE
    return frozenset(segment.phrasings[row].article for row in np.flatnonzero(closeness >= limit).tolist())
