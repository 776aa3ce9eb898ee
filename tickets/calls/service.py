"""Log a call: one person, one line of a ticket, and where news goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from kit.db import AsyncSession
from kit.phones import takes_texts
from kit.settings import Locale
from tickets.actors import Actor
from tickets.calls.errors import CallerUnknownError, CallLoggedError
from tickets.calls.models import LoggedCall
from tickets.calls.talks import known_at, line_of, owner_at, talk_by
from tickets.calls.ways import News, Way, first_of
from tickets.contacts.models import Contact
from tickets.conversations.models import Author, Conversation
from tickets.conversations.service import NewMessage, get_conversation, post
from tickets.events import DeskEvent, emit
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.opening import Matter, Rhythm, open_ticket
from tickets.repository import change, find_ticket, get_ticket, note_event
from tickets.sla.service import REPLIES, align, answered, customer_wrote
from tickets.stages import OPEN_STAGES, Priority


@dataclass(frozen=True, kw_only=True)
class CallNote:
    """What whoever took the call has written down; ``number`` is as networks name it.

    Without ``contact_id`` it is a new person; with ``ticket_id`` it belongs to that open ticket of the caller.
    """

    key: str
    number: str
    text: str
    contact_id: int | None = None
    name: str = ""
    company: str = ""
    region: str = ""
    category: str | None = None
    priority: Priority | None = None
    ticket_id: int | None = None
    answered: bool = False
    mine: bool = False
    news: News = News.NONE
    #: Where texts go, if not to the number that called.
    sms_to: str = ""
    #: Where mail goes, if not to the address known already.
    email: str = ""
    call_id: int | None = None
    locale: Locale = "zh"


async def log_call(
    session: AsyncSession, now: datetime, note: CallNote, *, ways: Sequence[Way], staff: Actor, rhythm: Rhythm
) -> Ticket:
    """Open a ticket, or add to one; raises CallLoggedError, CallerUnknownError, AddressTakenError.

    Nothing of it stays when it raises and the caller's transaction is given up.
    """
    if not await _claim(session, now, note):
        return await _logged_before(session, note)
    contact = await _contact(session, now, note)
    line = await line_of(session, now, contact, note.number, locale=note.locale)
    await _choose_ways(session, now, contact, note, ways)
    ticket = await _ticket(session, now, note, line, contact, staff=staff, rhythm=rhythm)
    talk = await get_conversation(session, ticket.conversation_id)
    said = NewMessage(author=Author.CUSTOMER, text=note.text, author_name=contact.name, ticket_id=ticket.id)
    await post(session, now, talk, said)
    event = await note_event(
        session, now, ticket, EventKind.CALLED, staff, call=note.call_id, answered=note.answered, staff_id=staff.id
    )
    logged = update(LoggedCall).where(col(LoggedCall.key) == note.key)
    await session.exec(logged.values(ticket_id=ticket.id, event_id=event.id))
    await _take_up(session, now, ticket, note, staff)
    await emit(
        session,
        now,
        DeskEvent.LOGGED,
        thread=talk.thread,
        ticket_id=ticket.id,
        call_id=note.call_id,
        told=note.ticket_id is None and note.news is not News.NONE,
    )
    return ticket


async def _claim(session: AsyncSession, now: datetime, note: CallNote) -> bool:
    """False when this form was sent before, or this call logged: the database decides who was first."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(LoggedCall).values(key=note.key, call_id=note.call_id, at=now)
    claimed = await session.execute(row.on_conflict_do_nothing().returning(col(LoggedCall.key)))
    return claimed.scalar_one_or_none() is not None


async def _logged_before(session: AsyncSession, note: CallNote) -> Ticket:
    """The ticket, if it was the same form; raises CallLoggedError if somebody else logged the same call."""
    same = select(LoggedCall.ticket_id).where(LoggedCall.key == note.key)
    ticket_id = (await session.exec(same)).first()
    if ticket_id is not None:
        return await get_ticket(session, ticket_id)
    number = await logged_as(session, note.call_id) if note.call_id is not None else None
    raise CallLoggedError(number=number or "?")


async def logged_as(session: AsyncSession, call_id: int) -> str | None:
    """The number of the ticket that this call was logged as."""
    found = select(Ticket.number).join(LoggedCall, col(LoggedCall.ticket_id) == col(Ticket.id))
    return (await session.exec(found.where(LoggedCall.call_id == call_id))).first()


async def _contact(session: AsyncSession, now: datetime, note: CallNote) -> Contact:
    """What the caller tells us is taken over where we know nothing; what we know is not overwritten."""
    if note.contact_id is None:
        contact = Contact(locale=note.locale, phone=note.number, created_at=now)
    else:
        known = select(Contact).where(Contact.id == note.contact_id).with_for_update()
        found = (await session.exec(known)).first()
        if found is None:
            raise CallerUnknownError
        contact = found
    contact.name = contact.name or note.name or None
    contact.company = contact.company or note.company or None
    contact.region = contact.region or note.region or None
    session.add(contact)
    await session.flush()
    return contact


async def _choose_ways(
    session: AsyncSession, now: datetime, contact: Contact, note: CallNote, ways: Sequence[Way]
) -> None:
    """News go the way that was asked for, and the other way where that one fails."""
    if note.news is News.KEEP:
        await _add_ways(session, now, contact, note, ways)
    if note.news not in {News.SMS, News.EMAIL}:
        return
    other = News.EMAIL if note.news is News.SMS else News.SMS
    first = await _reached(session, now, contact, note, first_of(ways, note.news), asked=True)
    if first is None:
        return
    second = await _reached(session, now, contact, note, first_of(ways, other), asked=False)
    contact.preferred_thread = first.thread
    if second is not None:
        contact.fallback_thread = second.thread
    session.add(contact)


async def _add_ways(
    session: AsyncSession, now: datetime, contact: Contact, note: CallNote, ways: Sequence[Way]
) -> None:
    """What a known caller tells besides is where news go when the way they have does not work."""
    told = {News.SMS: note.sms_to, News.EMAIL: note.email}
    for channel in (channel for channel, address in told.items() if address):
        talk = await _reached(session, now, contact, note, first_of(ways, channel), asked=False)
        if talk is not None and talk.thread != contact.preferred_thread:
            contact.fallback_thread = talk.thread
            session.add(contact)


async def _reached(
    session: AsyncSession, now: datetime, contact: Contact, note: CallNote, way: Way | None, *, asked: bool
) -> Conversation | None:
    """The talk by this way. What nobody asked for is left alone where it is somebody else's."""
    if way is None:
        return None
    typed = note.sms_to if way.channel == News.SMS else note.email
    address = typed or await _known(session, contact, note, way)
    if not address:
        return None
    if not asked and not typed and await owner_at(session, way, address) not in {None, contact.id}:
        return None
    return await talk_by(session, now, contact, way, address, locale=note.locale)


async def _known(session: AsyncSession, contact: Contact, note: CallNote, way: Way) -> str | None:
    if way.channel == News.SMS and takes_texts(note.number):
        return note.number
    return await known_at(session, contact.id, way)


async def _ticket(
    session: AsyncSession,
    now: datetime,
    note: CallNote,
    line: Conversation,
    contact: Contact,
    *,
    staff: Actor,
    rhythm: Rhythm,
) -> Ticket:
    if note.ticket_id is not None:
        ticket = await find_ticket(session, note.ticket_id)
        if ticket is None or ticket.contact_id != contact.id or ticket.stage not in OPEN_STAGES:
            raise CallerUnknownError
        await customer_wrote(session, now, ticket)
        return ticket
    matter = Matter(text=note.text, category=note.category)
    ticket = await open_ticket(session, now, line, contact, matter, actor=staff, rhythm=rhythm)
    if note.priority is not None and note.priority != ticket.priority:
        # Another priority than the category's, with the targets that belong to it.
        await change(session, now, ticket, priority=note.priority)
        await align(session, now, ticket)
    return ticket


async def _take_up(session: AsyncSession, now: datetime, ticket: Ticket, note: CallNote, staff: Actor) -> None:
    values: dict[str, Any] = {}
    if note.answered:
        # What was said on the telephone is an answer like any other.
        due, _ = await answered(session, now, ticket, REPLIES)
        values |= {"waiting_since": None, "wants_person": False, **due}
        if ticket.first_replied_at is None:
            values["first_replied_at"] = now
    if note.mine and ticket.assignee_id != staff.id:
        values["assignee_id"] = staff.id
        await note_event(session, now, ticket, EventKind.ASSIGNED, staff, to=staff.name)
    if values:
        await change(session, now, ticket, **values)


async def note_length(session: AsyncSession, call_id: int, seconds: int) -> None:
    """How long was talked, on the line of the ticket; nothing where the call is not logged (yet)."""
    lines = select(TicketEvent).join(LoggedCall, col(LoggedCall.event_id) == col(TicketEvent.id))
    event = (await session.exec(lines.where(LoggedCall.call_id == call_id).with_for_update(of=TicketEvent))).first()
    if event is not None:
        event.data = {**event.data, "seconds": seconds}
        session.add(event)
