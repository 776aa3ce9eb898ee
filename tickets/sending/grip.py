"""Hold tickets so that nobody else changes them meanwhile: always talk before ticket, and smaller numbers first.

The bot's turn holds its talk before it changes a ticket; whoever took them the other way round would wait for it while
it waits for them.
"""

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.conversations.models import Conversation
from tickets.errors import TicketNotFoundError
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.repository import refuse_if_changed, survivor
from tickets.sending.errors import TicketMergedError


async def hold_ticket(session: AsyncSession, ticket_id: int, *, seen: int | None = None) -> Ticket:
    """The ticket as it is now, locked until the transaction ends.

    Raises TicketChangedError when it is not as it was ``seen``, and TicketMergedError when it goes on elsewhere.
    """
    ticket = (await hold_tickets(session, ticket_id))[ticket_id]
    if seen is not None:
        await refuse_if_changed(session, ticket, seen)
    await refuse_if_merged(session, ticket)
    return ticket


async def refuse_if_merged(session: AsyncSession, ticket: Ticket) -> None:
    """TicketMergedError, saying who did it and where the matter goes on."""
    if ticket.merged_into_id is None:
        return
    by = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.MERGED)
    event = (await session.exec(by.order_by(col(TicketEvent.id).desc()).limit(1))).first()
    who = event.actor_name if event else None
    raise TicketMergedError(number=(await survivor(session, ticket)).number, who=who or "?")


async def hold_survivor(session: AsyncSession, ticket_id: int) -> Ticket:
    """The ticket in which the matter goes on, locked; one that is merged while we wait is followed."""
    while True:
        ticket = (await hold_tickets(session, ticket_id))[ticket_id]
        if ticket.merged_into_id is None:
            return ticket
        ticket_id = ticket.merged_into_id


async def hold_tickets(session: AsyncSession, *ids: int) -> dict[int, Ticket]:
    """The tickets as they are now, locked, by id; raises TicketNotFoundError."""
    talks = select(Ticket.conversation_id).where(col(Ticket.id).in_(ids))
    talk = select(Conversation).where(col(Conversation.id).in_(talks)).order_by(col(Conversation.id))
    await session.exec(talk.with_for_update().execution_options(populate_existing=True))
    wanted = select(Ticket).where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id))
    rows = await session.exec(wanted.with_for_update().execution_options(populate_existing=True))
    tickets = {ticket.id: ticket for ticket in rows.all()}
    if len(tickets) != len(set(ids)):
        raise TicketNotFoundError
    return tickets
