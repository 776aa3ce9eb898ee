"""What a team wants when somebody writes again about a solved ticket."""

from datetime import datetime, timedelta

from sqlmodel import select

from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.desk.models import ReopenPolicy, Team
from tickets.models import EventKind, Ticket
from tickets.repository import change, note_event
from tickets.stages import Stage


async def may_reopen(session: AsyncSession, now: datetime, ticket: Ticket) -> bool:
    """Whether it is opened again; else it takes a new one. What nobody has confirmed yet is always reopened."""
    if ticket.stage != Stage.SOLVED or ticket.closed_at is None or ticket.team_id is None:
        return ticket.stage in {Stage.CONFIRMING, Stage.SOLVED}
    team = await _team(session, ticket.team_id)
    match team.reopening:
        case ReopenPolicy.NEW:
            return False
        case ReopenPolicy.WITHIN:
            return now - ticket.closed_at <= timedelta(days=team.reopen_days)
        case _:
            return True


async def pass_on(session: AsyncSession, now: datetime, ticket: Ticket) -> None:
    """A ticket was just reopened: it stays with its owner, or is anybody's, as the team wants it."""
    if ticket.assignee_id is None or ticket.team_id is None:
        return
    if (await _team(session, ticket.team_id)).keep_owner:
        return
    await change(session, now, ticket, assignee_id=None)
    await note_event(session, now, ticket, EventKind.ASSIGNED, SYSTEM, to=None)


async def _team(session: AsyncSession, team_id: int) -> Team:
    return (await session.exec(select(Team).where(Team.id == team_id))).one()
