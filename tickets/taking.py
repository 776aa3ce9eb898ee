"""Take the ticket that needs somebody most."""

from datetime import datetime

from sqlmodel import col, or_, select

from kit.db import AsyncSession
from tickets.actors import Actor
from tickets.desk.models import TeamMember
from tickets.models import Ticket
from tickets.stages import OWED_STAGES
from tickets.working import assign


async def take_next(session: AsyncSession, now: datetime, *, staff: Actor) -> Ticket | None:
    """Assign the most urgent, longest promised ticket that nobody has; None when there is none.

    Members of teams get what is their teams' or nobody's. Two people who take at once get different tickets.
    """
    waiting = (
        select(Ticket)
        .where(col(Ticket.stage).in_(OWED_STAGES), col(Ticket.assignee_id).is_(None))
        .order_by(col(Ticket.priority), col(Ticket.first_reply_due), col(Ticket.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mine = select(TeamMember.team_id).where(TeamMember.staff_id == staff.id)
    teams = list((await session.exec(mine)).all())
    if teams:
        waiting = waiting.where(or_(col(Ticket.team_id).in_(teams), col(Ticket.team_id).is_(None)))
    ticket = (await session.exec(waiting)).first()
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
