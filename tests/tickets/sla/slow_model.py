"""Working time the slow, obvious way: look at the wall clock in every minute and count those that are worked."""

from array import array
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tickets.sla.working_time import Day

_MINUTE = timedelta(minutes=1)


class SlowModel:
    """Every minute of a stretch of time, worked or not, with how many were before it."""

    def __init__(self, zone: str, slots: Callable[[date], Day], begins: datetime, minutes: int) -> None:
        wall = ZoneInfo(zone)
        self.begins = begins
        self.worked = bytearray(minutes)
        self.before = array("q", [0])
        for minute in range(minutes):
            shown = (begins + minute * _MINUTE).astimezone(wall)
            of_day = shown.hour * 60 + shown.minute
            self.worked[minute] = any(since <= of_day < until for since, until in slots(shown.date()))
            self.before.append(self.before[-1] + self.worked[minute])

    def between(self, begins: datetime, ends: datetime) -> timedelta:
        """Whole minutes from the sums, the broken ones at both ends by the second."""
        return self._until(ends) - self._until(begins) if begins < ends else timedelta(0)

    def _until(self, moment: datetime) -> timedelta:
        minute, rest = divmod(moment - self.begins, _MINUTE)
        return self.before[minute] * _MINUTE + (rest if self.worked[minute] else timedelta(0))


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
