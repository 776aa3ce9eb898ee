"""Open tickets that a caller may be calling about again: their own, and those of others at the same company."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from kit.db import AsyncSession
from tickets.contacts.models import Contact
from tickets.models import Ticket
from tickets.search.segment import fold, tokens
from tickets.stages import OPEN_STAGES

#: Who calls again about the same matter calls soon.
WITHIN = timedelta(days=3)
#: So many of the newest are compared; so many are shown.
_COMPARED, _SHOWN = 20, 3
#: What share of the shorter text's words the other one has too.
_SAME = 0.3


@dataclass(frozen=True)
class Alike:
    """A ticket the call may be about; ``own``: the caller's, so the call can be added to it."""

    ticket: Ticket
    own: bool
    person: str


async def alike_tickets(
    session: AsyncSession,
    now: datetime,
    *,
    contact: Contact | None,
    company: str,
    text: str,
    category_id: int | None = None,
) -> list[Alike]:
    """The caller's own first, then newest first; while nothing is said of the matter, all of the last days."""
    whose = _whose(contact, company)
    if not whose:
        return []
    recent = (
        select(Ticket, Contact)
        .join(Contact, col(Contact.id) == col(Ticket.contact_id))
        .where(col(Ticket.stage).in_(OPEN_STAGES), col(Ticket.created_at) > now - WITHIN, or_(*whose))
        .order_by(col(Ticket.id).desc())
        .limit(_COMPARED)
    )
    said = _words(text)
    found = [
        Alike(ticket, contact is not None and owner.id == contact.id, owner.name or "")
        for ticket, owner in (await session.exec(recent)).all()
        if not said or (category_id is not None and ticket.category_id == category_id) or _is_same(said, ticket)
    ]
    return sorted(found, key=lambda one: not one.own)[:_SHOWN]


def _whose(contact: Contact | None, company: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if contact is not None:
        conditions.append(col(Contact.id) == contact.id)
        if contact.tax_id:
            conditions.append(col(Contact.tax_id) == contact.tax_id)
    if company:
        conditions.append(col(Contact.company) == company)
    return conditions


def _is_same(said: set[str], ticket: Ticket) -> bool:
    other = _words(f"{ticket.subject}\n{ticket.description}")
    return len(said & other) >= _SAME * min(len(said), len(other)) if other else False


def _words(text: str) -> set[str]:
    """Pairs of Chinese letters, and words elsewhere."""
    return {token.text for token in tokens(fold(text)) if len(token.text) > 1}
