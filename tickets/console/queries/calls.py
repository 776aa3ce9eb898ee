"""What the form of a call offers, and what is known of its caller."""

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.calls.callers import Caller
from tickets.calls.talks import known_at
from tickets.calls.ways import Way
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.desk.models import Category, Team


async def categories(session: AsyncSession) -> list[Category]:
    """What tickets are about, in the order of the process page."""
    return list((await session.exec(select(Category).order_by(col(Category.position), col(Category.id)))).all())


async def regions(session: AsyncSession) -> list[str]:
    """The regions that have a team of their own."""
    found = await session.exec(select(Team.region).where(col(Team.region).is_not(None)).distinct())
    return sorted(region for region in found.all() if region)


async def known_addresses(session: AsyncSession, caller: Caller | None, ways: list[Way]) -> dict[str, str]:
    """Where the person was written to by these ways before."""
    if caller is None:
        return {}
    found = {way.channel: await known_at(session, caller.contact.id, way) for way in ways}
    return {channel: address for channel, address in found.items() if address}


async def heard_on(session: AsyncSession, contact: Contact) -> Conversation | None:
    """The talk where the person has chosen to hear news."""
    if contact.preferred_thread is None:
        return None
    own = select(Conversation).where(
        Conversation.contact_id == contact.id, Conversation.thread == contact.preferred_thread
    )
    return (await session.exec(own)).first()
