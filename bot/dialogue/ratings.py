import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
}
_NUMBER = r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})?|[一二两三四五]|one|two|three|four|five)"
_ALONE = re.compile(
    r"(?:我?(?:打|给|评|选)(?:个|你们?|您)?|rating|score|it's an?|i(?:'d| would)? (?:give|rate)(?: it| you)?(?: an?)?)?"
    rf"[ :]{{0,2}}({_NUMBER}) ?(?:/ ?5|out of (?:5|five)|个?(?:分|星|颗星)|stars?|points?)?(?:吧|啊|哦|好评|差评|的)?"
)
# Said like this it is a rating even when nobody has asked for one.
_EXPLICIT = re.compile(
    r"([1-5一二两三四五])(?:星|颗星)(?:好评|差评)"
    r"|(?:打|给|评)(?:个|了|你们?|您){0,2}([1-5一二两三四五])(?:分|星|颗星)(?!钟)"
    r"|(?:评价|评分|打分)[ :是]{0,2}([1-5])(?![\d.])"
    r"|(?<![a-z])rate (?:it |you )?([1-5])(?![\d.])"
    r"|(?<![\d.])([1-5]) ?stars?(?![a-z])"
    r"|(?<![a-z])(one|two|three|four|five) stars?(?![a-z])"
)
_WITH_UNIT = re.compile(rf"({_NUMBER}) ?(?:分(?!钟)|星|颗星|stars?(?![a-z])|/ ?5(?!\d))")
_OTHER_SCALE = re.compile(r"零分|\d{1,3} ?(?:/|out of) ?10(?!\d)")
_STAR = re.compile(r"[⭐🌟★]")
_KEYCAP = re.compile(r"(\d)\ufe0f?\u20e3")
_HIGHEST = 5


@cache
def _words() -> tuple[re.Pattern[str], dict[str, int]]:
    table = tomllib.loads(files("bot.dialogue").joinpath("phrases", "ratings.toml").read_text(encoding="utf8"))
    values = {word: int(value) for value, words in table.items() for word in words}
    longest_first = sorted(values, key=len, reverse=True)
    bounded = (
        rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in longest_first
    )
    return re.compile("|".join(bounded)), values


@dataclass(frozen=True)
class Rating:
    """An attempt to rate; without a value it lies outside the scale of one to five and has to be asked again."""

    value: int | None


def asked_rating(folded: str, clauses: list[str]) -> Rating | None:
    """Read the answer to a request for a rating; a number in the clauses goes before words, words before stars."""
    if _OTHER_SCALE.search(folded):
        return Rating(None)
    keycap = _KEYCAP.search(folded)
    if keycap:
        return _on_scale(keycap[1])
    for clause in clauses:
        match = _ALONE.fullmatch(clause.strip()) or _WITH_UNIT.search(clause)
        if match:
            return _on_scale(match[1])
    pattern, values = _words()
    word = pattern.search(folded)
    if word:
        return Rating(values[word.group()])
    stars = len(_STAR.findall(folded))
    return Rating(stars if stars <= _HIGHEST else None) if stars else None


def volunteered_rating(folded: str) -> Rating | None:
    """Read a rating nobody asked for, only from words that can mean nothing else."""
    match = _EXPLICIT.search(folded)
    return _on_scale(match[match.lastindex or 0]) if match else None


def _on_scale(written: str) -> Rating:
    if written in _NUMERALS:
        return Rating(_NUMERALS[written])
    value = float(written)
    return Rating(int(value) if value.is_integer() and 1 <= value <= _HIGHEST else None)
