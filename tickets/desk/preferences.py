"""How somebody wants to be told of what they do not see: by the browser, by a tone, and when not at all."""

from dataclasses import asdict, dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import select

from kit.db import AsyncSession
from tickets.desk.models import Presence, StaffProfile

_EDGE = "%H:%M"


@dataclass(frozen=True)
class Telling:
    """What one person chose; ``quiet_hours`` is like ``22:00-08:00``, or empty."""

    desktop: bool = False
    sound: bool = False
    quiet_hours: str = ""

    @property
    def quiet(self) -> tuple[str, str]:
        """From and until, or two empty texts."""
        begins, _, ends = self.quiet_hours.partition("-")
        return begins, ends

    def is_quiet(self, now: datetime, zone: str) -> bool:
        """Whether this moment lies in the quiet hours, which may go over midnight."""
        if not self.quiet_hours:
            return False
        begins, ends = (_time(edge) for edge in self.quiet)
        at = now.astimezone(ZoneInfo(zone)).time()
        return begins <= at < ends if begins <= ends else at >= begins or at < ends


def quiet_hours(begins: str, ends: str) -> str:
    """As they are stored; none where one edge is missing or both are the same. ValueError for what is no time."""
    if not begins or not ends or begins == ends:
        return ""
    return f"{_time(begins):{_EDGE}}-{_time(ends):{_EDGE}}"


def _time(text: str) -> time:
    return datetime.strptime(text, _EDGE).time()  # noqa: DTZ007 - a time of day has no zone.


def telling_of(profile: StaffProfile) -> Telling:
    """What this person chose; nothing disturbs whoever has not asked for it."""
    chosen = profile.preferences
    hours = chosen.get("quiet_hours")
    return Telling(
        desktop=chosen.get("desktop") is True,
        sound=chosen.get("sound") is True,
        quiet_hours=hours if isinstance(hours, str) else "",
    )


def may_disturb(profile: StaffProfile, now: datetime, zone: str) -> bool:
    """Nobody who is off, or wants quiet now."""
    return profile.presence != Presence.OFF and not telling_of(profile).is_quiet(now, zone)


async def choose_telling(session: AsyncSession, staff_id: int, telling: Telling) -> None:
    """Keep it beside whatever else this person has chosen."""
    mine = select(StaffProfile).where(StaffProfile.staff_id == staff_id).with_for_update()
    profile = (await session.exec(mine)).first()
    if profile is None:
        profile = StaffProfile(staff_id=staff_id, skills=[], languages=[], preferences={})
    profile.preferences = {**profile.preferences, **asdict(telling)}
    session.add(profile)
