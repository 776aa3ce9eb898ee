"""What the wall shows: a few sums over the open tickets, the people at work, and the counted hours of today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from kit.access.models import Staff
from kit.db import AsyncSession
from tickets.console.queries.queue import queue_revision
from tickets.desk.models import Presence, StaffProfile, Team
from tickets.models import Ticket
from tickets.reports.counting import Measure
from tickets.reports.log import HOUR
from tickets.reports.models import ReportHour
from tickets.reports.reading import opened_by_hour
from tickets.stages import OPEN_STAGES

SOON = timedelta(minutes=60)
WEEKS = 6
#: What can be read from afar.
_SHOWN = 6
_MOST_PEOPLE = 60


@dataclass(frozen=True)
class TeamLoad:
    """The open tickets of a team; nothing as ``team``: nobody's yet."""

    team: Team | None
    open: int
    unassigned: int
    waiting: int
    late: int
    soon: int
    longest_since: datetime | None


@dataclass(frozen=True)
class Urgent:
    """A ticket by its number alone: the whole room reads the wall, so no name and no word of a customer."""

    id: int
    number: str
    team: Team | None
    owner: str | None
    at: datetime


@dataclass(frozen=True)
class OnDuty:
    """Somebody at work or away, with the open tickets they have and how many they take."""

    name: str
    presence: str
    since: datetime | None
    load: int
    capacity: int


@dataclass(frozen=True)
class ChannelToday:
    """What came by a channel today: tickets, talks with the bot, and how many of those came to a ticket."""

    channel: str
    opened: int = 0
    talks: int = 0
    talks_ticket: int = 0


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The desk at one moment, whoever looks at it."""

    at: datetime
    revision: str
    teams: Sequence[TeamLoad]
    soon: Sequence[Urgent]
    waiting: Sequence[Urgent]
    people: Sequence[OnDuty]
    channels: Sequence[ChannelToday]
    #: Tickets opened in each hour since midnight.
    today: Sequence[int]
    #: The same 24 hours of each of the last weeks, where there was a desk already.
    weeks: Sequence[Sequence[int]]


async def look(session: AsyncSession, now: datetime, zone: str) -> Snapshot:
    """All of it, in a number of queries that does not depend on how much there is."""
    midnight = _midnight(now.astimezone(ZoneInfo(zone)).date(), zone)
    arrivals = await _arrivals(session, now, zone)
    return Snapshot(
        at=now,
        revision=await queue_revision(session),
        teams=await _teams(session, now),
        soon=await _urgent(session, col(Ticket.sla_due), col(Ticket.sla_due) <= now + SOON),
        waiting=await _urgent(session, col(Ticket.waiting_since), col(Ticket.waiting_since).is_not(None)),
        people=await _people(session),
        channels=await _channels(session, midnight, now),
        today=arrivals[0][: int((now - midnight) / HOUR) + 1],
        weeks=arrivals[1:],
    )


def _is_open() -> ColumnElement[bool]:
    return col(Ticket.stage).in_(OPEN_STAGES)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def _teams(session: AsyncSession, now: datetime) -> list[TeamLoad]:
    due = col(Ticket.sla_due)
    counted = (
        select(
            col(Ticket.team_id).label("team_id"),
            func.count().label("open"),
            _sum(col(Ticket.assignee_id).is_(None)).label("unassigned"),
            _sum(col(Ticket.waiting_since).is_not(None)).label("waiting"),
            _sum(due < now).label("late"),
            _sum(and_(due >= now, due <= now + SOON)).label("soon"),
            func.min(col(Ticket.waiting_since)).label("longest"),
        )
        .where(_is_open())
        .group_by(col(Ticket.team_id))
        .subquery()
    )
    query = select(Team, counted).outerjoin_from(counted, Team, col(Team.id) == counted.c.team_id)
    loads = [
        TeamLoad(team, row[0], row[1], row[2], row[3], row[4], row[5])
        for team, _team_id, *row in (await session.execute(query)).all()
    ]
    return sorted(loads, key=lambda load: (-load.late, -load.open, load.team.id if load.team else 0))


async def _urgent(session: AsyncSession, at: Mapped[datetime | None], among: ColumnElement[bool]) -> list[Urgent]:
    query = (
        select(col(Ticket.id), col(Ticket.number), Team, col(Staff.name), at)
        .outerjoin(Team, col(Team.id) == col(Ticket.team_id))
        .outerjoin(Staff, col(Staff.id) == col(Ticket.assignee_id))
        .where(_is_open(), among)
        .order_by(at, col(Ticket.id))
        .limit(_SHOWN)
    )
    rows = (await session.execute(query)).all()
    return [Urgent(id_, number, team, owner, moment) for id_, number, team, owner, moment in rows if moment]


async def _people(session: AsyncSession) -> list[OnDuty]:
    owned = (
        select(func.count())
        .where(col(Ticket.assignee_id) == col(StaffProfile.staff_id), _is_open())
        .correlate(StaffProfile)
        .scalar_subquery()
    )
    profile = StaffProfile
    query = (
        select(col(Staff.name), col(profile.presence), col(profile.presence_since), owned, col(profile.capacity))
        .join(Staff, col(Staff.id) == col(profile.staff_id))
        .where(col(Staff.active), col(profile.presence).in_([Presence.ON, Presence.AWAY]))
        .order_by(col(profile.presence) != Presence.ON, col(Staff.name))
        .limit(_MOST_PEOPLE)
    )
    return [OnDuty(*row) for row in (await session.execute(query)).all()]


async def _channels(session: AsyncSession, midnight: datetime, now: datetime) -> list[ChannelToday]:
    measures = (Measure.OPENED, Measure.TALKS, Measure.TALKS_TICKET)
    query = (
        select(col(ReportHour.channel), col(ReportHour.measure), func.sum(col(ReportHour.n)))
        .where(col(ReportHour.hour) >= midnight, col(ReportHour.hour) <= now)
        .where(col(ReportHour.measure).in_(measures))
        .group_by(col(ReportHour.channel), col(ReportHour.measure))
    )
    found: dict[str, dict[str, int]] = {}
    for channel, measure, n in (await session.execute(query)).all():
        found.setdefault(channel, {})[measure] = n
    channels = [ChannelToday(channel, *(counts.get(one, 0) for one in measures)) for channel, counts in found.items()]
    return sorted(channels, key=lambda one: (-one.opened, -one.talks, one.channel))


async def _arrivals(session: AsyncSession, now: datetime, zone: str) -> list[list[int]]:
    """24 hours of today, and of the same weekday of each of the last weeks that had any ticket."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days = [_midnight(today - week * timedelta(weeks=1), zone) for week in range(WEEKS + 1)]
    opened = await opened_by_hour(session, [(day, day + 24 * HOUR) for day in days])
    rows = [[opened.get(day + hour * HOUR, 0) for hour in range(24)] for day in days]
    return [rows[0], *(row for row in rows[1:] if any(row))]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
