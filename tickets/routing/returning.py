"""Tickets whose owner is gone are the team's again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from kit.access.models import Staff
from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.desk.models import Presence, StaffProfile
from tickets.models import EventKind, Ticket
from tickets.repository import change, note_event
from tickets.routing.assigning import share_out
from tickets.routing.people import WORKED_STAGES
from tickets.routing.presence import leave_silent
from tickets.routing.setup import setup_of

#: So many in one transaction; the rest at the next look.
_AT_ONCE = 100


async def look_after(session: AsyncSession, now: datetime, *, zone: str) -> None:
    """What has to be looked at now and then: who fell silent, whose tickets come back, who has room again."""
    await leave_silent(session, now)
    await return_abandoned(session, now)
    await share_out(session, now, zone=zone)


async def return_abandoned(session: AsyncSession, now: datetime) -> int:
    """Give back to their teams the tickets of whoever is away too long or does not work here any more."""
    gone: ColumnElement[bool] = col(Ticket.assignee_id).in_(select(col(Staff.id)).where(~col(Staff.active)))
    returned = await _return(session, now, [gone], why={"because": "left"})
    for team in (await setup_of(session)).teams.values():
        if team.return_after_s is not None:
            away = _away_since(now - timedelta(seconds=team.return_after_s))
            returned += await _return(session, now, [col(Ticket.team_id) == team.id, away])
    return returned


def _away_since(moment: datetime) -> ColumnElement[bool]:
    away = select(col(StaffProfile.staff_id)).where(
        col(StaffProfile.presence) != Presence.ON, col(StaffProfile.presence_since) <= moment
    )
    return col(Ticket.assignee_id).in_(away)


async def _return(session: AsyncSession, now: datetime, which: Sequence[ColumnElement[bool]], **why: Any) -> int:
    abandoned = select(Ticket).where(*which, col(Ticket.stage).in_(WORKED_STAGES)).limit(_AT_ONCE)
    tickets = list((await session.scalars(abandoned.with_for_update(skip_locked=True))).all())
    names = await _names(session, [ticket.assignee_id for ticket in tickets if ticket.assignee_id is not None])
    for ticket in tickets:
        name = names.get(ticket.assignee_id or 0)
        await change(session, now, ticket, assignee_id=None)
        await note_event(session, now, ticket, EventKind.RETURNED, SYSTEM, from_name=name, **why)
    return len(tickets)


async def _names(session: AsyncSession, staff_ids: Sequence[int]) -> dict[int, str]:
    if not staff_ids:
        return {}
    rows = await session.execute(select(col(Staff.id), col(Staff.name)).where(col(Staff.id).in_(staff_ids)))
    return {staff_id: name for staff_id, name in rows.all() if staff_id is not None}
