"""Finding tickets, and changing one without overwriting anybody."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select, update

from kit.db import AsyncSession, hint, insert_now
from tickets.actors import Actor
from tickets.errors import TicketChangedError, TicketNotFoundError
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.stages import OPEN_STAGES


async def get_ticket(session: AsyncSession, ticket_id: int) -> Ticket:
    """The ticket, or TicketNotFoundError."""
    return _found(await find_ticket(session, ticket_id))


async def find_ticket(session: AsyncSession, ticket_id: int) -> Ticket | None:
    """The ticket, if there is one."""
    return (await session.exec(select(Ticket).where(Ticket.id == ticket_id))).first()


async def ticket_by_number(session: AsyncSession, number: str) -> Ticket:
    """By the number people read out, or TicketNotFoundError."""
    return _found(await find_by_number(session, number))


async def find_by_number(session: AsyncSession, number: str) -> Ticket | None:
    """By the number people read out."""
    return (await session.exec(select(Ticket).where(Ticket.number == number))).first()


async def ticket_by_token(session: AsyncSession, token: str) -> Ticket:
    """By the secret of its tracking link, or TicketNotFoundError; a merged one leads to where it goes on."""
    ticket = _found((await session.exec(select(Ticket).where(Ticket.token == token))).first())
    return await survivor(session, ticket)


async def survivor(session: AsyncSession, ticket: Ticket) -> Ticket:
    """Where the matter goes on: the ticket itself unless it was merged into another, and that perhaps into a third."""
    while ticket.merged_into_id is not None:
        ticket = await get_ticket(session, ticket.merged_into_id)
    return ticket


def _found(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise TicketNotFoundError
    return ticket


async def latest_ticket(session: AsyncSession, conversation_id: int) -> Ticket | None:
    """The newest ticket of a conversation, open ones first; of a merged one, the one it goes on in."""
    ticket = (await session.scalars(_NEWEST, {"of_conversation": conversation_id})).first()
    return await survivor(session, ticket) if ticket else None


async def latest_ticket_of(session: AsyncSession, contact_id: int) -> Ticket | None:
    """The person's newest ticket on any of their addresses, open ones first."""
    of_contact = select(Ticket).where(Ticket.contact_id == contact_id)
    newest = of_contact.order_by(col(Ticket.stage).in_(OPEN_STAGES).desc(), col(Ticket.id).desc()).limit(1)
    ticket = (await session.exec(newest)).first()
    return await survivor(session, ticket) if ticket else None


# Built once, as every message asks: to build a statement costs more than to run it.
_NEWEST = (
    select(Ticket)
    .where(col(Ticket.conversation_id) == bindparam("of_conversation"))
    .order_by(col(Ticket.stage).in_(OPEN_STAGES).desc(), col(Ticket.id).desc())
    .limit(1)
)


async def change(
    session: AsyncSession, now: datetime, ticket: Ticket, *, seen: int | None = None, **values: Any
) -> None:
    """Write ``values`` if nobody changed the ticket since version ``seen`` (default: as loaded).

    Raises TicketChangedError naming who was first and what they did.
    """
    version = ticket.version if seen is None else seen
    statement = (
        update(Ticket)
        .where(col(Ticket.id) == ticket.id, col(Ticket.version) == version)
        .values(version=version + 1, updated_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    if (await session.exec(statement)).rowcount != 1:
        await _explain_conflict(session, ticket)
    await session.refresh(ticket)
    hint(session, f"ticket:{ticket.id}")
    hint(session, "tickets")


async def refuse_if_changed(session: AsyncSession, ticket: Ticket, seen: int) -> None:
    """TicketChangedError, naming who was first, unless the ticket is as it was seen."""
    if ticket.version != seen:
        await _explain_conflict(session, ticket)


async def _explain_conflict(session: AsyncSession, ticket: Ticket) -> None:
    last = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(col(TicketEvent.id).desc()).limit(1)
    event = (await session.exec(last)).first()
    who = (event.actor_name or event.actor) if event else "?"
    raise TicketChangedError(who=who, kind=event.kind if event else "")


async def note_event(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    kind: EventKind,
    actor: Actor,
    *,
    public: bool = False,
    **data: Any,
) -> TicketEvent:
    """Add a line to the timeline."""
    event = TicketEvent(
        ticket_id=ticket.id,
        kind=kind,
        actor=actor.kind,
        actor_name=actor.name,
        public=public,
        data=data,
        team_id=ticket.team_id,
        category_id=ticket.category_id,
        assignee_id=ticket.assignee_id,
        channel=ticket.channel,
        region=ticket.region,
        at=now,
    )
    await insert_now(session, event)
    hint(session, f"ticket:{ticket.id}")
    hint(session, "tickets")
    return event


async def timeline(session: AsyncSession, ticket_id: int, *, public_only: bool = False) -> list[TicketEvent]:
    """What happened, oldest first."""
    lines = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(col(TicketEvent.id))
    if public_only:
        lines = lines.where(col(TicketEvent.public))
    return list((await session.exec(lines)).all())
