"""Everything one ticket's page shows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from kit.db import AsyncSession
from kit.errors import NotFoundError
from tickets.console.queries.desk import get_team, staff_name
from tickets.console.queries.linked import LinkedRecord, load_linked
from tickets.console.queries.person import Rating, ratings_of
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation, Message
from tickets.conversations.service import get_conversation, transcript
from tickets.desk.models import Category, Team
from tickets.errors import TicketNotFoundError
from tickets.followups.models import FollowUp
from tickets.followups.service import pending
from tickets.merging.links import Related, related_to
from tickets.merging.models import TicketMerge
from tickets.merging.service import may_undo, merges_of
from tickets.models import Ticket, TicketEvent
from tickets.repository import get_ticket, latest_ticket, survivor, timeline
from tickets.sending.drafts import drafting
from tickets.sending.holding import held_on
from tickets.sending.models import HeldReply, HeldState
from tickets.sla.models import SlaClock
from tickets.sla.service import clocks_of
from tickets.surveys.models import Survey
from tickets.surveys.service import survey_of
from tickets.watching.followers import followers
from tickets.watching.viewers import watchers

SHOWN_MESSAGES = 200
OTHER_TICKETS = 8


@dataclass(frozen=True)
class MergedRecord:
    """A ticket that went on in this one."""

    merged: TicketMerge
    ticket: Ticket
    can_undo: bool


@dataclass(frozen=True, kw_only=True)
class TicketRecord:
    """A ticket with all that belongs to it; ``others`` are further tickets of the person.

    ``messages`` are those of its talk and of the talks of what was merged into it.
    """

    ticket: Ticket
    conversation: Conversation
    contact: Contact
    messages: list[Message]
    events: list[TicketEvent]
    pending: list[FollowUp]
    clocks: list[SlaClock]
    others: list[Ticket]
    team: Team | None
    category: Category | None
    assignee: str | None
    survey: Survey | None
    linked: LinkedRecord
    ratings: list[Rating]
    held: list[HeldReply]
    related: list[Related]
    merges: list[MergedRecord]
    merged_into: Ticket | None
    followers: list[tuple[int, str]]
    revision: str


async def load_ticket(session: AsyncSession, ticket_id: int, now: datetime, *, zone: str) -> TicketRecord:
    """The whole page's worth, or TicketNotFoundError."""
    ticket = await get_ticket(session, ticket_id)
    talks = await talks_of(session, ticket)
    # First, so that whatever changes meanwhile makes the page look once more rather than miss it.
    revision = await ticket_revision(session, ticket.id, *talks)
    return TicketRecord(
        ticket=ticket,
        conversation=await get_conversation(session, ticket.conversation_id),
        contact=await contact_of(session, ticket),
        messages=await _said_in(session, talks),
        events=await timeline(session, ticket.id),
        pending=await pending(session, ticket.id),
        clocks=await clocks_of(session, ticket.id),
        others=await _others(session, ticket),
        team=await get_team(session, ticket.team_id) if ticket.team_id else None,
        category=await _category(session, ticket.category_id),
        assignee=await staff_name(session, ticket.assignee_id),
        survey=await survey_of(session, ticket.id),
        linked=await load_linked(session, now, ticket.contact_id),
        ratings=await ratings_of(session, ticket.contact_id),
        held=await held_on(session, [ticket.id]),
        related=await related_to(session, ticket.id),
        merges=await _merges(session, now, ticket, zone),
        merged_into=await survivor(session, ticket) if ticket.merged_into_id else None,
        followers=await followers(session, ticket.id),
        revision=revision,
    )


async def talks_of(session: AsyncSession, ticket: Ticket) -> list[int]:
    """The talks in which its matter is spoken of: its own, and those of what was merged into it, however far back."""
    talks, looking = [ticket.conversation_id], [ticket.id]
    while looking:
        into = select(Ticket.id, Ticket.conversation_id).join(TicketMerge, col(TicketMerge.source_id) == col(Ticket.id))
        into = into.where(col(TicketMerge.target_id).in_(looking), col(TicketMerge.undone_at).is_(None))
        rows = (await session.exec(into.order_by(col(Ticket.id)))).all()
        looking = [ticket_id for ticket_id, _ in rows]
        talks += [talk for _, talk in rows]
    return list(dict.fromkeys(talks))


async def _said_in(session: AsyncSession, talks: list[int]) -> list[Message]:
    said = [message for talk in talks for message in await transcript(session, talk, limit=SHOWN_MESSAGES)]
    return sorted(said, key=lambda message: message.id)[-SHOWN_MESSAGES:]


async def _merges(session: AsyncSession, now: datetime, ticket: Ticket, zone: str) -> list[MergedRecord]:
    """Only the last one can be undone, and then the one before it."""
    found = await merges_of(session, ticket.id)
    undone = bool(found) and await may_undo(session, now, found[0][0], zone=zone)
    return [MergedRecord(merged, source, place == 0 and undone) for place, (merged, source) in enumerate(found)]


async def contact_of(session: AsyncSession, ticket: Ticket) -> Contact:
    """The person; a ticket always has one."""
    return (await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one()


async def _others(session: AsyncSession, ticket: Ticket) -> list[Ticket]:
    same = select(Ticket).where(Ticket.contact_id == ticket.contact_id, Ticket.id != ticket.id)
    return list((await session.exec(same.order_by(col(Ticket.id).desc()).limit(OTHER_TICKETS))).all())


async def _category(session: AsyncSession, category_id: int | None) -> Category | None:
    if category_id is None:
        return None
    return (await session.exec(select(Category).where(Category.id == category_id))).first()


async def ticket_of_thread(session: AsyncSession, thread: str) -> Ticket:
    """The newest ticket of a thread, open ones first, or TicketNotFoundError."""
    conversation_id = (await session.exec(select(Conversation.id).where(Conversation.thread == thread))).first()
    ticket = await latest_ticket(session, conversation_id) if conversation_id else None
    if ticket is None:
        raise TicketNotFoundError
    return ticket


async def ticket_revision(session: AsyncSession, ticket_id: int, *talks: int) -> str:
    """Differs whenever the page would: a change, a line of the timeline, a message, its outcome, one to be sent."""
    version = (await session.exec(select(Ticket.version).where(Ticket.id == ticket_id))).one()
    event = (await session.exec(select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == ticket_id))).one()
    by_outcome = (
        select(col(Message.delivery), func.count(), func.max(Message.id))
        .where(col(Message.conversation_id).in_(talks))
        .group_by(col(Message.delivery))
    )
    outcomes = sorted(f"{row[0]}={row[1]}" for row in (await session.exec(by_outcome)).all())
    edited = select(func.count(col(Message.revised_at)), func.max(Message.revised_at))
    count, last = (await session.exec(edited.where(col(Message.conversation_id).in_(talks)))).one()
    edits = [f"edited={count}-{last:%H%M%S%f}"] if last else []
    to_send = select(func.count(), func.max(HeldReply.id)).where(
        HeldReply.ticket_id == ticket_id, col(HeldReply.state).in_([HeldState.HELD, HeldState.HANDED])
    )
    waiting, newest = (await session.exec(to_send)).one()
    held = [f"held={waiting}-{newest}"] if waiting else []
    return ".".join([str(version), str(event or 0), *outcomes, *edits, *held])


async def who_is_here(session: AsyncSession, now: datetime, ticket_id: int, staff_id: int) -> str:
    """Differs whenever somebody else comes, goes, begins or ends to write."""
    here = [f"{one.staff_id}{'w' * one.typing}" for one in await watchers(session, now, ticket_id, but=staff_id)]
    return ".".join([*here, *await drafting(session, now, ticket_id, but=staff_id)])


async def message_with_file(session: AsyncSession, message_id: int, file_id: str) -> dict[str, object]:
    """The description of a file that hangs on this message, or NotFoundError."""
    found = await session.exec(select(Message.attachments).where(Message.id == message_id))
    for file in found.first() or []:
        if file.get("id") == file_id:
            return dict(file)
    raise NotFoundError
