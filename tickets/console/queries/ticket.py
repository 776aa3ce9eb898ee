"""Everything one ticket's page shows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from kit.db import AsyncSession
from kit.errors import NotFoundError
from tickets.console.queries.desk import get_team, staff_name
from tickets.console.queries.linked import LinkedRecord, load_linked
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation, Message
from tickets.conversations.service import get_conversation, transcript
from tickets.desk.models import Category, Team
from tickets.errors import TicketNotFoundError
from tickets.followups.models import FollowUp
from tickets.followups.service import pending
from tickets.models import Ticket, TicketEvent
from tickets.repository import get_ticket, latest_ticket, timeline
from tickets.surveys.models import Survey
from tickets.surveys.service import survey_of

SHOWN_MESSAGES = 200
OTHER_TICKETS = 8


@dataclass(frozen=True, kw_only=True)
class TicketRecord:
    """A ticket with all that belongs to it; ``others`` are further tickets of the person."""

    ticket: Ticket
    conversation: Conversation
    contact: Contact
    messages: list[Message]
    events: list[TicketEvent]
    pending: list[FollowUp]
    others: list[Ticket]
    team: Team | None
    category: Category | None
    assignee: str | None
    survey: Survey | None
    linked: LinkedRecord
    revision: str


async def load_ticket(session: AsyncSession, ticket_id: int, now: datetime) -> TicketRecord:
    """The whole page's worth, or TicketNotFoundError."""
    ticket = await get_ticket(session, ticket_id)
    # First, so that whatever changes meanwhile makes the page look once more rather than miss it.
    revision = await ticket_revision(session, ticket.id, ticket.conversation_id)
    return TicketRecord(
        ticket=ticket,
        conversation=await get_conversation(session, ticket.conversation_id),
        contact=await contact_of(session, ticket),
        messages=await transcript(session, ticket.conversation_id, limit=SHOWN_MESSAGES),
        events=await timeline(session, ticket.id),
        pending=await pending(session, ticket.id),
        others=await _others(session, ticket),
        team=await get_team(session, ticket.team_id) if ticket.team_id else None,
        category=await _category(session, ticket.category_id),
        assignee=await staff_name(session, ticket.assignee_id),
        survey=await survey_of(session, ticket.id),
        linked=await load_linked(session, now, ticket.contact_id),
        revision=revision,
    )


async def contact_of(session: AsyncSession, ticket: Ticket) -> Contact:
    """The person; a ticket always has one."""
    return (await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one()


async def _others(session: AsyncSession, ticket: Ticket) -> list[Ticket]:
    same = select(Ticket).where(Ticket.contact_id == ticket.contact_id, Ticket.id != ticket.id)
    return list((await session.exec(same.order_by(col(Ticket.id).desc()).limit(OTHER_TICKETS))).all())


async def _category(session: AsyncSession, category_id: int | None) -> Category | None:
    if category_id is None:
        return None
    return (await session.exec(select(Category).where(Category.id == category_id))).first()


async def ticket_of_thread(session: AsyncSession, thread: str) -> Ticket:
    """The newest ticket of a thread, open ones first, or TicketNotFoundError."""
    conversation_id = (await session.exec(select(Conversation.id).where(Conversation.thread == thread))).first()
    ticket = await latest_ticket(session, conversation_id) if conversation_id else None
    if ticket is None:
        raise TicketNotFoundError
    return ticket


async def ticket_revision(session: AsyncSession, ticket_id: int, conversation_id: int) -> str:
    """Differs whenever the page would: a change, a line of the timeline, a message, a delivery's outcome."""
    version = (await session.exec(select(Ticket.version).where(Ticket.id == ticket_id))).one()
    event = (await session.exec(select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == ticket_id))).one()
    by_outcome = (
        select(col(Message.delivery), func.count(), func.max(Message.id))
        .where(Message.conversation_id == conversation_id)
        .group_by(col(Message.delivery))
    )
    outcomes = sorted(f"{row[0]}={row[1]}" for row in (await session.exec(by_outcome)).all())
    edited = select(func.count(col(Message.revised_at)), func.max(Message.revised_at))
    count, last = (await session.exec(edited.where(Message.conversation_id == conversation_id))).one()
    edits = [f"edited={count}-{last:%H%M%S%f}"] if last else []
    return ".".join([str(version), str(event or 0), *outcomes, *edits])


async def message_with_file(session: AsyncSession, message_id: int, file_id: str) -> dict[str, object]:
    """The description of a file that hangs on this message, or NotFoundError."""
    found = await session.exec(select(Message.attachments).where(Message.id == message_id))
    for file in found.first() or []:
        if file.get("id") == file_id:
            return dict(file)
    raise NotFoundError
