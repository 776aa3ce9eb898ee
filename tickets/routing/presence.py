"""Whether members of staff take new tickets: what they say, and what their silence says."""

from datetime import datetime, timedelta

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kit.db import AsyncSession, hint
from tickets.desk.models import Presence, StaffProfile
from tickets.routing.assigning import share_out

PRESENCE_CHANGED = "presence"
#: An open page that gave no sign of life for so long is closed: its person is away.
AWAY_AFTER = timedelta(minutes=10)
#: Signs of life are written down no more often than this.
SIGN_EVERY = timedelta(minutes=1)

_profile: Table = StaffProfile.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def profile_of(session: AsyncSession, staff_id: int) -> StaffProfile:
    """As stored, or that of an ordinary agent who is off."""
    stored = (await session.scalars(select(StaffProfile).where(_profile.c.staff_id == staff_id))).first()
    return stored or StaffProfile(staff_id=staff_id, skills=[], languages=[], preferences={})


async def set_presence(session: AsyncSession, now: datetime, staff_id: int, state: Presence, *, zone: str) -> None:
    """Come on duty, step away or go home; who comes on gets what has been waiting."""
    await _make_profile(session, staff_id)
    mine = update(_profile).where(_profile.c.staff_id == staff_id)
    await session.execute(mine.values(seen_at=now))
    await session.execute(mine.where(_profile.c.presence != state).values(presence=state, presence_since=now))
    _say(session, staff_id)
    if state is Presence.ON:
        await share_out(session, now, zone=zone, staff_id=staff_id)


def is_sign_due(profile: StaffProfile, now: datetime) -> bool:
    """Whether a sign of life is worth writing down; those who are off need none."""
    return profile.presence != Presence.OFF and (profile.seen_at is None or profile.seen_at <= now - SIGN_EVERY)


async def note_sign_of_life(session: AsyncSession, now: datetime, staff_id: int) -> None:
    """A page of this person is open."""
    await session.execute(update(_profile).where(_profile.c.staff_id == staff_id).values(seen_at=now))


async def leave_silent(session: AsyncSession, now: datetime) -> list[int]:
    """Whoever is on, but has had no page open for a while, is away; returns who."""
    silent = (_profile.c.presence == Presence.ON, _profile.c.seen_at <= now - AWAY_AFTER)
    gone = update(_profile).where(*silent).values(presence=Presence.AWAY, presence_since=now)
    left = list((await session.execute(gone.returning(_profile.c.staff_id))).scalars())
    for staff_id in left:
        _say(session, staff_id)
    return left


async def _make_profile(session: AsyncSession, staff_id: int) -> None:
    fresh = sqlite.insert(_profile) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(_profile)
    blank = {"staff_id": staff_id, "skills": [], "languages": [], "preferences": {}}
    await session.execute(fresh.values(**blank, capacity=20, presence=Presence.OFF).on_conflict_do_nothing())


def _say(session: AsyncSession, staff_id: int) -> None:
    hint(session, f"staff:{staff_id}")
    hint(session, PRESENCE_CHANGED)
