"""Move what belongs to one contact to another, so that it can be moved back exactly."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select, update

from kit.db import AsyncSession, hint
from tickets.contacts.models import Contact, ContactIdentity
from tickets.conversations.models import Conversation
from tickets.linking.models import ContactLink, LinkState
from tickets.models import Ticket
from tickets.surveys.models import Survey

#: What the one told us is taken over where the other had told nothing.
FILLED = (
    "name",
    "phone",
    "email",
    "company",
    "tax_id",
    "region",
    "preferred_thread",
    "fallback_thread",
    "quiet_hours",
    "last_survey_at",
)


async def hold_contacts(session: AsyncSession, *ids: int) -> dict[int, Contact]:
    """The contacts, locked in one order until the transaction ends, by id."""
    held = select(Contact).where(col(Contact.id).in_(ids)).order_by(col(Contact.id)).with_for_update()
    fresh = held.execution_options(populate_existing=True)
    return {contact.id: contact for contact in (await session.exec(fresh)).all()}


async def join(session: AsyncSession, link: ContactLink, source: Contact, target: Contact) -> None:
    """Everything of the source becomes the target's; what was moved and filled is written on the link."""
    own = select(ContactIdentity.id).where(ContactIdentity.contact_id == source.id).order_by(col(ContactIdentity.id))
    identities = list((await session.exec(own)).all())
    link.source_id, link.target_id = source.id, target.id
    link.moved = {"identities": identities, **await _carry(session, identities, target.id)}
    link.filled = {}
    for name in FILLED:
        value = getattr(source, name)
        if value is not None and getattr(target, name) is None:
            setattr(target, name, value)
            link.filled[name] = _stored(value)
    session.add(target)
    session.add(link)
    await session.flush()


async def part(session: AsyncSession, link: ContactLink) -> None:
    """Give back what the link moved and still holds, also from those the target was joined to later."""
    above = await _above(session, link.target_id)
    identities = link.moved["identities"]
    await _carry(session, identities, link.source_id)
    for later in above:
        kept = [one for one in later.moved["identities"] if one not in identities]
        later.moved = {**later.moved, "identities": kept}
        session.add(later)
    await _empty(session, link, above)
    await session.flush()


async def _above(session: AsyncSession, contact_id: int) -> list[ContactLink]:
    """The links by which this contact became another, that one another, and so on; at most a handful."""
    path: list[ContactLink] = []
    while True:
        of_source = select(ContactLink).where(
            ContactLink.source_id == contact_id, ContactLink.state == LinkState.LINKED
        )
        found = (await session.exec(of_source)).first()
        if found is None:
            return path
        path.append(found)
        contact_id = found.target_id


async def _empty(session: AsyncSession, link: ContactLink, above: Sequence[ContactLink]) -> None:
    """Take back what was filled and is still as it was filled, as far up as it was handed on."""
    holders = [link, *above]
    contacts = await hold_contacts(session, *(one.target_id for one in holders))
    for name, value in link.filled.items():
        for one in holders:
            if one.filled.get(name) != value:
                break
            holder = contacts[one.target_id]
            if _stored(getattr(holder, name)) == value:
                setattr(holder, name, None)
            if one is not link:
                one.filled = {other: kept for other, kept in one.filled.items() if other != name}
    for holder in contacts.values():
        await _forget_lost_preference(session, holder)
        session.add(holder)


async def _forget_lost_preference(session: AsyncSession, holder: Contact) -> None:
    if holder.preferred_thread is None:
        return
    own = select(Conversation.id).where(
        Conversation.contact_id == holder.id, Conversation.thread == holder.preferred_thread
    )
    if (await session.exec(own)).first() is None:
        holder.preferred_thread = None


async def _carry(session: AsyncSession, identities: Sequence[int], contact_id: int) -> dict[str, Any]:
    """Conversations belong to whom their address belongs to, tickets and surveys to whom their conversation.

    Conversations come first: their rows are what a turn in progress holds, and what it opens is seen after that.
    """
    at = ContactIdentity
    talks = (
        select(Conversation.id)
        .join(
            at,
            (col(at.channel) == col(Conversation.channel))
            & (col(at.account) == col(Conversation.account))
            & (col(at.address) == col(Conversation.address)),
        )
        .where(col(at.id).in_(identities))
        .order_by(col(Conversation.id))
    )
    conversations = list((await session.exec(talks)).all())
    await _assign(session, Conversation, col(Conversation.id), conversations, contact_id)
    of_talks = select(Ticket.id).where(col(Ticket.conversation_id).in_(conversations)).order_by(col(Ticket.id))
    tickets = list((await session.exec(of_talks)).all())
    await _assign(session, Ticket, col(Ticket.id), tickets, contact_id)
    await _assign(session, Survey, col(Survey.ticket_id), tickets, contact_id)
    await _assign(session, ContactIdentity, col(at.id), identities, contact_id)
    for ticket in tickets:
        hint(session, f"ticket:{ticket}")
    return {"conversations": conversations, "tickets": tickets}


async def _assign(session: AsyncSession, table: Any, key: Any, ids: Sequence[int], contact_id: int) -> None:
    if ids:
        moving = update(table).where(key.in_(ids)).values(contact_id=contact_id)
        # Rows this session has loaded follow too: a turn goes on with its conversation afterwards.
        await session.exec(moving.execution_options(synchronize_session="fetch"))


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
