"""The moments staff promise most, and reading the one they picked."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kit.errors import InvalidError

_EVENING = time(18)
_MORNING = time(10)
_FORM = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class QuickPromise:
    """``key`` is a text of the catalogue, ``value`` what the form sends."""

    key: str
    value: str


class MomentUnreadableError(InvalidError):
    """Not a date and time of a form."""

    code = "moment_unreadable"


def quick_promises(now: datetime, zone: str) -> list[QuickPromise]:
    """In half an hour, in two hours, today at six if that is still ahead, tomorrow at ten."""
    local = now.astimezone(ZoneInfo(zone))
    tomorrow = local.date() + timedelta(days=1)
    choices = [
        ("console.promise.half_hour", local + timedelta(minutes=30)),
        ("console.promise.two_hours", local + timedelta(hours=2)),
        ("console.promise.today", datetime.combine(local.date(), _EVENING, local.tzinfo)),
        ("console.promise.tomorrow", datetime.combine(tomorrow, _MORNING, local.tzinfo)),
    ]
    return [QuickPromise(key, f"{at:{_FORM}}") for key, at in choices if at > local]


def parse_moment(text: str, zone: str) -> datetime:
    """A date and time as a form sends it, meant in the organisation's zone."""
    try:
        return datetime.strptime(text, _FORM).replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError) as garbage:
        raise MomentUnreadableError from garbage
