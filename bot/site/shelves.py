"""The help centre's order: what stands on which shelf."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from kit.i18n import Locale
from knowledge.articles import ArticleView
from knowledge.library import Library
from knowledge.loader import COMPONENTS

#: Kinds in the order a person in trouble needs them.
KINDS: tuple[str, ...] = ("fix", "guide", "action", "cause", "effect", "case", "lesson", "operator")
#: What most people come for; the start page and the help centre begin with those that exist.
POPULAR: tuple[str, ...] = (
    "fix-cannot-issue",
    "fix-cannot-login",
    "fix-slow-timeout",
    "fix-offline-not-uploaded",
    "fix-issued-not-found",
    "fix-no-sms-code",
    "fix-unsure-issued",
    "fix-data-lost",
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A way to narrow the list down, and how many articles it leaves."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader narrowed the list down to; names that are none of ours count as not chosen."""

    kind: str = ""
    component: str = ""


def choose(kind: str, component: str) -> Choice:
    return Choice(kind if kind in KINDS else "", component if component in COMPONENTS else "")


def chosen(articles: Iterable[ArticleView], choice: Choice) -> list[ArticleView]:
    """The articles of the choice: by kind as in KINDS, then the basic ones first, then by title."""
    return sorted(
        fitting(articles, choice), key=lambda view: (KINDS.index(view.kind), view.level != "basic", view.title)
    )


def fitting(articles: Iterable[ArticleView], choice: Choice) -> Iterator[ArticleView]:
    return (view for view in articles if choice.kind in {"", view.kind} and choice.component in {"", view.component})


def feed_address(locale: Locale, choice: Choice) -> str:
    """Where programs read what is new of the choice."""
    narrowed = urlencode({name: value for name, value in asdict(choice).items() if value})
    return f"/help/feed/{locale}.atom" + (f"?{narrowed}" if narrowed else "")


def by_kind(articles: Sequence[ArticleView]) -> list[Shelf]:
    return _shelves(KINDS, Counter(view.kind for view in articles))


def by_component(articles: Sequence[ArticleView]) -> list[Shelf]:
    return _shelves(COMPONENTS, Counter(view.component for view in articles))


def _shelves(names: Sequence[str], counts: Counter[str]) -> list[Shelf]:
    return [Shelf(name, counts[name]) for name in names if counts[name]]


def popular(library: Library, locale: Locale, *, most: int) -> list[ArticleView]:
    if not library.ready:
        return []
    present = {view.slug: view for view in library.articles(locale)}
    return [present[slug] for slug in POPULAR if slug in present][:most]


def related(library: Library, article: ArticleView, *, most: int = 4) -> list[ArticleView]:
    """Others about the same component, for the same reader."""
    others = (
        view
        for view in library.articles(article.locale)
        if view.component == article.component and view.audience == article.audience and view.slug != article.slug
    )
    return chosen(others, Choice())[:most]
