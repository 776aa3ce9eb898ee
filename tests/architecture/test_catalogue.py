"""Whatever a person may read exists in both languages and asks for the same values in both."""

import string
import tomllib
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.architecture.tree import PACKAGES, ROOT, files_under

LOCALES = {"zh", "en"}


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def incomplete(texts: Mapping[str, Mapping[str, str]]) -> list[str]:
    found = []
    for key, by_locale in texts.items():
        if set(by_locale) != LOCALES:
            found.append(f"{key}: has {', '.join(sorted(by_locale)) or 'nothing'}")
        elif not all(text.strip() for text in by_locale.values()):
            found.append(f"{key}: is empty")
        elif placeholders(by_locale["zh"]) != placeholders(by_locale["en"]):
            found.append(f"{key}: asks for different values")
    return found


def catalogues() -> dict[str, dict[str, dict[str, str]]]:
    files = (path for path in files_under(ROOT, PACKAGES, ".toml") if path.name == "messages.toml")
    return {str(path.relative_to(ROOT)): tomllib.loads(path.read_text(encoding="utf8")) for path in files}


def test_every_text_is_complete() -> None:
    assert catalogues(), "no messages.toml found"
    assert {name: found for name, texts in catalogues().items() if (found := incomplete(texts))} == {}


def test_no_key_stands_twice() -> None:
    counted = Counter(key for texts in catalogues().values() for key in texts)
    assert [key for key, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"zh": "好"}, "a: has zh"),
        ({"zh": "好", "en": "good", "fr": "bien"}, "a: has en, fr, zh"),
        ({"zh": "好", "en": " "}, "a: is empty"),
        ({"zh": "{number} 好", "en": "{name} is good"}, "a: asks for different values"),
    ],
)
def test_an_incomplete_one_is_noticed(texts: dict[str, str], problem: str) -> None:
    assert incomplete({"a": texts}) == [problem]


def test_the_order_of_values_is_free() -> None:
    assert incomplete({"a": {"zh": "{b}的{a}", "en": "{a} of {b}"}}) == []
