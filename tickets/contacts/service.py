"""Find the person behind an address."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, select

from kit.db import AsyncSession, insert_now
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
    await insert_now(session, contact)
    identity = ContactIdentity(
        contact_id=contact.id, channel=sender.channel, account=sender.account, address=sender.address
    )
    await insert_now(session, identity)
    return contact


async def find_contact(session: AsyncSession, sender: Sender) -> Contact | None:
    """The person this address belongs to."""
    values = {"of_channel": sender.channel, "of_account": sender.account, "of_address": sender.address}
    return (await session.scalars(_OWNER, values)).first()


# Built once: to build a statement costs more than to run it.
_OWNER = (
    select(Contact)
    .join(ContactIdentity)
    .where(
        col(ContactIdentity.channel) == bindparam("of_channel"),
        col(ContactIdentity.account) == bindparam("of_account"),
        col(ContactIdentity.address) == bindparam("of_address"),
    )
)
