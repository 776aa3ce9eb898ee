"""Who is on duty for a team, with how much room; read under a lock when tickets are to be given out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, func, select

from kit.access.models import Role, Staff
from kit.db import AsyncSession
from tickets.desk.models import Presence, RotaShift, StaffProfile, TeamMember
from tickets.models import Ticket
from tickets.stages import Stage

#: A ticket called solved is nobody's work, unless the customer says otherwise.
WORKED_STAGES = (Stage.ACCEPTED, Stage.PROCESSING, Stage.WAITING)
_DAY = 24 * 60
_NEVER = datetime.min.replace(tzinfo=UTC)

_profile: Table = StaffProfile.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_staff: Table = Staff.__table__  # type: ignore[attr-defined]  # As above.
_member: Table = TeamMember.__table__  # type: ignore[attr-defined]  # As above.
_shift: Table = RotaShift.__table__  # type: ignore[attr-defined]  # As above.
_ticket: Table = Ticket.__table__  # type: ignore[attr-defined]  # As above.


_PRESENT = (
    select(_profile, _staff.c.name)
    .join(_staff, _staff.c.id == _profile.c.staff_id)
    .where(_profile.c.presence == Presence.ON, _staff.c.active, _staff.c.role != Role.EDITOR)
    .order_by(_profile.c.staff_id)
)


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody on duty; ``load`` is how many tickets they work on."""

    id: int
    name: str
    skills: frozenset[str]
    languages: frozenset[str]
    capacity: int
    load: int
    last_assigned_at: datetime | None

    @property
    def room(self) -> int:
        return self.capacity - self.load

    def given_one(self, now: datetime) -> "Colleague":
        return replace(self, load=self.load + 1, last_assigned_at=now)


@dataclass(frozen=True)
class Need:
    """What a ticket asks of whoever gets it."""

    language: str
    skills: frozenset[str] = frozenset()


def best(people: Iterable[Colleague], need: Need) -> Colleague | None:
    """Who has the skills and the most room, in turn among equals; who speaks the language comes before all others."""
    able = [one for one in people if one.room > 0 and need.skills <= one.skills]
    speaking = [one for one in able if not one.languages or need.language in one.languages]
    order = sorted(speaking or able, key=lambda one: (-one.room, one.last_assigned_at or _NEVER, one.id))
    return next(iter(order), None)


async def on_duty(
    session: AsyncSession, now: datetime, team_id: int, *, zone: str, lock: bool = False
) -> list[Colleague]:
    """The members of a team who take tickets now.

    With ``lock`` nobody else gives them any until the transaction ends, so that nobody gets more than they can bear.
    """
    members = _PRESENT.join(_member, _member.c.staff_id == _profile.c.staff_id).where(_member.c.team_id == team_id)
    rows = (await session.execute(members.with_for_update(of=_profile) if lock else members)).all()
    scheduled = await _scheduled(session, now, team_id, zone) if rows else None
    return await _with_loads(session, [row for row in rows if scheduled is None or row.staff_id in scheduled])


async def named_on_duty(session: AsyncSession, login: str) -> Colleague | None:
    """One person by login, locked as above; None when they are not present."""
    rows = (await session.execute(_PRESENT.where(_staff.c.login == login).with_for_update(of=_profile))).all()
    return next(iter(await _with_loads(session, rows)), None)


async def _with_loads(session: AsyncSession, rows: Sequence[Any]) -> list[Colleague]:
    loads = await loads_of(session, [row.staff_id for row in rows]) if rows else {}
    return [
        Colleague(
            id=row.staff_id,
            name=row.name,
            skills=frozenset(row.skills),
            languages=frozenset(row.languages),
            capacity=row.capacity,
            load=loads.get(row.staff_id, 0),
            last_assigned_at=row.last_assigned_at,
        )
        for row in rows
    ]


async def loads_of(session: AsyncSession, staff_ids: Collection[int]) -> dict[int, int]:
    """How many tickets each of them works on; who has none is left out."""
    counted = (
        select(_ticket.c.assignee_id, func.count())
        .where(_ticket.c.assignee_id.in_(staff_ids), _ticket.c.stage.in_(WORKED_STAGES))
        .group_by(_ticket.c.assignee_id)
    )
    return {row[0]: row[1] for row in (await session.execute(counted)).all()}


async def _scheduled(session: AsyncSession, now: datetime, team_id: int, zone: str) -> frozenset[int] | None:
    """Who is on the rota now; None for a team without one."""
    shifts = (await session.execute(select(_shift).where(_shift.c.team_id == team_id))).all()
    if not shifts:
        return None
    local = now.astimezone(ZoneInfo(zone))
    return frozenset(one.staff_id for one in shifts if is_within(local, one.weekday, one.begins, one.ends))


def is_within(local: datetime, weekday: int, begins: int, ends: int) -> bool:
    """Whether a shift is on at a local time; one that ends before it begins goes on into the next day."""
    minute = local.hour * 60 + local.minute
    if begins < ends:
        return local.weekday() == weekday and begins <= minute < ends
    yesterday = (local - timedelta(days=1)).weekday()
    evening = local.weekday() == weekday and begins <= minute < _DAY
    return evening or (yesterday == weekday and minute < ends)
