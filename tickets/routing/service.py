"""Place a ticket when it is opened, and give it to somebody."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select

from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.desk.models import Category, Team
from tickets.models import EventKind, Ticket
from tickets.repository import note_event
from tickets.stages import Priority

category_table: Table = Category.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
team_table: Table = Team.__table__  # type: ignore[attr-defined]  # As above.


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of a matter before it is a ticket; ``category`` is what the dialogue made of it."""

    text: str
    category: str | None = None
    component: str | None = None


@dataclass(frozen=True)
class Decision:
    """One line for the timeline: what was decided, and why."""

    kind: EventKind
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a ticket belongs, and the decisions that led there."""

    category_id: int | None
    team_id: int | None
    priority: int
    decisions: tuple[Decision, ...] = field(default=())


async def place(
    session: AsyncSession, now: datetime, conversation: Conversation, contact: Contact, told: Told
) -> Placement:
    """Category, team and priority of a ticket to be opened."""
    category = await _category(session, told.category)
    return Placement(
        category_id=category.id if category else None,
        team_id=await _team_for(session, contact, category),
        priority=category.priority if category else Priority.NORMAL,
    )


async def settle(session: AsyncSession, now: datetime, ticket: Ticket, placement: Placement) -> None:
    """The ticket is there: say why it is where it is, and give it to somebody if the team works so."""
    for decision in placement.decisions:
        await note_event(session, now, ticket, decision.kind, SYSTEM, **decision.data)


async def _category(session: AsyncSession, key: str | None) -> Any:
    return (await session.execute(_CATEGORY, {"of_key": key})).first() if key else None


async def _team_for(session: AsyncSession, contact: Contact, category: Any) -> int | None:
    """The team of the person's region if there is one, else the category's, else the first there is."""
    if contact.region:
        regional: int | None = (await session.execute(_REGIONAL, {"of_region": contact.region})).scalar()
        if regional is not None:
            return regional
    if category and category.team_id:
        return int(category.team_id)
    general: int | None = (await session.execute(_GENERAL)).scalar()
    return general


# Built once, as every ticket asks: to build a statement costs more than to run it.
_CATEGORY = select(category_table.c.id, category_table.c.team_id, category_table.c.priority).where(
    category_table.c.key == bindparam("of_key")
)
_REGIONAL = select(team_table.c.id).where(team_table.c.region == bindparam("of_region"))
_GENERAL = select(team_table.c.id).order_by(team_table.c.id).limit(1)
