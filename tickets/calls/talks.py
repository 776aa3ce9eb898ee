"""The talks of a caller: the telephone line, and where news can be written."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, or_, select

from kit.db import AsyncSession
from kit.settings import Locale
from tickets.calls.callers import SHARED
from tickets.calls.errors import AddressTakenError
from tickets.calls.ways import Way
from tickets.contacts.models import Contact, ContactIdentity
from tickets.contacts.service import Sender
from tickets.conversations.models import Conversation
from tickets.conversations.service import conversation_of

#: The line of the organisation, whoever answers it.
LINE = Way("phone", "hotline")


async def line_of(
    session: AsyncSession, now: datetime, contact: Contact, number: str, *, locale: Locale
) -> Conversation:
    """The person's talk on the telephone from this number; somebody else may call from it too."""
    at = ContactIdentity
    here = or_(col(at.address) == number, col(at.address).startswith(number + SHARED, autoescape=True))
    line = (at.channel == LINE.channel, at.account == LINE.account)
    taken = dict((await session.exec(select(at.address, at.contact_id).where(*line, here))).all())
    own = next((address for address, owner in taken.items() if owner == contact.id), None)
    count = len(taken)
    address = own or (number if number not in taken else f"{number}{SHARED}{count + 1}")
    while await claim(session, contact, LINE, address) != contact.id:
        # Somebody else was called in by a colleague at the same moment.
        count += 1
        address = f"{number}{SHARED}{count + 1}"
    return await _talk(session, now, LINE, address, locale)


async def talk_by(
    session: AsyncSession, now: datetime, contact: Contact, way: Way, address: str, *, locale: Locale
) -> Conversation:
    """Where the person can be written to; raises AddressTakenError when it is somebody else's."""
    owner = await claim(session, contact, way, address)
    if owner != contact.id:
        raise AddressTakenError(way.channel, owner)
    return await _talk(session, now, way, address, locale)


async def claim(session: AsyncSession, contact: Contact, way: Way, address: str) -> int:
    """Make the address the person's unless it is somebody's; returns whose it is. The database decides races."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"contact_id": contact.id, "channel": way.channel, "account": way.account, "address": address}
    await session.execute(insert(ContactIdentity).values(**row).on_conflict_do_nothing())
    return await owner_at(session, way, address) or contact.id


async def owner_at(session: AsyncSession, way: Way, address: str) -> int | None:
    """Whose address it is."""
    at = ContactIdentity
    owner = select(at.contact_id).where(at.channel == way.channel, at.account == way.account, at.address == address)
    return (await session.exec(owner)).first()


async def known_at(session: AsyncSession, contact_id: int, way: Way) -> str | None:
    """The address at which the person was written to last by this way."""
    own = select(Conversation.address).where(
        Conversation.contact_id == contact_id,
        Conversation.channel == way.channel,
        Conversation.account == way.account,
    )
    return (await session.exec(own.order_by(col(Conversation.last_message_at).desc()).limit(1))).first()


async def _talk(session: AsyncSession, now: datetime, way: Way, address: str, locale: Locale) -> Conversation:
    sender = Sender(
        channel=way.channel, account=way.account, address=address, thread=way.thread(address), locale=locale
    )
    conversation, _contact = await conversation_of(session, now, sender)
    return conversation
