"""Articles as Markdown files with front matter: ``<folder>/<language>/<slug>.md``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from knowledge.search.phrasing import Phrasing

LANGUAGES = ("zh", "en")
KINDS = ("cause", "effect", "case", "lesson", "action", "operator", "fix", "guide")
AUDIENCES = ("user", "operator")
LEVELS = ("basic", "advanced")
COMPONENTS = (
    "login", "device", "issuing", "upload", "query", "print", "network", "client", "database", "interface", "platform",
    "data",
)  # fmt: skip
FEWEST_STEPS, MOST_STEPS, FEWEST_QUESTIONS = 3, 6, 8


class ArticleFileError(Exception):
    """A file does not follow the format; the message names the file and the field."""

    def __init__(self, path: Path, field: str, problem: str) -> None:
        super().__init__(f"{path}: {field}: {problem}")
        self.path = path
        self.field = field
        self.detail = f"{field}: {problem}"


@dataclass(frozen=True, slots=True)
class ArticleFile:
    slug: str
    lang: str
    title: str
    kind: str
    audience: str
    level: str
    component: str
    tags: tuple[str, ...]
    summary: str
    steps: tuple[str, ...]
    questions: tuple[str, ...]
    body: str


def read_folder(folder: Path) -> list[ArticleFile]:
    """Every article of every language, by language and slug.

    Raises ArticleFileError at the first file that is not as it should be, a missing translation included.
    """
    if not folder.is_dir():
        raise ArticleFileError(folder, "folder", "does not exist")
    articles = [read_file(path) for language in LANGUAGES for path in sorted((folder / language).glob("*.md"))]
    _require_translations(folder, articles)
    _require_distinct_questions(folder, articles)
    return articles


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many of each a file needs to have."""

    tags: int = 1
    steps: int = FEWEST_STEPS
    questions: int = FEWEST_QUESTIONS


#: What somebody brings is a draft; what is missing is seen to before it is handed in.
DRAFT = Amounts(tags=0, steps=0, questions=0)


def read_file(path: Path) -> ArticleFile:
    """One article; its language is the name of the folder it lies in, its slug the name of the file."""
    try:
        return read_text(path, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ArticleFileError(path, "file", "is not UTF-8") from error


def read_text(path: Path, text: str, amounts: Amounts = Amounts()) -> ArticleFile:
    """One article from its text; ``path`` need not exist, it only says what it is called."""
    fields = _Fields(path, text)
    article = ArticleFile(
        slug=path.stem,
        lang=fields.require(path.parent.name, "language", LANGUAGES),
        title=fields.text("title"),
        kind=fields.choice("kind", KINDS),
        audience=fields.choice("audience", AUDIENCES),
        level=fields.choice("level", LEVELS),
        component=fields.choice("component", COMPONENTS),
        tags=fields.texts("tags", at_least=amounts.tags),
        summary=fields.text("summary"),
        steps=fields.texts("steps", at_least=amounts.steps, at_most=MOST_STEPS),
        questions=fields.texts("questions", at_least=amounts.questions),
        body=fields.body(),
    )
    fields.refuse_others()
    return article


def write_text(article: ArticleFile) -> str:
    """The file that :func:`read_text` reads."""
    fields: dict[str, Any] = {
        "title": article.title,
        "kind": article.kind,
        "audience": article.audience,
        "level": article.level,
        "component": article.component,
        "tags": list(article.tags),
        "summary": article.summary,
        "steps": list(article.steps),
        "questions": list(article.questions),
    }
    told = frontmatter.Post(article.body, **fields)
    return str(frontmatter.dumps(told, allow_unicode=True, sort_keys=False, width=10_000)) + "\n"


def phrasings_of(article: ArticleFile) -> list[Phrasing]:
    """What the search is given of an article: how it is asked for, and what it is about."""
    texts = [
        ("title", article.title),
        ("summary", article.summary),
        *(("question", question) for question in article.questions),
        *(("step", step) for step in article.steps),
        ("tags", " ".join(article.tags)),
    ]
    return [Phrasing(article.slug, article.lang, text, source) for source, text in texts]


class _Fields:
    """The front matter of one file, each field taken once and checked."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        try:
            document = frontmatter.loads(text)
        except (yaml.YAMLError, ValueError) as error:
            raise self._wrong("front matter", f"is not YAML: {error}") from error
        self._values: dict[str, Any] = dict(document.metadata)
        self._body = document.content.strip()

    def text(self, field: str) -> str:
        return self._checked_text(field, self._take(field))

    def choice(self, field: str, allowed: tuple[str, ...]) -> str:
        return self.require(self.text(field), field, allowed)

    def require(self, value: str, field: str, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            raise self._wrong(field, f"{value!r} is not one of {', '.join(allowed)}")
        return value

    def texts(self, field: str, *, at_least: int, at_most: int | None = None) -> tuple[str, ...]:
        values = self._take(field)
        if not isinstance(values, list):
            raise self._wrong(field, "must be a list")
        texts = tuple(self._checked_text(f"{field}[{place}]", value) for place, value in enumerate(values))
        if len(texts) < at_least or (at_most is not None and len(texts) > at_most):
            raise self._wrong(field, f"has {len(texts)} items, wants {at_least} to {at_most or 'any number'}")
        return texts

    def body(self) -> str:
        if not self._body:
            raise self._wrong("body", "is empty")
        return self._body

    def refuse_others(self) -> None:
        if self._values:
            raise self._wrong(min(self._values), "is not a known field")

    def _take(self, field: str) -> object:
        if field not in self._values:
            raise self._wrong(field, "is missing")
        return self._values.pop(field)

    def _checked_text(self, field: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(field, f"must be a text, not {value!r}")
        return value.strip()

    def _wrong(self, field: str, problem: str) -> ArticleFileError:
        return ArticleFileError(self._path, field, problem)


def _require_translations(folder: Path, articles: list[ArticleFile]) -> None:
    slugs = {language: {article.slug for article in articles if article.lang == language} for language in LANGUAGES}
    everything = set().union(*slugs.values())
    for language, present in slugs.items():
        for slug in sorted(everything - present):
            raise ArticleFileError(folder / language / f"{slug}.md", "file", "is missing in this language")


def _require_distinct_questions(folder: Path, articles: list[ArticleFile]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for article in articles:
        for question in article.questions:
            owner = owners.setdefault((article.lang, question.casefold()), article.slug)
            if owner != article.slug:
                path = folder / article.lang / f"{article.slug}.md"
                raise ArticleFileError(path, "questions", f"{question!r} is asked in {owner} too")
