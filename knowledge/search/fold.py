"""One spelling for what people type in many: width, case, script, digits, punctuation, synonyms."""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from kit.text import simplify

_FOLDER = Path(__file__).parent
_LONG_NUMBER = re.compile(r"\d{4,}")
_APOSTROPHE = re.compile(r"(?<=\w)['`´ʼ\u2018\u2019](?=\w)")
_NOT_A_WORD = re.compile(r"[^\w<>]|_|<(?!n>)|(?<!<n)>")
_SPACES_BY_HAN = re.compile(r"\s+(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")
NUMBER = "<n>"
#: A replaced word may complete another one; after so many rounds none does.
_MOST_ROUNDS = 8


def normalise(text: str) -> str:
    """Width, case, script, long numbers and punctuation; no synonyms. Folding twice changes nothing."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _APOSTROPHE.sub("", simplify(text))
    text = _LONG_NUMBER.sub(f" {NUMBER} ", text)
    return " ".join(_NOT_A_WORD.sub(" ", text).split())


def literal(text: str) -> str:
    """As :func:`normalise`, and blanks beside Chinese characters count for nothing."""
    return _spaced(normalise(text))


def _replaced(text: str, pattern: re.Pattern[str], canonical: Mapping[str, str]) -> str:
    return pattern.sub(lambda match: canonical[match[0]], text)


def _spaced(text: str) -> str:
    return _SPACES_BY_HAN.sub("", " ".join(text.split()))


#: Canonical word -> other ways to say or type it, for each language.
Table = Mapping[str, Mapping[str, Sequence[str]]]


class Synonyms:
    """Words of one meaning become one word: those that are shipped, and those somebody added."""

    def __init__(self, added: Table | None = None) -> None:
        own = added or {}
        self._languages = {
            language: _rules({**_shipped_table(language), **_grouped(own.get(language, {}))})
            for language in ("zh", "en")
        }
        #: Two sets of synonyms with the same digest fold alike.
        self.digest = hashlib.sha256(json.dumps([self._languages[key][1] for key in ("zh", "en")]).encode()).hexdigest()

    def fold(self, text: str) -> str:
        """The form in which texts are compared. Folding twice changes nothing."""
        text = literal(text)
        for _ in range(_MOST_ROUNDS):
            # A greeting taken away may leave a text of the other language.
            pattern, canonical = self._languages["zh" if is_chinese(text) else "en"]
            folded = _spaced(_replaced(text, pattern, canonical))
            if folded == text:
                break
            text = folded
        return text


@cache
def shipped_synonyms() -> Synonyms:
    return Synonyms()


def fold(text: str) -> str:
    """The form in which texts are compared, by the shipped synonyms."""
    return shipped_synonyms().fold(text)


def is_chinese(text: str) -> bool:
    """Whether any Han character occurs; people mix Latin words into Chinese, hardly ever the other way round."""
    return _HAN.search(text) is not None


def _shipped_table(language: str) -> dict[str, str]:
    groups = tomllib.loads((_FOLDER / "synonyms.toml").read_text(encoding="utf-8"))[language].values()
    return {variant: word for group in groups for variant, word in _grouped(group).items()}


def shipped_groups() -> list[tuple[str, str, Sequence[str]]]:
    """Language, word and variants of what is shipped; words that only say nothing become an empty one."""
    table = tomllib.loads((_FOLDER / "synonyms.toml").read_text(encoding="utf-8"))
    return [
        (language, word, variants)
        for language, groups in table.items()
        for group in groups.values()
        for word, variants in group.items()
    ]


def _grouped(group: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {variant: word for word, variants in group.items() for variant in [*variants, *([word] if word else [])]}


def _rules(canonical: dict[str, str]) -> tuple[re.Pattern[str], dict[str, str]]:
    """The pattern of all variants, longest first, and what each becomes. A Latin variant is a whole word."""
    longest_first = sorted(canonical, key=len, reverse=True)
    return re.compile("|".join(_variant(word) for word in longest_first)), canonical


def _variant(word: str) -> str:
    escaped = re.escape(word)
    if not word.isascii():
        return escaped
    return rf"(?<![a-z0-9]){escaped}(?![a-z0-9])"
