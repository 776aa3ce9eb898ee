"""One spelling for what people type in many: width, case, script, digits, punctuation, synonyms."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_LONG_NUMBER = re.compile(r"\d{4,}")
_APOSTROPHE = re.compile(r"(?<=\w)['`´ʼ\u2018\u2019](?=\w)")
_NOT_A_WORD = re.compile(r"[^\w<>]|_|<(?!n>)|(?<!<n)>")
_SPACES_BY_HAN = re.compile(r"\s+(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")
NUMBER = "<n>"


def normalise(text: str) -> str:
    """Width, case, script, long numbers and punctuation; no synonyms. Folding twice changes nothing."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _APOSTROPHE.sub("", simplify(text))
    text = _LONG_NUMBER.sub(f" {NUMBER} ", text)
    return " ".join(_NOT_A_WORD.sub(" ", text).split())


def simplify(text: str) -> str:
    """Traditional characters become simplified ones; all else stays. What the sentence encoder is given."""
    return text.translate(_simplified())


def fold(text: str) -> str:
    """The form in which texts are compared; words of one meaning become one word."""
    pattern, canonical = _synonyms("zh" if is_chinese(text) else "en")
    text = _SPACES_BY_HAN.sub("", normalise(text))
    return " ".join(pattern.sub(lambda match: canonical[match[0]], text).split())


def is_chinese(text: str) -> bool:
    """Whether any Han character occurs; people mix Latin words into Chinese, hardly ever the other way round."""
    return _HAN.search(text) is not None


@cache
def _simplified() -> dict[int, str]:
    pairs = (_FOLDER / "simplified.txt").read_text(encoding="utf-8").split()
    return {ord(pair[0]): pair[1] for pair in pairs}


@cache
def _synonyms(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The pattern of all variants, longest first, and what each becomes. A Latin variant is a whole word."""
    languages = tomllib.loads((_FOLDER / "synonyms.toml").read_text(encoding="utf-8"))
    canonical = {
        variant: word
        for group in languages[language].values()
        for word, variants in group.items()
        for variant in [*variants, *([word] if word else [])]
    }
    longest_first = sorted(canonical, key=len, reverse=True)
    return re.compile("|".join(_variant(word) for word in longest_first)), canonical


def _variant(word: str) -> str:
    escaped = re.escape(word)
    if not word.isascii():
        return escaped
    return rf"(?<![a-z0-9]){escaped}(?![a-z0-9])"
