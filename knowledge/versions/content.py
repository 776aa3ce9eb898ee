"""What an article says: pure values, their fingerprint, and what is still missing from them."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kit.audit import canonical
from kit.i18n import LOCALES, Locale
from knowledge.loader import AUDIENCES, COMPONENTS, KINDS, LEVELS, MOST_STEPS, ArticleFile

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
PICTURE = re.compile(r"\(picture:([0-9a-f]{32})\)")
TITLE_MAX, SUMMARY_MAX, LINE_MAX, BODY_MAX = 120, 500, 300, 50_000
LINES_MAX = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The article in one language."""

    title: str = ""
    summary: str = ""
    steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    body: str = ""

    @property
    def said(self) -> tuple[object, ...]:
        """What a reader reads; how people ask for it is not translated."""
        return self.title, self.summary, self.steps, self.body

    def __bool__(self) -> bool:
        return any(self.said)


@dataclass(frozen=True, kw_only=True)
class Content:
    """All of a version that readers will get."""

    slug: str
    kind: str = "fix"
    audience: str = "user"
    level: str = "basic"
    component: str = "issuing"
    words: Mapping[Locale, Words] = field(default_factory=dict)

    def in_language(self, locale: Locale) -> Words:
        return self.words.get(locale) or Words()

    @property
    def languages(self) -> tuple[Locale, ...]:
        """Those it has a text in."""
        return tuple(locale for locale in LOCALES if self.in_language(locale))

    @property
    def pictures(self) -> set[str]:
        return {found for words in self.words.values() for found in PICTURE.findall(words.body)}

    def with_words(self, locale: Locale, words: Words) -> "Content":
        return replace(self, words={**self.words, locale: words})


def dump(content: Content) -> dict[str, Any]:
    """As it is stored."""
    words = {locale: _dump_words(content.in_language(locale)) for locale in content.languages}
    return {
        "slug": content.slug,
        "kind": content.kind,
        "audience": content.audience,
        "level": content.level,
        "component": content.component,
        "words": words,
    }


def _dump_words(words: Words) -> dict[str, Any]:
    return {
        "title": words.title,
        "summary": words.summary,
        "steps": list(words.steps),
        "questions": list(words.questions),
        "tags": list(words.tags),
        "body": words.body,
    }


def load(stored: Mapping[str, Any]) -> Content:
    """What :func:`dump` gave."""
    words: dict[Locale, Words] = {
        locale: _load_words(part) for locale in LOCALES if (part := stored["words"].get(locale))
    }
    facts = {name: stored[name] for name in ("slug", "kind", "audience", "level", "component")}
    return Content(**facts, words=words)


def _load_words(part: Mapping[str, Any]) -> Words:
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in part.items()}
    return Words(**values)


def digest_of(content: Content) -> str:
    """The fingerprint of exactly this content."""
    return hashlib.sha256(canonical(dump(content))).hexdigest()


def missing_from(content: Content) -> list[str]:
    """Why it cannot be read over yet, as names of texts ``knowledge.problem.<name>``; nothing when it can."""
    return list(dict.fromkeys(_missing(content)))


def _missing(content: Content) -> Iterator[str]:
    if not SLUG.fullmatch(content.slug):
        yield "slug"
    chosen = zip(
        (content.kind, content.audience, content.level, content.component),
        (KINDS, AUDIENCES, LEVELS, COMPONENTS),
        strict=True,
    )
    if any(value not in allowed for value, allowed in chosen):
        yield "choice"
    if not content.languages:
        yield "language"
    for locale in content.languages:
        words = content.in_language(locale)
        yield from (name for name in ("title", "summary", "body", "questions") if not getattr(words, name))
        if len(words.steps) > MOST_STEPS:
            yield "steps"


def of_files(files: Sequence[ArticleFile]) -> Content:
    """The translations of one article as its content."""
    first = files[0]
    words: dict[Locale, Words] = {_locale(file): _words(file) for file in files}
    return Content(
        slug=first.slug,
        kind=first.kind,
        audience=first.audience,
        level=first.level,
        component=first.component,
        words=words,
    )


def _locale(file: ArticleFile) -> Locale:
    return "en" if file.lang == "en" else "zh"


def _words(file: ArticleFile) -> Words:
    return Words(
        title=file.title,
        summary=file.summary,
        steps=file.steps,
        questions=file.questions,
        tags=file.tags,
        body=file.body,
    )


def files_of(content: Content) -> list[ArticleFile]:
    """The content as one file for each language."""
    return [
        ArticleFile(
            slug=content.slug,
            lang=locale,
            title=words.title,
            kind=content.kind,
            audience=content.audience,
            level=content.level,
            component=content.component,
            tags=words.tags,
            summary=words.summary,
            steps=words.steps,
            questions=words.questions,
            body=words.body,
        )
        for locale in content.languages
        if (words := content.in_language(locale))
    ]
