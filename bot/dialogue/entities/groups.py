"""Cuts a text into chains of digit groups: people write one number as several, parted by spaces or hyphens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Longer runs are hashes, tokens or noise, and no kind of number known here.
MAX_LENGTH = 24
_RUN = re.compile(r"[0-9A-Za-z_]++")
_GAP = re.compile(r"[ \-()]{1,3}")
_DECIMAL = re.compile(r"[.,:/\\]\d")
_AFTER_POINT = re.compile(r"\d[.,:/\\]")
_LONE_LETTERS = 2
# As many as the digits of a mobile number dictated one by one.
_MOST_GROUPS = 11


@dataclass(frozen=True)
class Group:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Window:
    """Some neighbouring groups read as one number; `text` is upper case without what parted them."""

    text: str
    groups: tuple[Group, ...]

    @property
    def start(self) -> int:
        return self.groups[0].start

    @property
    def end(self) -> int:
        return self.groups[-1].end

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(len(group.text) for group in self.groups)

    @property
    def is_single(self) -> bool:
        return len(self.groups) == 1

    @property
    def digits_everywhere(self) -> bool:
        return all(any(char.isdigit() for char in group.text) for group in self.groups)


def chains(text: str) -> Iterator[list[Group]]:
    """Yield the chains of a text folded in width, each a list of groups with only spaces or hyphens between."""
    chain: list[Group] = []
    for run in _RUN.finditer(text):
        group = Group(run.group(), run.start(), run.end())
        if chain and not _GAP.fullmatch(text, chain[-1].end, group.start):
            yield chain
            chain = []
        if _may_be_part(group, text):
            chain.append(group)
        elif chain:
            yield chain
            chain = []
    if chain:
        yield chain


def windows(chain: list[Group], first: int) -> list[Window]:
    """Give the windows that begin with one group, longest first; their number is bounded."""
    found: list[Window] = []
    text = ""
    for last in range(first, min(len(chain), first + _MOST_GROUPS)):
        text += chain[last].text.upper()
        if len(text) > MAX_LENGTH:
            break
        found.append(Window(text, tuple(chain[first : last + 1])))
    return found[::-1]


def _may_be_part(group: Group, text: str) -> bool:
    if len(group.text) > MAX_LENGTH or "_" in group.text:
        return False
    if not any(char.isdigit() for char in group.text) and len(group.text) > _LONE_LETTERS:
        return False
    # Part of an amount, a time, a version or a network address.
    return not _DECIMAL.match(text, group.end) and not _AFTER_POINT.match(text, max(0, group.start - 2))
