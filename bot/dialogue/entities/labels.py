import re
import tomllib
from bisect import bisect_right
from functools import cache
from importlib.resources import files

from bot.dialogue.entities.model import EntityKind

OTHER = "other"
Label = EntityKind | str

_MAX_GAP = 10
_ASCII = re.compile(r"[a-z]")


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    table = tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))
    names = {word: kind for kind, words in table.items() for word in words}
    longest_first = sorted(names, key=len, reverse=True)
    bounded = (rf"(?<![a-z]){re.escape(w)}(?![a-z])" if _ASCII.match(w) else re.escape(w) for w in longest_first)
    return re.compile("|".join(bounded)), names


class Labels:
    """The labels of one folded text, found in one pass."""

    def __init__(self, folded: str) -> None:
        pattern, names = _pattern()
        self.folded = folded
        self._ends: list[int] = []
        self._kinds: list[Label] = []
        for match in pattern.finditer(folded):
            kind = names[match.group()]
            self._ends.append(match.end())
            self._kinds.append(kind if kind == OTHER else EntityKind(kind))

    def before(self, start: int) -> Label | None:
        """Tell what the words before a number call it: one of our kinds, "other", or None for no name at all."""
        at = bisect_right(self._ends, start) - 1
        if at < 0 or not self._is_near(self._ends[at], start):
            return None
        return self._kinds[at]

    def _is_near(self, end: int, start: int) -> bool:
        return start - end <= _MAX_GAP and not any(char.isdigit() for char in self.folded[end:start])
