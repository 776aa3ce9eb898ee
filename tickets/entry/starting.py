"""What is still open when it is entered is work from now on: its clocks begin now, not when it happened."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.followups.service import schedule_all
from tickets.models import Ticket
from tickets.opening import Rhythm
from tickets.sla.service import promise_times, start


async def start_clocks(session: AsyncSession, now: datetime, ticket_ids: Sequence[int], *, rhythm: Rhythm) -> None:
    """Start the clocks of these tickets, as if they had been opened now."""
    wanted = (
        select(Ticket, Conversation.thread, Contact.tags)
        .select_from(Ticket)
        .join(Conversation, col(Conversation.id) == col(Ticket.conversation_id))
        .join(Contact, col(Contact.id) == col(Ticket.contact_id))
        .where(col(Ticket.id).in_(ticket_ids))
    )
    for ticket, thread, tags in (await session.exec(wanted)).all() if ticket_ids else ():
        ticket.next_update_at = now + rhythm.progress_every
        policy = await promise_times(session, now, ticket, tags)
        session.add(ticket)
        await session.flush()
        if due := await start(session, now, ticket, policy):
            await schedule_all(session, ticket, thread, due)
