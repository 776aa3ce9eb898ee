"""Keep what was said, and who leads."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert
from sqlmodel import col, select, update

from kit.db import AsyncSession, hint, insert_now
from tickets.contacts.models import Contact, ContactIdentity
from tickets.contacts.service import Sender, create_contact, find_contact
from tickets.conversations.models import FINDABLE, Author, Conversation, Message, Owner
from tickets.models import Ticket
from tickets.search.service import index_message, reindex_message

message_table: Table = Message.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
ticket_table: Table = Ticket.__table__  # type: ignore[attr-defined]  # As above.
# Built once: to build a statement costs more than to run it.
_INSERT = insert(message_table).returning(message_table.c.id)
# The row is held so that a colleague's reply and the bot's turn never cross.
_HELD_OF_THREAD = (
    select(Conversation, Contact)
    .join(Contact)
    .where(col(Conversation.thread) == bindparam("of_thread"))
    .with_for_update(of=Conversation)
)
# On SQLite nobody else can have been waited for.
_LOOKS = {"postgresql": 2, "sqlite": 1}


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
    platform_id: str | None = None
    marks: list[str] = field(default_factory=list)
    original: str = ""


async def conversation_of(session: AsyncSession, now: datetime, sender: Sender) -> tuple[Conversation, Contact]:
    """The person's conversation on this thread, begun now if there was none."""
    found = await _held(session, sender.thread)
    if found is not None:
        return found
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
    await insert_now(session, conversation)
    return conversation, contact


async def _held(session: AsyncSession, thread: str) -> tuple[Conversation, Contact] | None:
    """The conversation, locked. One that was waited for may belong to another contact since: then look again."""
    for _ in range(_LOOKS[session.get_bind().dialect.name]):
        found = (await session.execute(_HELD_OF_THREAD, {"of_thread": thread})).first()
        if found is not None:
            return found[0], found[1]
    return None


async def find_conversation(session: AsyncSession, thread: str) -> Conversation | None:
    """The conversation on a thread, locked until the transaction ends; None when nobody has written there."""
    held = await _held(session, thread)
    return held[0] if held else None


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
        "platform_id": new.platform_id,
        "marks": new.marks or None,
        "original": new.original or None,
        "created_at": now,
    }
    message = Message(**row, id=(await session.execute(_INSERT, row)).scalar_one())
    if new.ticket_id is not None and new.author in FINDABLE:
        await index_message(session, ticket_id=new.ticket_id, message_id=message.id, text=new.text)
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


async def revise_message(
    session: AsyncSession, now: datetime, *, thread: str, platform_id: str, text: str
) -> Message | None:
    """The person has edited a message: what it said before is kept; None when there is no such message."""
    of_thread = select(Message).join(Conversation).where(Conversation.thread == thread).with_for_update(of=Message)
    message = (await session.exec(of_thread.where(Message.platform_id == platform_id))).first()
    if message is None or message.text == text:
        return message
    message.revisions = [*(message.revisions or ()), {"text": message.text, "at": now.isoformat()}]
    message.text, message.revised_at = text, now
    session.add(message)
    if message.ticket_id is not None:
        await reindex_message(session, ticket_id=message.ticket_id, message_id=message.id, text=text)
    hint(session, f"conversation:{message.conversation_id}")
    return message


async def move_conversation(session: AsyncSession, *, old: str, thread: str, address: str) -> None:
    """The platform calls the person by another name from now on; what was said stays with the person.

    If the person has written under the new name already, all goes on in the talk that began there.
    """
    held = select(Conversation).where(col(Conversation.thread).in_([old, thread])).with_for_update()
    found = {conversation.thread: conversation for conversation in (await session.exec(held)).all()}
    if old not in found:
        return
    moved, begun = found[old], found.get(thread)
    await session.exec(update(Contact).where(col(Contact.preferred_thread) == old).values(preferred_thread=thread))
    if begun is not None:
        await _go_on_in(session, moved, begun)
        return
    await session.exec(_identity_of(moved).values(address=address))
    moved.thread, moved.address = thread, address
    session.add(moved)


async def _go_on_in(session: AsyncSession, moved: Conversation, begun: Conversation) -> None:
    """Who began to write there is the person we know; all tickets and messages are in one talk."""
    begun.contact_id = moved.contact_id
    session.add(begun)
    await session.exec(_identity_of(begun).values(contact_id=moved.contact_id))
    tickets = update(ticket_table).where(ticket_table.c.conversation_id.in_([moved.id, begun.id]))
    await session.execute(tickets.values(conversation_id=begun.id, contact_id=moved.contact_id))
    messages = update(message_table).where(message_table.c.conversation_id == moved.id)
    await session.execute(messages.values(conversation_id=begun.id))


def _identity_of(conversation: Conversation) -> Any:
    return update(ContactIdentity).where(
        col(ContactIdentity.channel) == conversation.channel,
        col(ContactIdentity.account) == conversation.account,
        col(ContactIdentity.address) == conversation.address,
    )
