"""Who has complained within the last hours, each person once, counted for any span that ends now."""

from collections import deque
from itertools import accumulate, islice, pairwise

#: No outage is looked for over a longer span.
LONGEST_MIN = 360


class Crowd:
    """The people behind one signature; minutes are those of the epoch and never run backwards."""

    __slots__ = ("_arrivals", "_counts", "_minute", "_people")

    def __init__(self) -> None:
        #: The minute of each person's newest complaint.
        self._people: dict[int, int] = {}
        self._arrivals: deque[tuple[int, int]] = deque()
        #: People by the minute of their newest complaint, the newest last.
        self._counts: deque[int] = deque([0] * LONGEST_MIN, maxlen=LONGEST_MIN)
        self._minute = 0

    def add(self, minute: int, person: int) -> bool:
        """Count somebody in; true for who has not complained for as long as anybody is remembered."""
        self._forward(minute)
        before = self._people.get(person)
        if before == minute:
            return False
        if before is not None:
            self._counts[before - self._minute - 1] -= 1
        self._people[person] = minute
        self._counts[-1] += 1
        self._arrivals.append((minute, person))
        return before is None

    def within(self, spans: tuple[int, ...]) -> list[int]:
        """How many different people complained in each of the spans of minutes, the shortest first."""
        newest_first = iter(reversed(self._counts))
        steps = (span - before for before, span in pairwise((0, *spans)))
        return list(accumulate(sum(islice(newest_first, step)) for step in steps))

    def people(self, span: int) -> frozenset[int]:
        """Who complained within the span of minutes."""
        return frozenset(person for person, minute in self._people.items() if minute > self._minute - span)

    def __len__(self) -> int:
        return len(self._people)

    def _forward(self, minute: int) -> None:
        passed = min(minute - self._minute, LONGEST_MIN)
        if passed <= 0:
            return
        self._counts.extend([0] * passed)
        self._minute = minute
        while self._arrivals and self._arrivals[0][0] <= minute - LONGEST_MIN:
            when, person = self._arrivals.popleft()
            if self._people.get(person) == when:
                del self._people[person]
