"""Tags that a rule puts on a new ticket."""

from collections.abc import Sequence

from sqlalchemy import Insert, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from kit.db import AsyncSession
from tickets.models import Tag, Ticket, TicketTag

_tag: Table = Tag.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_ticket_tag: Table = TicketTag.__table__  # type: ignore[attr-defined]  # As above.


async def put_tags(session: AsyncSession, ticket: Ticket, names: Sequence[str]) -> None:
    """Link them, and make those that nobody used before; the ticket's own list is written by whoever opens it."""
    fresh = sqlite.insert(_tag) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(_tag)
    await session.execute(fresh.on_conflict_do_nothing(), [{"name": name} for name in names])
    ids = (await session.execute(select(_tag.c.id).where(_tag.c.name.in_(names)))).scalars().all()
    links: Insert = _ticket_tag.insert()
    await session.execute(links, [{"ticket_id": ticket.id, "tag_id": tag_id} for tag_id in ids])
