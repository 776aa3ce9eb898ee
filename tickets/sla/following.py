"""After a change of policies or calendars open tickets follow, some at a time; whoever stops goes on where it was."""

from datetime import datetime

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.models import Ticket
from tickets.sla.models import SlaRevision
from tickets.sla.service import align
from tickets.stages import OPEN_STAGES

__all__ = ["follow_changes"]


async def follow_changes(session: AsyncSession, now: datetime, *, limit: int = 50) -> int:
    """Bring the next open tickets in step; return how many, 0 when all are.

    Another process that is at it already goes on alone.
    """
    asked = select(SlaRevision).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    state = (await session.exec(asked)).first()
    if state is None or state.followed == state.revision:
        return 0
    tickets = await _next(session, state.reached_id, limit)
    for ticket in tickets:
        await align(session, now, ticket)
    if len(tickets) < limit:
        state.followed, state.reached_id = state.revision, 0
    else:
        state.reached_id = tickets[-1].id
    session.add(state)
    return len(tickets)


async def _next(session: AsyncSession, after: int, limit: int) -> list[Ticket]:
    ahead = (
        select(Ticket)
        .where(col(Ticket.stage).in_(OPEN_STAGES), col(Ticket.id) > after)
        .order_by(col(Ticket.id))
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list((await session.exec(ahead)).all())
