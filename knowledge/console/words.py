"""Groups of words, and what the search made of a question, as the page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from kit.i18n import Locale
from knowledge.console.quality import title_of
from knowledge.library import Library
from knowledge.search.explaining import Explanation
from knowledge.search.filters import STAFF, Filter
from knowledge.search.fold import is_chinese, literal
from knowledge.search.fold import shipped_groups as shipped
from knowledge.tuning.models import SearchSynonym

_AS_STAFF = Filter(audiences=STAFF)


@dataclass(frozen=True, slots=True)
class Group:
    """A word and the other ways to say it."""

    locale: str
    word: str
    variants: Sequence[str]
    authors: Sequence[str] = ()

    def speaks_of(self, term: str) -> bool:
        folded = literal(term)
        return not folded or any(folded in one for one in (self.word, *self.variants))


@dataclass(frozen=True, slots=True)
class Found:
    """One article, how sure the search is of it, and why."""

    slug: str
    title: str
    percent: int
    why: Explanation


@dataclass(frozen=True, slots=True)
class Tried:
    """``folded`` is what the question comes to by the synonyms."""

    outcome: str
    percent: int
    plain: str
    folded: str
    #: Whether meaning counted beside the words.
    semantic: bool
    hits: Sequence[Found]


def groups_of(rows: Iterable[SearchSynonym]) -> list[Group]:
    """Rows come by language and word."""
    found: dict[tuple[str, str], list[SearchSynonym]] = {}
    for row in rows:
        found.setdefault((row.locale, row.word), []).append(row)
    return [
        Group(locale, word, [row.variant for row in of_word], list(dict.fromkeys(row.author for row in of_word)))
        for (locale, word), of_word in found.items()
    ]


@cache
def shipped_groups() -> list[Group]:
    return [Group(locale, word, variants) for locale, word, variants in shipped()]


def tried(library: Library, question: str, locale: Locale) -> Tried:
    """As a member of staff would find it; what is for the desk alone is found too."""
    language: Locale = "zh" if is_chinese(question) else "en"
    result = library.search(question, language, _AS_STAFF)
    hits = [
        Found(
            hit.article,
            title_of(library, hit.article, locale),
            round(100 * hit.confidence),
            library.explain(question, hit),
        )
        for hit in result.hits
    ]
    return Tried(
        outcome=result.outcome,
        percent=round(100 * result.confidence),
        plain=literal(question),
        folded=library.reader.synonyms.fold(question),
        semantic=library.index.semantic,
        hits=hits,
    )
