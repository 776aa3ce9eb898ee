"""Offer, join, refuse and part: each step is one conditional change, so that of two at once one happens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import col, func, select, update

from kit.db import AsyncSession
from kit.errors import ConflictError, NotFoundError
from tickets.actors import CUSTOMER, Actor
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.conversations.service import get_conversation
from tickets.linking.codes import spend
from tickets.linking.conflicts import conflicts
from tickets.linking.merging import hold_contacts, join, part
from tickets.linking.models import ContactLink, LinkState
from tickets.linking.proofs import Proof
from tickets.models import EventKind, Ticket
from tickets.repository import note_event
from tickets.stages import OPEN_STAGES

OFFER_LASTS = timedelta(minutes=10)
PENDING_LASTS = timedelta(days=30)
UNDO_WITHIN = timedelta(days=30)


class LinkGoneError(ConflictError):
    """Somebody else has decided it, or it is too late."""

    code = "link_gone"


class NoSuchLinkError(NotFoundError):
    """This person has no such link."""

    code = "no_such_link"


class Outcome(StrEnum):
    """What became of a wish to be joined; PENDING waits for staff, GONE is decided or too late."""

    LINKED = "linked"
    PENDING = "pending"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True)
class OtherSide:
    """Whom a code or a link leads to, as far as the person at this end may know before it is decided."""

    channel: str
    address: str
    tickets: int


async def offer_link(
    session: AsyncSession, now: datetime, conversation: Conversation, proof: Proof
) -> ContactLink | None:
    """Spend the code and ask; None when the code was spent meanwhile."""
    if not await spend(session, now, conversation, proof.code_id):
        return None
    given_in = await get_conversation(session, proof.given_in)
    link = ContactLink(
        source_id=conversation.contact_id,
        target_id=given_in.contact_id,
        given_in=given_in.id,
        shown_in=conversation.id,
        state=LinkState.OFFERED,
        offered_at=now,
    )
    session.add(link)
    await session.flush()
    return link


async def other_side(session: AsyncSession, conversation_id: int) -> OtherSide:
    """What to show of the conversation at the other end."""
    other = await get_conversation(session, conversation_id)
    count = select(func.count()).select_from(Ticket).where(Ticket.contact_id == other.contact_id)
    return OtherSide(other.channel, other.address, (await session.exec(count)).one())


async def accept_link(session: AsyncSession, now: datetime, conversation: Conversation, link_id: int) -> Outcome:
    """The person says yes; where the two told us different things, staff have to look first."""
    link = await _find(session, link_id)
    if link is None or link.shown_in != conversation.id or link.offered_at + OFFER_LASTS < now:
        return Outcome.GONE
    if not await _take(session, link, LinkState.OFFERED, state=LinkState.PENDING):
        return Outcome.GONE
    source, target = await _both(session, link)
    if source.id == target.id:
        await _take(session, link, LinkState.PENDING, state=LinkState.DECLINED)
        return Outcome.SAME
    if conflicts(source, target):
        await _note(session, now, (source.id, target.id), EventKind.LINK_PENDING, CUSTOMER)
        return Outcome.PENDING
    await _join(session, now, link, source, target, by=CUSTOMER)
    return Outcome.LINKED


async def decline_link(session: AsyncSession, conversation: Conversation, link_id: int) -> None:
    """The person says no; the code is spent all the same."""
    link = await _find(session, link_id)
    if link is not None and link.shown_in == conversation.id:
        await _take(session, link, LinkState.OFFERED, state=LinkState.DECLINED)


async def confirm_link(session: AsyncSession, now: datetime, link_id: int, *, staff: Actor) -> None:
    """Staff have looked and say that it is one person; raises LinkGoneError."""
    link = await find_link(session, link_id)
    if link.state != LinkState.PENDING or link.offered_at + PENDING_LASTS < now:
        raise LinkGoneError
    source, target = await _both(session, link)
    if source.id == target.id:
        raise LinkGoneError
    await _join(session, now, link, source, target, by=staff)


async def dismiss_link(session: AsyncSession, link_id: int) -> None:
    """Staff have looked and say that it is not; raises LinkGoneError."""
    if not await _take(session, await find_link(session, link_id), LinkState.PENDING, state=LinkState.DECLINED):
        raise LinkGoneError


async def undo_link(session: AsyncSession, now: datetime, link_id: int, *, by: Actor) -> None:
    """Two persons again; raises LinkGoneError when it was undone before or is too old."""
    link = await find_link(session, link_id)
    if link.linked_at is None or link.linked_at + UNDO_WITHIN < now:
        raise LinkGoneError
    holder = await owner_of(session, link.target_id)
    await hold_contacts(session, link.source_id, link.target_id, holder)
    values = {"state": LinkState.UNDONE, "undone_at": now, "undone_by": _name(by)}
    if not await _take(session, link, LinkState.LINKED, **values):
        raise LinkGoneError
    await part(session, link)
    await _note(session, now, (link.source_id, holder), EventKind.UNLINKED, by)


async def undo_own_link(session: AsyncSession, now: datetime, contact: Contact, link_id: int) -> bool:
    """As the person wishes; False when it is no link of theirs, or too late."""
    if link_id not in {link.id for link in await links_of(session, contact.id)}:
        return False
    try:
        await undo_link(session, now, link_id, by=CUSTOMER)
    except LinkGoneError:
        return False
    return True


async def links_of(session: AsyncSession, contact_id: int) -> list[ContactLink]:
    """Everything joined to this person, over others too, newest first."""
    found: dict[int, ContactLink] = {}
    looking = [contact_id]
    while looking:
        into = (col(ContactLink.target_id).in_(looking), col(ContactLink.state) == LinkState.LINKED)
        joined = (await session.exec(select(ContactLink).where(*into))).all()
        looking = [link.source_id for link in joined if link.id not in found]
        found.update({link.id: link for link in joined})
    return sorted(found.values(), key=lambda link: (link.linked_at, link.id), reverse=True)


async def undoable_link(session: AsyncSession, now: datetime, contact_id: int) -> ContactLink | None:
    """The newest link of the person that may still be undone."""
    newest = next(iter(await links_of(session, contact_id)), None)
    if newest is None or newest.linked_at is None or newest.linked_at + UNDO_WITHIN < now:
        return None
    return newest


async def pending_links(session: AsyncSession, now: datetime, contact_id: int) -> list[ContactLink]:
    """What waits for staff to decide about this person, newest first."""
    waiting = select(ContactLink).where(
        (col(ContactLink.source_id) == contact_id) | (col(ContactLink.target_id) == contact_id),
        col(ContactLink.state) == LinkState.PENDING,
        col(ContactLink.offered_at) > now - PENDING_LASTS,
    )
    return list((await session.exec(waiting.order_by(col(ContactLink.id).desc()))).all())


async def owner_of(session: AsyncSession, contact_id: int) -> int:
    """The contact this one has become, itself if it was joined to none."""
    while True:
        upward = select(ContactLink.target_id).where(
            ContactLink.source_id == contact_id, ContactLink.state == LinkState.LINKED
        )
        above = (await session.exec(upward)).first()
        if above is None:
            return contact_id
        contact_id = above


async def _join(
    session: AsyncSession, now: datetime, link: ContactLink, source: Contact, target: Contact, *, by: Actor
) -> None:
    values: dict[str, Any] = {"state": LinkState.LINKED, "linked_at": now, "linked_by": _name(by)}
    if not await _take(session, link, LinkState.PENDING, source_id=source.id, target_id=target.id, **values):
        raise LinkGoneError
    await join(session, link, source, target)
    await _note(session, now, (target.id,), EventKind.LINKED, by)


async def _both(session: AsyncSession, link: ContactLink) -> tuple[Contact, Contact]:
    """Who the two ends are by now, locked: either may have been joined to others since the code was given out."""
    while True:
        source, target = await _ends(session, link)
        held = await hold_contacts(session, source, target)
        if (source, target) == await _ends(session, link):
            return held[source], held[target]


async def _ends(session: AsyncSession, link: ContactLink) -> tuple[int, int]:
    owner = select(Conversation.id, Conversation.contact_id).where(
        col(Conversation.id).in_([link.shown_in, link.given_in])
    )
    owners = dict((await session.exec(owner)).all())
    return owners[link.shown_in], owners[link.given_in]


async def _take(session: AsyncSession, link: ContactLink, before: LinkState, **values: Any) -> bool:
    """Change the link if it still stands as it stood; the database decides who was first."""
    standing = (col(ContactLink.id) == link.id, col(ContactLink.state) == before)
    taken = await session.exec(
        update(ContactLink).where(*standing).values(**values).execution_options(synchronize_session=False)
    )
    await session.refresh(link)
    return taken.rowcount == 1


async def _note(session: AsyncSession, now: datetime, contacts: tuple[int, ...], kind: EventKind, by: Actor) -> None:
    """A line on every open ticket, as whoever works on it has to know."""
    open_ones = select(Ticket).where(col(Ticket.contact_id).in_(contacts), col(Ticket.stage).in_(OPEN_STAGES))
    for ticket in (await session.exec(open_ones.order_by(col(Ticket.id)))).all():
        await note_event(session, now, ticket, kind, by)


async def _find(session: AsyncSession, link_id: int) -> ContactLink | None:
    return (await session.exec(select(ContactLink).where(ContactLink.id == link_id))).first()


async def find_link(session: AsyncSession, link_id: int) -> ContactLink:
    """The link; raises NoSuchLinkError."""
    link = await _find(session, link_id)
    if link is None:
        raise NoSuchLinkError
    return link


def _name(actor: Actor) -> str:
    return actor.name or actor.kind
