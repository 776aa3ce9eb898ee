"""The addresses of a person, and what joined them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.linking.models import ContactLink
from tickets.linking.service import links_of, pending_links


@dataclass(frozen=True)
class LinkRecord:
    """A link with the talks it joins, or may join; the two contacts only while that is undecided."""

    link: ContactLink
    shown_in: Conversation
    given_in: Conversation
    contacts: tuple[Contact, Contact] | None = None


@dataclass(frozen=True)
class LinkedRecord:
    """What the side panel shows about one person's addresses."""

    preferred: str | None
    fallback: str | None
    quiet_hours: str | None
    talks: list[Conversation]
    joined: list[LinkRecord]
    pending: list[LinkRecord]


async def load_linked(session: AsyncSession, now: datetime, contact_id: int) -> LinkedRecord:
    """The person's talks, latest first, and links; most people have one talk and none."""
    own = select(Conversation).where(Conversation.contact_id == contact_id)
    talks = list((await session.exec(own.order_by(col(Conversation.last_message_at).desc()))).all())
    contact = (await session.exec(select(Contact).where(Contact.id == contact_id))).one()
    return LinkedRecord(
        preferred=contact.preferred_thread,
        fallback=contact.fallback_thread,
        quiet_hours=contact.quiet_hours,
        talks=talks,
        joined=[await _record(session, link) for link in await links_of(session, contact_id)],
        pending=[await _pending(session, link) for link in await pending_links(session, now, contact_id)],
    )


async def _record(session: AsyncSession, link: ContactLink) -> LinkRecord:
    return LinkRecord(link, await _talk(session, link.shown_in), await _talk(session, link.given_in))


async def _pending(session: AsyncSession, link: ContactLink) -> LinkRecord:
    record = await _record(session, link)
    both = await _contact(session, record.shown_in), await _contact(session, record.given_in)
    return LinkRecord(link, record.shown_in, record.given_in, both)


async def _talk(session: AsyncSession, conversation_id: int) -> Conversation:
    return (await session.exec(select(Conversation).where(Conversation.id == conversation_id))).one()


async def _contact(session: AsyncSession, talk: Conversation) -> Contact:
    return (await session.exec(select(Contact).where(Contact.id == talk.contact_id))).one()
