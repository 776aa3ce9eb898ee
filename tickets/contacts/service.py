"""Find the person behind an address."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from kit.db import AsyncSession
from kit.i18n import Locale
from tickets.contacts.models import Contact, ContactIdentity


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who writes, as the channel knows them."""

    channel: str
    account: str
    address: str
    thread: str
    name: str | None = None
    locale: Locale = "zh"


async def create_contact(session: AsyncSession, now: datetime, sender: Sender) -> Contact:
    """A new person with one address."""
    contact = Contact(name=sender.name, locale=sender.locale, created_at=now)
    session.add(contact)
    await session.flush()
    identity = ContactIdentity(
        contact_id=contact.id, channel=sender.channel, account=sender.account, address=sender.address
    )
    session.add(identity)
    await session.flush()
    return contact


async def find_contact(session: AsyncSession, sender: Sender) -> Contact | None:
    """The person this address belongs to."""
    owner = (
        select(Contact)
        .join(ContactIdentity)
        .where(
            ContactIdentity.channel == sender.channel,
            ContactIdentity.account == sender.account,
            ContactIdentity.address == sender.address,
        )
    )
    return (await session.exec(owner)).first()
