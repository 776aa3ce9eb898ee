"""What is known of a person from their other matters."""

from dataclasses import dataclass

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.models import Ticket
from tickets.surveys.models import Survey

#: So many of the newest: who was pleased long ago may not be today.
_RATINGS = 5


@dataclass(frozen=True)
class Rating:
    """How pleased the person was with the end of a ticket."""

    ticket_id: int
    number: str
    score: int


async def ratings_of(session: AsyncSession, contact_id: int) -> list[Rating]:
    """The newest first."""
    given = (
        select(Ticket.id, Ticket.number, Survey.score)
        .join(Ticket, col(Ticket.id) == col(Survey.ticket_id))
        .where(Survey.contact_id == contact_id, col(Survey.score).is_not(None))
        .order_by(col(Survey.answered_at).desc(), col(Survey.id).desc())
        .limit(_RATINGS)
    )
    rows = (await session.exec(given)).all()
    return [Rating(ticket_id, number, score) for ticket_id, number, score in rows if score is not None]
