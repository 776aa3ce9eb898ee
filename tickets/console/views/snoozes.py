"""The moments to which tickets are put off most."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_MORNING, _AFTERNOON = time(9), time(14)
_FORM = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class QuickSnooze:
    """``key`` is a text of the catalogue, ``value`` what the form sends."""

    key: str
    value: str


def quick_snoozes(now: datetime, zone: str) -> list[QuickSnooze]:
    """In an hour, in three, this afternoon if that is still ahead, tomorrow and on Monday morning."""
    local = now.astimezone(ZoneInfo(zone))
    tomorrow = local.date() + timedelta(days=1)
    monday = local.date() + timedelta(days=7 - local.weekday())
    choices = [
        ("console.snooze.hour", local + timedelta(hours=1)),
        ("console.snooze.three_hours", local + timedelta(hours=3)),
        ("console.snooze.afternoon", datetime.combine(local.date(), _AFTERNOON, local.tzinfo)),
        ("console.snooze.tomorrow", datetime.combine(tomorrow, _MORNING, local.tzinfo)),
        ("console.snooze.monday", datetime.combine(monday, _MORNING, local.tzinfo)),
    ]
    return [QuickSnooze(key, f"{at:{_FORM}}") for key, at in choices if at > local]
