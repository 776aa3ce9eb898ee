"""Where in time a ticket stands, as tokens of its entries: so a search for a common word can begin with the newest.

An index of words has no order: asked for a word of every second text it collects millions of them before it can tell
which are the newest. Asked for the word and one of the two newest buckets it skips to those.
"""

from collections.abc import Iterator
from dataclasses import dataclass

#: Name and width, as a power of two, of each kind of bucket; the finest holds what a page or two can need.
_KINDS = (("a", 12), ("b", 15), ("c", 18))


@dataclass(frozen=True)
class Reach:
    """How far back is looked: into these buckets, or everywhere if there are none; ``after`` is older than all that."""

    buckets: tuple[str, ...] = ()
    after: int = 0

    @property
    def is_all(self) -> bool:
        return not self.buckets


def buckets_of(ticket_id: int) -> list[str]:
    """The tokens an entry of this ticket carries."""
    return [f"^{name}{ticket_id >> width}" for name, width in _KINDS]


def reaches(newest_id: int) -> Iterator[Reach]:
    """From the newest tickets to all; the last one is everything."""
    for name, width in _KINDS:
        bucket = newest_id >> width
        if bucket <= 1:
            break
        yield Reach((f"^{name}{bucket}", f"^{name}{bucket - 1}"), after=((bucket - 1) << width) - 1)
    yield Reach()
