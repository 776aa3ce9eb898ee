"""What two tickets look like side by side before they become one."""

from dataclasses import dataclass

from sqlmodel import col, func, select

from kit.db import AsyncSession
from tickets.console.queries.desk import staff_name
from tickets.contacts.models import Contact
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import get_conversation
from tickets.models import Ticket
from tickets.sending.holding import held_on
from tickets.watching.followers import followers


@dataclass(frozen=True)
class Side:
    """One of the two."""

    ticket: Ticket
    contact: Contact
    conversation: Conversation
    assignee: str | None
    followers: list[str]
    messages: int
    last_words: str
    held: int


@dataclass(frozen=True)
class MergeRecord:
    """What goes on, and where."""

    source: Side
    target: Side


async def load_merge(session: AsyncSession, source: Ticket, target: Ticket) -> MergeRecord:
    return MergeRecord(await _side(session, source), await _side(session, target))


async def _side(session: AsyncSession, ticket: Ticket) -> Side:
    said = select(Message).where(Message.conversation_id == ticket.conversation_id, Message.author == Author.CUSTOMER)
    last = (await session.exec(said.order_by(col(Message.id).desc()).limit(1))).first()
    count = select(func.count()).where(col(Message.ticket_id) == ticket.id)
    return Side(
        ticket=ticket,
        contact=(await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one(),
        conversation=await get_conversation(session, ticket.conversation_id),
        assignee=await staff_name(session, ticket.assignee_id),
        followers=[name for _, name in await followers(session, ticket.id)],
        messages=(await session.exec(count)).one(),
        last_words=last.text if last else "",
        held=len(await held_on(session, [ticket.id])),
    )
