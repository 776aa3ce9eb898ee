"""Placeholders in place of what tells of people: set before a text leaves, taken back in what returns."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

#: What of a text tells of people, as kind and value.
Finder = Callable[[str], Iterable[tuple[str, str]]]
_OPEN, _CLOSE = "⟦", "⟧"
_BRACKETS = str.maketrans({_OPEN: "[", _CLOSE: "]"})
_PLACEHOLDER = re.compile(f"{_OPEN}[^{_CLOSE}]*{_CLOSE}?|{_CLOSE}")


@dataclass
class Mask:
    """One value is one placeholder in every text of a request; nobody can write one themselves."""

    find: Finder
    _values: dict[str, str] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)

    def hide(self, text: str) -> str:
        """The text as it may leave."""
        text = text.translate(_BRACKETS)
        found = {value: kind for kind, value in self.find(text) if value}
        for value in sorted(found, key=len, reverse=True):
            text = text.replace(value, self._placeholder(found[value], value))
        return text

    def show(self, text: str) -> str:
        """The text with the values again; a placeholder that stands for nothing is left for the check to find."""
        for placeholder, value in self._values.items():
            text = text.replace(placeholder, value)
        return text

    def _placeholder(self, kind: str, value: str) -> str:
        known = next((name for name, hidden in self._values.items() if hidden == value), None)
        if known is None:
            self._numbers[kind] += 1
            known = f"{_OPEN}{kind.upper()}_{self._numbers[kind]}{_CLOSE}"
            self._values[known] = value
        return known


def has_placeholder(text: str) -> bool:
    return _PLACEHOLDER.search(text) is not None
