"""Keep what was said, and who leads."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert
from sqlmodel import col, select, update

from kit.db import AsyncSession, hint
from tickets.contacts.models import Contact
from tickets.contacts.service import Sender, create_contact, find_contact
from tickets.conversations.models import Author, Conversation, Message, Owner

message_table: Table = Message.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
# Built once: to build a statement costs more than to run it.
_INSERT = insert(message_table).returning(message_table.c.id)
# The row is held so that a colleague's reply and the bot's turn never cross.
_HELD_OF_THREAD = (
    select(Conversation, Contact)
    .join(Contact)
    .where(col(Conversation.thread) == bindparam("of_thread"))
    .with_for_update(of=Conversation)
)


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """Something said, or noted among staff."""

    author: Author
    text: str
    author_name: str | None = None
    staff_id: int | None = None
    ticket_id: int | None = None
    internal: bool = False
    buttons: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    intent: str | None = None


async def conversation_of(session: AsyncSession, now: datetime, sender: Sender) -> tuple[Conversation, Contact]:
    """The person's conversation on this thread, begun now if there was none."""
    found = (await session.execute(_HELD_OF_THREAD, {"of_thread": sender.thread})).first()
    if found is not None:
        return found[0], found[1]
    contact = await find_contact(session, sender) or await create_contact(session, now, sender)
    conversation = Conversation(
        contact_id=contact.id,
        channel=sender.channel,
        account=sender.account,
        address=sender.address,
        thread=sender.thread,
        locale=sender.locale,
        memory={},
        created_at=now,
        last_message_at=now,
    )
    session.add(conversation)
    await session.flush()
    return conversation, contact


async def post(session: AsyncSession, now: datetime, conversation: Conversation, new: NewMessage) -> Message:
    """Add a message to the conversation; who watches its ticket is told after the commit."""
    row: dict[str, Any] = {
        "conversation_id": conversation.id,
        "ticket_id": new.ticket_id,
        "author": new.author,
        "author_name": new.author_name,
        "staff_id": new.staff_id,
        "internal": new.internal,
        "text": new.text,
        "buttons": new.buttons,
        "links": new.links,
        "attachments": new.attachments,
        "intent": new.intent,
        "created_at": now,
    }
    message = Message(**row, id=(await session.execute(_INSERT, row)).scalar_one())
    # Written when the transaction ends, together with whatever else changes in the conversation.
    conversation.last_message_at = now
    session.add(conversation)
    hint(session, f"conversation:{conversation.id}")
    return message


async def get_conversation(session: AsyncSession, conversation_id: int) -> Conversation:
    """The conversation; a ticket always has one."""
    return (await session.exec(select(Conversation).where(Conversation.id == conversation_id))).one()


async def hold_conversation(session: AsyncSession, conversation_id: int) -> Conversation:
    """The conversation, locked until the transaction ends: nobody else speaks meanwhile."""
    held = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    return (await session.exec(held)).one()


async def transcript(session: AsyncSession, conversation_id: int, *, limit: int = 200) -> list[Message]:
    """The last ``limit`` messages, oldest first."""
    newest = (
        select(Message).where(Message.conversation_id == conversation_id).order_by(col(Message.id).desc()).limit(limit)
    )
    return list(reversed((await session.exec(newest)).all()))


def take_over(conversation: Conversation, *, staff_id: int) -> None:
    """A person speaks: the bot is silent here until the conversation is released."""
    conversation.owner = Owner.STAFF
    conversation.staff_id = staff_id


def release(conversation: Conversation) -> None:
    """The bot answers again."""
    conversation.owner = Owner.BOT
    conversation.staff_id = None


async def record_delivery(session: AsyncSession, message_id: int, outcome: str) -> None:
    """What became of the message on its platform."""
    where = col(Message.id) == message_id
    told = update(Message).where(where).values(delivery=outcome).returning(col(Message.conversation_id))
    conversation_id = (await session.exec(told)).scalar_one()
    hint(session, f"conversation:{conversation_id}")
