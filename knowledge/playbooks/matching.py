"""Which of a few answers somebody means who types instead of pressing."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from kit.text import simplify
from knowledge.playbooks.plans import Option

_NOT_SAID = re.compile(r"[\s\W_]+")
_PLACE = re.compile(
    r"^(?:第|选|no\.?|option)?\s*([1-9一二三四五六七八九]|[a-i])\s*(?:个|项|号|条|\.|、|。|\))?$", re.IGNORECASE
)
_DIGITS = {digit: place for place, digit in enumerate("一二三四五六七八九", 1)}
#: Two letters may stand in any sentence.
_FEWEST = 2
_LIKE = 0.78
_FEWEST_MADE_OF, _MADE_OF = 4, 0.8


def meant(text: str, options: Sequence[Option]) -> Option | None:
    """The one option that fits: its place, its words, words within words, or nearly its words; else none."""
    if (place := _place(text)) is not None:
        return options[place - 1] if place <= len(options) else None
    said = folded(text)
    if not said:
        return None
    for fits in (_same, _within, _nearly, _made_of):
        found = [option for option in options if any(fits(said, folded(way)) for way in _ways(option))]
        if len(found) == 1:
            return found[0]
        if found:
            return _longest(said, found)
    return None


def _place(text: str) -> int | None:
    found = _PLACE.match(text.strip())
    if not found:
        return None
    mark = found[1].lower()
    return int(mark) if mark.isdecimal() else _DIGITS.get(mark) or ord(mark) - ord("a") + 1


def _ways(option: Option) -> list[str]:
    return [*option.label.values(), *option.also]


def folded(text: str) -> str:
    """What is compared: without spaces and marks, in one case and one script."""
    return _NOT_SAID.sub("", simplify(text).casefold())


def _same(said: str, way: str) -> bool:
    return said == way


def _within(said: str, way: str) -> bool:
    return (len(way) >= _FEWEST and way in said) or (len(said) >= _FEWEST and said in way)


def _nearly(said: str, way: str) -> bool:
    return SequenceMatcher(None, said, way).ratio() >= _LIKE


def _made_of(said: str, way: str) -> bool:
    """The same characters in another order, among others: 验证码一直收不到 for 收不到验证码."""
    wanted = set(way)
    return len(wanted) >= _FEWEST_MADE_OF and not way.isascii() and len(wanted & set(said)) >= _MADE_OF * len(wanted)


def _longest(said: str, options: Sequence[Option]) -> Option | None:
    """Of several that fit within, the one that says most; none when two say as much."""

    def share(option: Option) -> int:
        return max((len(way) for one in _ways(option) if (way := folded(one)) in said), default=0)

    ranked = sorted(options, key=share, reverse=True)
    return ranked[0] if share(ranked[0]) > share(ranked[1]) else None
