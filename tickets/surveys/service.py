"""Ask how it went: once per ticket, and no person too often."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from kit.db import AsyncSession
from tickets.actors import CUSTOMER, SYSTEM
from tickets.contacts.models import Contact
from tickets.models import EventKind, Ticket
from tickets.opening import Rhythm
from tickets.repository import note_event
from tickets.surveys.models import Survey


async def may_ask(session: AsyncSession, now: datetime, ticket: Ticket, rhythm: Rhythm) -> bool:
    """Record that the question is asked now; False when it was asked before or the person was asked lately.

    The person's row is taken by a conditional update, so two tickets closing at once ask once.
    """
    contact = update(Contact).where(col(Contact.id) == ticket.contact_id)
    rested = col(Contact.last_survey_at).is_(None) | (col(Contact.last_survey_at) <= now - rhythm.survey_quiet)
    taken = await session.exec(
        contact.where(rested).values(last_survey_at=now).execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1 or not await _insert(session, now, ticket):
        await note_event(session, now, ticket, EventKind.SURVEY_SKIPPED, SYSTEM)
        return False
    await note_event(session, now, ticket, EventKind.SURVEY_ASKED, SYSTEM)
    return True


async def _insert(session: AsyncSession, now: datetime, ticket: Ticket) -> bool:
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "ticket_id": ticket.id,
        "contact_id": ticket.contact_id,
        "channel": ticket.channel,
        "team_id": ticket.team_id,
        "assignee_id": ticket.assignee_id,
        "asked_at": now,
    }
    statement = dialect_insert(Survey).values(**row).on_conflict_do_nothing(index_elements=["ticket_id"])
    return (await session.execute(statement.returning(col(Survey.id)))).first() is not None


async def rate(session: AsyncSession, now: datetime, ticket: Ticket, *, score: int) -> None:
    """One to five; a second answer corrects the first."""
    await session.exec(update(Survey).where(col(Survey.ticket_id) == ticket.id).values(score=score, answered_at=now))
    await note_event(session, now, ticket, EventKind.RATED, CUSTOMER, score=score)


async def comment(session: AsyncSession, ticket: Ticket, *, text: str) -> None:
    """The words that go with the score."""
    await session.exec(update(Survey).where(col(Survey.ticket_id) == ticket.id).values(comment=text))


async def survey_of(session: AsyncSession, ticket_id: int) -> Survey | None:
    """The ticket's survey, if it was asked."""
    return (await session.exec(select(Survey).where(Survey.ticket_id == ticket_id))).first()
