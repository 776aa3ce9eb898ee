"""What two texts may have in common: written units and how they sound, each alone and in pairs."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

_UNIT = re.compile(r"[\u3400-\u9fff]|<n>|[^\W\u3400-\u9fff]+")
_SUFFIX = re.compile(r"(?<=[a-z]{3})(?:ies|ing|ed|es|s|e|y)$")
_GRAM = 3


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two channels of a folded text. `written` tells words apart, `sounds` forgives a slip of the keyboard."""

    written: frozenset[str]
    sounds: frozenset[str]

    @property
    def both(self) -> list[str]:
        """The tokens of both channels told apart, in an order that is the same in every process."""
        return [*sorted(self.written), *(f"~{token}" for token in sorted(self.sounds))]


def tokenise(folded: str) -> Tokens:
    units = [_stem(unit) for unit in _UNIT.findall(folded)]
    syllables = [_syllables().get(unit, unit) for unit in units]
    grams = [gram for unit in units if unit.isascii() for gram in _grams(unit)]
    return Tokens(
        written=frozenset([*units, *_pairs(units)]),
        sounds=frozenset([*syllables, *_pairs(syllables), *grams]),
    )


def units_of(folded: str, *, sounding: bool = False) -> list[tuple[str, str]]:
    """The units of a text as they are spelt, each with its token in one of the channels."""
    spelt = _UNIT.findall(folded)
    stems = [_stem(unit) for unit in spelt]
    return list(zip(spelt, [_syllables().get(stem, stem) for stem in stems] if sounding else stems, strict=True))


def _pairs(units: list[str]) -> list[str]:
    return [f"{left} {right}" for left, right in pairwise(units)]


def _stem(unit: str) -> str:
    return _SUFFIX.sub("", unit) if unit.isascii() else unit


def _grams(word: str) -> list[str]:
    framed = f"#{word}#"
    return [framed[start : start + _GRAM] for start in range(len(framed) - _GRAM + 1)]


@cache
def _syllables() -> dict[str, str]:
    lines = Path(__file__).with_name("pinyin.txt").read_text(encoding="utf-8").splitlines()
    return {
        character: syllable for line in lines for syllable, characters in [line.split(" ")] for character in characters
    }
