"""Articles and versions as the pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from kit.i18n import LOCALES, Locale
from knowledge.console.queries import Row
from knowledge.figures.figures import Figures
from knowledge.loader import AUDIENCES, COMPONENTS, KINDS, LEVELS
from knowledge.markdown import render_markdown
from knowledge.publishing.shelving import is_outdated
from knowledge.versions.content import Content, Words, load, missing_from
from knowledge.versions.models import OPEN, ArticleState, ArticleVersion, Origin, VersionState

#: Where the desk gets pictures, published or not.
PICTURES = "/console/knowledge/pictures/"
CHOICES = {"kind": KINDS, "audience": AUDIENCES, "level": LEVELS, "component": COMPONENTS}


@dataclass(frozen=True)
class Mark:
    """How a language stands: "good", "older" than the other one, or "none"."""

    locale: Locale
    state: str


@dataclass(frozen=True)
class RowView:
    """One line of a list."""

    id: int
    slug: str
    title: str
    other_title: str
    state: str
    marks: Sequence[Mark]
    owner: str
    review_on: date | None
    due: bool
    changed_by: str
    changed_at: datetime
    figures: Figures
    version: ArticleVersion
    authors: Sequence[str] = ()
    own: bool = False


def row_view(row: Row, figures: Mapping[int, Figures], locale: Locale, today: date) -> RowView:
    article, version = row.article, row.version
    titles = {"zh": version.title_zh, "en": version.title_en}
    other: Locale = "en" if locale == "zh" else "zh"
    return RowView(
        id=article.id,
        slug=article.slug,
        title=titles[locale] or titles[other] or article.slug,
        other_title=titles[other] if titles[locale] else "",
        state=state_of(row),
        marks=marks_of(version),
        owner=row.owner or "",
        review_on=article.review_on,
        due=article.review_on is not None and article.review_on <= today,
        changed_by=version.changed_by,
        changed_at=version.changed_at,
        figures=figures.get(article.id, Figures()),
        version=version,
    )


def state_of(row: Row) -> str:
    """One word for article and version together: what is new about it comes first."""
    if row.version.state in OPEN:
        public = "changing" if row.article.state == ArticleState.PUBLISHED else "new"
        return f"{public}_{row.version.state}"
    return str(row.article.state)


def marks_of(version: ArticleVersion) -> list[Mark]:
    content = load(version.content)
    return [Mark(locale, _mark(version, content, locale)) for locale in LOCALES]


def _mark(version: ArticleVersion, content: Content, locale: Locale) -> str:
    if not content.in_language(locale):
        return "none"
    return "older" if is_outdated(version, locale, content) else "good"


@dataclass(frozen=True)
class Side:
    """One language, as the editor and the preview have it."""

    locale: Locale
    mark: str
    words: Words
    html: Markup
    asked: str
    steps: str
    tags: str


@dataclass(frozen=True)
class ArticlePage:
    """All of one version, and what may be done with it."""

    row: RowView
    content: Content
    sides: Sequence[Side]
    missing: Sequence[str]
    editable: bool
    reviewable: bool
    approved: bool
    public: bool
    retired: bool
    is_case: bool


def article_page(row: Row, view: RowView) -> ArticlePage:
    version = row.version
    content = load(version.content)
    return ArticlePage(
        row=view,
        content=content,
        sides=sides_of(version, content),
        missing=missing_from(content),
        editable=version.state in OPEN,
        reviewable=version.state == VersionState.REVIEW,
        approved=version.state == VersionState.APPROVED,
        public=row.article.state == ArticleState.PUBLISHED,
        retired=row.article.state == ArticleState.RETIRED,
        is_case=version.origin == Origin.CASE,
    )


def sides_of(version: ArticleVersion, content: Content) -> list[Side]:
    return [
        Side(
            locale=locale,
            mark=_mark(version, content, locale),
            words=words,
            html=render_markdown(words.body, pictures=PICTURES),
            asked="\n".join(words.questions),
            steps="\n".join(words.steps),
            tags="\n".join(words.tags),
        )
        for locale in LOCALES
        for words in (content.in_language(locale),)
    ]
