"""One catalogue for every text a person sees: ``messages.toml`` files beside the code that speaks them."""

import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta

from kit.settings import Locale

__all__ = ["LOCALES", "Catalogue", "Locale", "catalogue", "html_lang", "translate"]

LOCALES: tuple[Locale, ...] = ("zh", "en")
_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("kit", "channels", "tickets", "knowledge", "bot")


class Catalogue:
    """The texts of some files; a key that stands in two files is refused."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.texts: dict[str, dict[Locale, str]] = {}
        self._chosen: Mapping[str, Mapping[str, str]] = {}
        for file in files:
            for key, texts in tomllib.loads(file.read_text(encoding="utf8")).items():
                if key in self.texts:
                    msg = f"{key} is defined twice, again in {file}"
                    raise ValueError(msg)
                self.texts[key] = texts

    def translate(self, key: str, locale: Locale, **values: object) -> str:
        """The text of ``key``; raises KeyError for an unknown key or a value it needs and did not get."""
        text = self.texts[key][locale]
        if chosen := self._chosen.get(key, {}).get(locale):
            with suppress(KeyError, IndexError, ValueError):
                # What does not fit this version's values must not keep anything from being said.
                return _filled(chosen, values)
        return _filled(text, values)

    def choose(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Say these instead, from now on and until the next choice; ``texts`` are by key and language."""
        self._chosen = texts

    def prefixed(self, prefix: str, locale: Locale) -> dict[str, str]:
        """All texts whose key starts with ``prefix``, unfilled; what a script in the browser needs."""
        return {key: texts[locale] for key, texts in self.texts.items() if key.startswith(prefix)}


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format(**values) if values or "{" in text else text


@cache
def catalogue() -> Catalogue:
    """The product's own catalogue: every ``messages.toml`` of its packages."""
    return Catalogue(sorted(path for name in _PACKAGES for path in (_ROOT / name).rglob("messages.toml")))


def translate(key: str, locale: Locale, **values: object) -> str:
    """Shorthand for :meth:`Catalogue.translate` on the product's catalogue."""
    return catalogue().translate(key, locale, **values)


def html_lang(locale: Locale) -> str:
    """The value of the ``lang`` attribute."""
    return {"zh": "zh-CN", "en": "en"}[locale]


def babel_locale(locale: Locale) -> str:
    """The name Babel knows the locale by."""
    return {"zh": "zh_Hans_CN", "en": "en_GB"}[locale]


def show_moment(moment: datetime, locale: Locale, zone: str) -> str:
    """A moment as people write it, in the organisation's time zone: 11月24日 15:30."""
    pattern = {"zh": "M月d日 HH:mm", "en": "d MMM, HH:mm"}[locale]
    return format_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=babel_locale(locale))


def show_day(day: date, pattern: str, locale: Locale) -> str:
    """A day by one of the locale's patterns (CLDR: "M月d日", "d MMM")."""
    return format_date(day, pattern, locale=babel_locale(locale))


def show_duration(seconds: float, locale: Locale) -> str:
    """A length of time in its largest unit: 2小时, 3 days."""
    return format_timedelta(int(seconds), threshold=1.2, locale=babel_locale(locale))
