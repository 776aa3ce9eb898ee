"""Which articles already say what a draft is about; shown before it is published."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.search.filters import STAFF, Filter
from knowledge.search.index import Index

#: One in a hundred pairs of different articles is as near as this: words in common and cosine, or the words alone.
NEAR, NEAR_IN_WORDS = 1.5, 0.75
_LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class NearEntry:
    article: str
    #: The two lines that are so near, of the draft and of the article.
    own_text: str
    their_text: str
    nearness: float


def near_entries(
    index: Index, texts: Iterable[str], *, itself: str | None = None, incidents: frozenset[str] = frozenset()
) -> list[NearEntry]:
    """One entry for each near article, nearest first; ``itself`` is the slug of the draft."""
    limit = NEAR if index.semantic else NEAR_IN_WORDS
    everything = Filter(STAFF, incidents=incidents)
    nearest: dict[str, NearEntry] = {}
    for text in texts:
        for article, theirs, nearness in index.closest(text, limit=_LOOKED_AT, only=everything):
            known = nearest.get(article)
            if article != itself and nearness >= limit and (known is None or known.nearness < nearness):
                nearest[article] = NearEntry(article, text, theirs, round(nearness, 3))
    return sorted(nearest.values(), key=lambda entry: (-entry.nearness, entry.article))
