"""Quiet hours: news that only tell how things stand wait until the morning. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kit.settings import Settings


def news_wait_until(now: datetime, *, own: str | None, rings: bool, settings: Settings) -> datetime | None:
    """When news may be heard, if not now: the person's own hours count, else the desk's where something rings."""
    hours = settings.quiet_hours if rings else ""
    return waits_until(now, hours if own is None else own, settings.time_zone)


def waits_until(now: datetime, hours: str, zone: str) -> datetime | None:
    """When the quiet is over, in UTC as given; None when it is not quiet. ``hours`` is "22:00-08:00", or nothing."""
    if not hours:
        return None
    begins, ends = (time.fromisoformat(part) for part in hours.split("-"))
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time().replace(tzinfo=None)
    quiet = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    if not quiet:
        return None
    over = local.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    if over <= local:
        over += timedelta(days=1)
    return over.astimezone(now.tzinfo)
