"""Time as an argument: nothing else in the product asks the machine what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the current moment comes from; always an aware datetime in UTC."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """A clock that moves only when told to; for tests, demos and drills."""

    def __init__(self, start: datetime) -> None:
        self._now = check_aware(start)

    def now(self) -> datetime:
        return self._now

    def advance(self, **units: float) -> datetime:
        """Move forward by ``timedelta(**units)`` and return the new moment."""
        self._now += timedelta(**units)
        return self._now


def check_aware(moment: datetime) -> datetime:
    """Return the moment in UTC; raise ValueError when it carries no time zone."""
    if moment.tzinfo is None:
        msg = f"a naive datetime is not a moment: {moment!r}"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC: the unit of the job table."""
    return int(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """The inverse of :func:`to_ms`."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
