"""Staff say what a ticket is about; the classifier learns from it at once."""

from datetime import datetime

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from kit.db import AsyncSession, hint
from tickets.actors import Actor
from tickets.desk.models import Category
from tickets.models import EventKind, Ticket
from tickets.repository import change, note_event
from tickets.routing.learning import LEARNT
from tickets.routing.models import ClassifierExample
from tickets.routing.reasons import by_category
from tickets.routing.setup import setup_of
from tickets.sla.service import align

_example: Table = ClassifierExample.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def set_category(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    category: Category,
    staff: Actor,
    seen: int,
    reroute: bool = False,
) -> None:
    """File it under another category, or confirm the one it has; with ``reroute`` it goes to that category's team.

    Raises TicketChangedError when somebody changed the ticket since version ``seen``.
    """
    before = (await setup_of(session)).category(ticket.category_id)
    values: dict[str, int | None] = {"category_id": category.id}
    moves = reroute and category.team_id is not None and category.team_id != ticket.team_id
    if moves:
        values |= {"team_id": category.team_id, "assignee_id": None}
    await change(session, now, ticket, seen=seen, **values)
    source = dict(before.names) if before else None
    target = {"zh": category.name_zh, "en": category.name_en}
    await note_event(session, now, ticket, EventKind.CATEGORY, staff, source=source, target=target, to=target)
    if moves:
        await _say_routed(session, now, ticket, category, staff)
    await align(session, now, ticket)
    await align(session, now, ticket)
    await _learn(session, now, ticket, category)


async def _say_routed(session: AsyncSession, now: datetime, ticket: Ticket, category: Category, staff: Actor) -> None:
    team = (await setup_of(session)).team(ticket.team_id)
    why = by_category({"zh": category.name_zh, "en": category.name_en})
    await note_event(session, now, ticket, EventKind.ROUTED, staff, to=dict(team.names) if team else None, why=why)


async def _learn(session: AsyncSession, now: datetime, ticket: Ticket, category: Category) -> None:
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    said = {"category_id": category.id, "at": now}
    example = kind.insert(_example).values(ticket_id=ticket.id, **said)
    await session.execute(example.on_conflict_do_update(index_elements=["ticket_id"], set_=said))
    hint(session, LEARNT)
