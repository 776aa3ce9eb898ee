"""Not too often from one address; kept in this process alone, which is enough against a stuck finger."""

from datetime import datetime, timedelta

from kit.clock import Clock
from kit.errors import TooManyError

#: Beyond this many addresses the ones whose window is over are forgotten.
_REMEMBERED = 4096


class Throttle:
    """At most ``limit`` times per window and key."""

    def __init__(self, clock: Clock, *, limit: int, window: timedelta) -> None:
        self._clock = clock
        self._limit = limit
        self._window = window
        self._counts: dict[str, tuple[datetime, int]] = {}

    def take(self, key: str) -> None:
        """Count one; raises TooManyError when there were too many."""
        now = self._clock.now()
        began, count = self._counts.get(key, (now, 0))
        if now - began >= self._window:
            began, count = now, 0
        if count >= self._limit:
            left = self._window - (now - began)
            raise TooManyError(retry_after=max(1, int(left.total_seconds())))
        if len(self._counts) >= _REMEMBERED:
            self._forget(now)
        self._counts[key] = (began, count + 1)

    def _forget(self, now: datetime) -> None:
        fresh = {key: value for key, value in self._counts.items() if now - value[0] < self._window}
        # Thousands of addresses within one window are an attack: then all begin anew, and memory stays small.
        self._counts = fresh if len(fresh) < _REMEMBERED else {}
