"""One ticket about two matters becomes two: chosen messages begin one of their own."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from kit.db import AsyncSession, hint
from kit.text import clean_text
from tickets.actors import Actor
from tickets.contacts.models import Contact
from tickets.conversations.indexing import find_anew
from tickets.conversations.models import Author, Message
from tickets.conversations.service import get_conversation
from tickets.events import DeskEvent, emit
from tickets.merging.errors import NothingToSplitError
from tickets.merging.links import link_tickets
from tickets.merging.models import Relation
from tickets.models import EventKind, Ticket
from tickets.opening import Matter, Rhythm, open_ticket, subject_of
from tickets.repository import change, note_event
from tickets.search.service import reindex_message
from tickets.sending.grip import hold_ticket


async def splittable(session: AsyncSession, ticket: Ticket, *, limit: int = 50) -> list[Message]:
    """What the customer said that may be about something else, oldest first.

    What was said before any ticket was open belongs to none, and to this one as much as to another.
    """
    said = (
        select(Message)
        .where(Message.conversation_id == ticket.conversation_id, Message.author == Author.CUSTOMER)
        .where(col(Message.ticket_id).is_(None) | (col(Message.ticket_id) == ticket.id))
        .where(col(Message.text) != "")
        .order_by(col(Message.id).desc())
        .limit(limit)
    )
    return list(reversed((await session.exec(said)).all()))


async def split(
    session: AsyncSession,
    now: datetime,
    ticket_id: int,
    *,
    messages: Sequence[int],
    subject: str,
    staff: Actor,
    seen: int,
    rhythm: Rhythm,
) -> Ticket:
    """A new ticket of the same person from these messages; the customer hears its number."""
    ticket = await hold_ticket(session, ticket_id, seen=seen)
    chosen = [said for said in await splittable(session, ticket) if said.id in set(messages)]
    if not chosen:
        raise NothingToSplitError
    await change(session, now, ticket, seen=seen)
    conversation = await get_conversation(session, ticket.conversation_id)
    contact = (await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one()
    text = "\n".join(said.text for said in chosen)
    matter = Matter(text=text, facts=dict(ticket.facts), component=ticket.component)
    new = await open_ticket(session, now, conversation, contact, matter, actor=staff, rhythm=rhythm)
    if named := clean_text(subject):
        await change(session, now, new, subject=subject_of(named))
        await find_anew(session, new, contact)
    for said in chosen:
        said.ticket_id = new.id
        session.add(said)
        await reindex_message(session, ticket_id=new.id, message_id=said.id, text=said.text)
    await _tell_both(session, now, ticket, new, staff)
    hint(session, f"conversation:{conversation.id}")
    await emit(session, now, DeskEvent.SPLIT, thread=conversation.thread, ticket_id=new.id, source=ticket.id)
    return new


async def _tell_both(session: AsyncSession, now: datetime, ticket: Ticket, new: Ticket, staff: Actor) -> None:
    await note_event(session, now, ticket, EventKind.SPLIT_OFF, staff, number=new.number, other=new.id)
    await note_event(session, now, new, EventKind.SPLIT_FROM, staff, number=ticket.number, other=ticket.id)
    await link_tickets(session, now, ticket.id, new.id, relation=Relation.RELATED, by=staff)
