"""Give somebody who can only be called an address where news can be written."""

from datetime import datetime

from sqlmodel import select

from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.phones import e164, takes_texts
from tickets.actors import Actor
from tickets.calls.talks import talk_by
from tickets.calls.ways import News, Way
from tickets.contacts.models import Contact
from tickets.models import EventKind, Ticket
from tickets.repository import change, note_event


class AddressUnfitError(InvalidError):
    """No texts arrive at this number, or it is no address of mail."""

    code = "address_unfit"


async def reach_by(
    session: AsyncSession, now: datetime, ticket: Ticket, way: Way, typed: str, *, looks_like_mail: bool, staff: Actor
) -> None:
    """News of the person goes there from now on; raises AddressUnfitError, or AddressTakenError if it is another's."""
    address = typed.strip().lower() if looks_like_mail else e164(typed)
    if not address or looks_like_mail is not (way.channel == News.EMAIL):
        raise AddressUnfitError
    if way.channel == News.SMS and not takes_texts(address):
        raise AddressUnfitError
    person = select(Contact).where(Contact.id == ticket.contact_id).with_for_update()
    contact = (await session.exec(person)).one()
    talk = await talk_by(session, now, contact, way, address, locale="en" if contact.locale == "en" else "zh")
    contact.preferred_thread = talk.thread
    if way.channel == News.EMAIL:
        contact.email = contact.email or address
    session.add(contact)
    # The page of the ticket shows it at once to whoever else looks at it.
    await change(session, now, ticket)
    await note_event(session, now, ticket, EventKind.REACHABLE, staff, to_channel=way.channel)
