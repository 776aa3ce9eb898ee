"""Tickets that have to do with each other and stay apart."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, or_, select

from kit.db import AsyncSession
from tickets.actors import Actor
from tickets.merging.errors import LinkedAlreadyError, NoTicketLinkError, SameTicketError
from tickets.merging.models import Relation, TicketLink
from tickets.models import EventKind, Ticket
from tickets.repository import get_ticket, note_event
from tickets.sending.grip import hold_tickets


@dataclass(frozen=True)
class Related:
    """The ticket at the other end; ``backwards``: the link was made over there."""

    link: TicketLink
    ticket: Ticket
    backwards: bool


async def link_tickets(
    session: AsyncSession, now: datetime, ticket_id: int, other_id: int, *, relation: Relation, by: Actor
) -> TicketLink:
    """Say that the one is ``relation`` of the other; both timelines tell."""
    if ticket_id == other_id:
        raise SameTicketError
    tickets = await hold_tickets(session, ticket_id, other_id)
    if (await session.exec(select(TicketLink.id).where(_between(ticket_id, other_id)))).first() is not None:
        raise LinkedAlreadyError
    link = TicketLink(ticket_id=ticket_id, other_id=other_id, relation=relation, at=now)
    session.add(link)
    await session.flush()
    for one, other in ((tickets[ticket_id], tickets[other_id]), (tickets[other_id], tickets[ticket_id])):
        await note_event(
            session, now, one, EventKind.RELATED, by, number=other.number, other=other.id, relation=relation.value
        )
    return link


async def unlink_tickets(session: AsyncSession, now: datetime, link_id: int, *, by: Actor) -> None:
    """They have nothing to do with each other after all."""
    gone = delete(TicketLink).where(col(TicketLink.id) == link_id)
    ends = (await session.execute(gone.returning(col(TicketLink.ticket_id), col(TicketLink.other_id)))).first()
    if ends is None:
        raise NoTicketLinkError
    one, other = await get_ticket(session, ends[0]), await get_ticket(session, ends[1])
    for this, that in ((one, other), (other, one)):
        await note_event(session, now, this, EventKind.UNRELATED, by, number=that.number, other=that.id)


async def related_to(session: AsyncSession, ticket_id: int) -> list[Related]:
    """Everything linked with a ticket, newest first."""
    links = (
        select(TicketLink, Ticket)
        .join(
            Ticket,
            ((col(TicketLink.ticket_id) == ticket_id) & (col(Ticket.id) == col(TicketLink.other_id)))
            | ((col(TicketLink.other_id) == ticket_id) & (col(Ticket.id) == col(TicketLink.ticket_id))),
        )
        .where(or_(col(TicketLink.ticket_id) == ticket_id, col(TicketLink.other_id) == ticket_id))
        .order_by(col(TicketLink.id).desc())
    )
    rows = (await session.exec(links)).all()
    return [Related(link, ticket, backwards=link.other_id == ticket_id) for link, ticket in rows]


def _between(one: int, other: int) -> ColumnElement[bool]:
    return or_(
        (col(TicketLink.ticket_id) == one) & (col(TicketLink.other_id) == other),
        (col(TicketLink.ticket_id) == other) & (col(TicketLink.other_id) == one),
    )
