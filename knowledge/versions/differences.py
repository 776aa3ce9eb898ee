"""What one version says and another does not, line by line. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from kit.i18n import LOCALES, Locale
from knowledge.versions.content import Content, Words

_AROUND = 2


@dataclass(frozen=True)
class Line:
    """``mark`` is "+", "-", " " for a line that stayed, or "…" where some that did are left out."""

    mark: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field, of one language unless it belongs to both."""

    field: str
    locale: Locale | None
    lines: Sequence[Line]


def differences(before: Content, after: Content) -> list[Difference]:
    """Every field that differs, in the order of the editor."""
    return [*_facts(before, after), *_words(before, after)]


def _facts(before: Content, after: Content) -> Iterator[Difference]:
    for field in ("slug", "kind", "audience", "level", "component"):
        old, new = str(getattr(before, field)), str(getattr(after, field))
        if old != new:
            yield Difference(field, None, [Line("-", old), Line("+", new)])


def _words(before: Content, after: Content) -> Iterator[Difference]:
    for locale in LOCALES:
        old, new = before.in_language(locale), after.in_language(locale)
        for field in ("title", "summary", "steps", "body", "questions", "tags"):
            was, now = _lines(old, field), _lines(new, field)
            if was != now:
                yield Difference(field, locale, compared(was, now))


def _lines(words: Words, field: str) -> list[str]:
    value = getattr(words, field)
    return str(value).splitlines() if isinstance(value, str) else list(value)


def compared(was: Sequence[str], now: Sequence[str]) -> list[Line]:
    """What became of some lines."""
    return list(_compared(was, now))


def _compared(was: Sequence[str], now: Sequence[str]) -> Iterator[Line]:
    # Without "junk" a blank line counts like any other, and the outcome does not depend on the length.
    for what, old_from, old_to, new_from, new_to in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            yield from _shortened(was[old_from:old_to])
        else:
            yield from (Line("-", line) for line in was[old_from:old_to])
            yield from (Line("+", line) for line in now[new_from:new_to])


def _shortened(same: Sequence[str]) -> Iterator[Line]:
    if len(same) <= 2 * _AROUND + 1:
        yield from (Line(" ", line) for line in same)
        return
    yield from (Line(" ", line) for line in same[:_AROUND])
    yield Line("…", "")
    yield from (Line(" ", line) for line in same[-_AROUND:])
