"""How long somebody who wants a person will wait, said honestly."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from kit.db import AsyncSession
from tickets.desk.models import Presence, StaffProfile, TeamMember
from tickets.models import Ticket
from tickets.routing.line import awake, before
from tickets.sla.setup import rules_of
from tickets.stages import OWED_STAGES

#: What was answered longer ago says nothing about now; nor do fewer answers than this.
_RECENT = timedelta(hours=4)
_FEWEST = 3
_MOST = 50
#: Tickets answered for the first time today are hardly older than this.
_OLDEST = timedelta(days=2)


@dataclass(frozen=True)
class Wait:
    """``place`` counts from 1; ``seconds`` is an estimate from recent replies, nothing while there are too few.

    ``promised_s`` is when an answer is due at the latest; ``opens_at`` is set while the desk is closed.
    """

    place: int
    seconds: float | None
    promised_s: float
    opens_at: datetime | None = None


async def expected_wait(session: AsyncSession, now: datetime, ticket: Ticket) -> Wait:
    """Place among the unanswered tickets of the team, in the order in which they are taken, and how long that takes."""
    place = await _ahead(session, now, ticket) + 1
    opens_at = (await rules_of(session)).general.business.next_working(now)
    closed = opens_at > now
    pace = None if closed else await _seconds_each(session, now, ticket)
    return Wait(
        place=place,
        seconds=None if pace is None else max(60.0, place * pace),
        promised_s=seconds_until(now, ticket.first_reply_due),
        opens_at=opens_at if closed else None,
    )


async def _ahead(session: AsyncSession, now: datetime, ticket: Ticket) -> int:
    ahead = select(func.count()).where(
        Ticket.team_id == ticket.team_id,
        col(Ticket.stage).in_(OWED_STAGES),
        col(Ticket.waiting_since).is_not(None),
        col(Ticket.first_replied_at).is_(None),
        awake(now),
        before(ticket),
    )
    return (await session.exec(ahead)).one()


async def _seconds_each(session: AsyncSession, now: datetime, ticket: Ticket) -> float | None:
    """How long the team takes for one first reply, with as many people as are on duty now."""
    recent = (
        select(Ticket.first_replied_at, Ticket.assignee_id)
        .where(Ticket.team_id == ticket.team_id, col(Ticket.created_at) >= now - _OLDEST)
        .where(col(Ticket.first_replied_at) >= now - _RECENT)
        .order_by(col(Ticket.first_replied_at).desc())
        .limit(_MOST)
    )
    replies = [(at, who) for at, who in (await session.exec(recent)).all() if at is not None]
    if len(replies) < _FEWEST:
        return None
    each = (now - replies[-1][0]).total_seconds() / len(replies)
    on_duty = await _count_on_duty(session, ticket.team_id)
    at_work = len({who for _, who in replies if who is not None})
    return each * at_work / on_duty if on_duty and at_work else each


async def _count_on_duty(session: AsyncSession, team_id: int | None) -> int:
    present = (
        select(func.count())
        .select_from(StaffProfile)
        .join(TeamMember, col(TeamMember.staff_id) == col(StaffProfile.staff_id))
        .where(TeamMember.team_id == team_id, StaffProfile.presence == Presence.ON)
    )
    return (await session.exec(present)).one()


def seconds_until(now: datetime, due: datetime) -> float:
    """Never negative."""
    return max(0.0, (due - now).total_seconds())
