"""People with tickets, straight through the desk's own services."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import Job
from tickets.actors import CUSTOMER, Actor, ActorKind
from tickets.contacts.service import Sender
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import NewMessage, conversation_of, post
from tickets.followups.models import FollowUp
from tickets.followups.service import pending
from tickets.models import Ticket, TicketEvent
from tickets.opening import Matter, open_ticket
from tickets.repository import get_ticket, timeline
from tickets.rhythm import rhythm_of

WANG = Actor(ActorKind.STAFF, 1, "王芳")
LI = Actor(ActorKind.STAFF, 2, "李清")


@dataclass(frozen=True)
class Opened:
    """A ticket just opened, by its ids."""

    ticket_id: int
    conversation_id: int
    contact_id: int


async def open_one(
    ground: Ground,
    text: str = "开票提交后一直转圈",
    *,
    who: str = "visitor-abc123",
    channel: str = "webchat",
    at: datetime | None = None,
    person: dict[str, Any] | None = None,
    **matter: Any,
) -> Opened:
    """A person writes, and a ticket is opened; ``person`` are columns of the contact."""
    now = at or ground.clock.now()
    sender = Sender(channel=channel, account="main", address=who, thread=f"{channel}:main:{who}")
    async with ground.db.transaction() as session:
        conversation, contact = await conversation_of(session, now, sender)
        for name, value in (person or {}).items():
            setattr(contact, name, value)
        await post(session, now, conversation, NewMessage(author=Author.CUSTOMER, text=text))
        about = Matter(text=text, **matter)
        ticket = await open_ticket(
            session, now, conversation, contact, about, actor=CUSTOMER, rhythm=rhythm_of(ground.settings)
        )
        return Opened(ticket.id, conversation.id, contact.id)


async def ticket_now(ground: Ground, ticket_id: int) -> Ticket:
    """As it is stored."""
    async with ground.db.reading() as session:
        return await get_ticket(session, ticket_id)


async def events_of(ground: Ground, ticket_id: int) -> list[TicketEvent]:
    async with ground.db.reading() as session:
        return await timeline(session, ticket_id)


async def kinds_of(ground: Ground, ticket_id: int) -> list[str]:
    """The timeline's kinds, oldest first."""
    return [event.kind for event in await events_of(ground, ticket_id)]


async def clocks_of(ground: Ground, ticket_id: int) -> dict[str, datetime]:
    """What is due, and when."""
    async with ground.db.reading() as session:
        return {row.kind: row.due_at for row in await pending(session, ticket_id)}


async def jobs_of(ground: Ground) -> list[tuple[str, dict[str, Any]]]:
    """What the rest of the product was told, oldest first."""
    async with ground.db.reading() as session:
        jobs = (await session.exec(select(Job).order_by(col(Job.id)))).all()
    return [(job.kind, job.payload) for job in jobs]


async def messages_of(ground: Ground, conversation_id: int) -> list[Message]:
    query = select(Message).where(Message.conversation_id == conversation_id).order_by(col(Message.id))
    async with ground.db.reading() as session:
        return list((await session.exec(query)).all())


async def conversation_now(session: AsyncSession, conversation_id: int) -> Conversation:
    return (await session.exec(select(Conversation).where(Conversation.id == conversation_id))).one()


async def follow_ups(ground: Ground) -> list[FollowUp]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(FollowUp).order_by(col(FollowUp.id)))).all())
