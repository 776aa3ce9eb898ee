"""Take the ticket that needs somebody most."""

from datetime import datetime

from sqlmodel import col, or_, select

from kit.db import AsyncSession
from tickets.actors import Actor
from tickets.desk.models import TeamMember
from tickets.models import Ticket
from tickets.routing.line import ORDER, in_line, within_skills
from tickets.routing.presence import profile_of
from tickets.routing.setup import setup_of
from tickets.working import assign


async def take_next(session: AsyncSession, now: datetime, *, staff: Actor) -> Ticket | None:
    """Assign the most urgent, soonest due ticket that nobody has; None when there is none.

    Members of teams get what is their teams' or nobody's, and everybody only what they have the skill for. Two people
    who take at once get different tickets.
    """
    skills = (await profile_of(session, staff.id)).skills if staff.id is not None else []
    able = within_skills(await setup_of(session), skills)
    waiting = select(Ticket).where(in_line(now), able).order_by(*ORDER).limit(1)
    mine = select(TeamMember.team_id).where(TeamMember.staff_id == staff.id)
    teams = list((await session.exec(mine)).all())
    if teams:
        waiting = waiting.where(or_(col(Ticket.team_id).in_(teams), col(Ticket.team_id).is_(None)))
    ticket = (await session.exec(waiting.with_for_update(skip_locked=True))).first()
    if ticket is not None:
        await assign(
            session,
            now,
            ticket,
            assignee_id=staff.id,
            assignee_name=staff.name,
            staff=staff,
            seen=ticket.version,
        )
    return ticket
