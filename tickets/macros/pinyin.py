"""Chinese words as they are typed: by their full pinyin and by its initials."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin, pinyin

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def pinyin_of(text: str) -> tuple[str, str]:
    """The whole reading without tones, and its initials; what is not Chinese stays, without spaces and case."""
    plain = _plain(text)
    full = lazy_pinyin(plain, style=Style.NORMAL, v_to_u=False)
    first = lazy_pinyin(plain, style=Style.FIRST_LETTER)
    return "".join(full), "".join(first)


@lru_cache(maxsize=4096)
def readings_of(text: str) -> str:
    """Word by word, each Chinese character one, in all its readings: ``hang/xing dai take``."""
    every = pinyin(unicodedata.normalize("NFKC", text).casefold(), style=Style.NORMAL, heteronym=True, errors=_words)
    return " ".join(filter(None, ("/".join(dict.fromkeys(filter(None, readings))) for readings in every)))


def rate(query: str, *texts: str) -> int:
    """How well a typed word fits the best of these texts: the higher the better, 0 not at all."""
    wanted = _plain(query)
    return max((_rate(wanted, text) for text in texts if text), default=0) if wanted else 1


def _rate(wanted: str, text: str) -> int:
    plain = _plain(text)
    if wanted == plain:
        return 6
    if plain.startswith(wanted):
        return 5
    units = _units(plain)
    if _is_read(wanted, units):
        return 5
    if wanted in plain:
        return 4
    return 3 if any(_is_read(wanted, units[start:]) for start in range(1, len(units))) else 0


def _is_read(wanted: str, units: tuple[tuple[str, ...], ...]) -> bool:
    """Whether these characters begin so, each typed in full or by its initial, in any of its readings."""
    if not wanted:
        return True
    if not units:
        return False
    rests = {
        wanted.removeprefix(part) for reading in units[0] for part in (reading, reading[:1]) if wanted.startswith(part)
    }
    last = any(reading.startswith(wanted) for reading in units[0])
    return last or any(_is_read(rest, units[1:]) for rest in rests)


@lru_cache(maxsize=4096)
def _units(plain: str) -> tuple[tuple[str, ...], ...]:
    """The readings of each character; what is not Chinese reads as itself, letter by letter."""
    every = pinyin(plain, style=Style.NORMAL, heteronym=True, errors=_letters)
    return tuple(found for readings in every if (found := tuple(filter(None, readings))))


def _letters(text: str) -> Any:
    """What is not Chinese is typed letter by letter."""
    return list(text)


def _words(text: str) -> Any:
    """What is not Chinese is a word as it stands."""
    return _WORD.findall(text)


def _plain(text: str) -> str:
    """Letters, digits and characters alone."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
