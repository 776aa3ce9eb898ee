"""Find a ticket by its number and a proof, telling a guesser nothing."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select, update

from kit.db import AsyncSession
from tickets.contacts.models import Contact
from tickets.models import Ticket
from tickets.tracking.models import LookupGuard
from tickets.tracking.spoken import lookup_digits, phone_digits, ticket_number

WRONG_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(hours=1)


async def find_by_proof(session: AsyncSession, now: datetime, *, number: str, proof: str) -> Ticket | None:
    """The ticket, if ``proof`` is its look-up code or the whole phone number its owner gave.

    None for everything else alike: no such number, a wrong proof, or too many wrong ones before. Whoever
    calls commits in any case, or a wrong try would not count.
    """
    printed = ticket_number(number)
    found = (await session.exec(select(Ticket, Contact).join(Contact).where(Ticket.number == printed))).first()
    if found is None:
        return None
    ticket, contact = found
    tries = await _count_try(session, now, ticket.id)
    if tries is None:
        return None
    if _proves(ticket, contact, proof):
        await session.exec(delete(LookupGuard).where(col(LookupGuard.ticket_id) == ticket.id))
        return ticket
    if tries >= WRONG_BEFORE_LOCK:
        locked = update(LookupGuard).where(col(LookupGuard.ticket_id) == ticket.id)
        await session.exec(locked.values(failures=0, locked_until=now + LOCKED_FOR))
    return None


async def _count_try(session: AsyncSession, now: datetime, ticket_id: int) -> int | None:
    """Count this try before looking at it, so that many at once cannot slip through; None while locked."""
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    open_again = col(LookupGuard.locked_until).is_(None) | (col(LookupGuard.locked_until) <= now)
    counted = (
        dialect_insert(LookupGuard)
        .values(ticket_id=ticket_id, failures=1)
        .on_conflict_do_update(
            index_elements=["ticket_id"],
            set_={"failures": col(LookupGuard.failures) + 1, "locked_until": None},
            where=open_again,
        )
        .returning(col(LookupGuard.failures))
    )
    tries: int | None = (await session.execute(counted)).scalar_one_or_none()
    return tries


def _proves(ticket: Ticket, contact: Contact, proof: str) -> bool:
    right = [_same(lookup_digits(proof), ticket.lookup_code)]
    # The phone may be the person's, or the one left for this matter alone.
    for phone in (contact.phone, ticket.facts.get("phone")):
        expected = phone_digits(str(phone)) if phone else None
        right.append(expected is not None and _same(phone_digits(proof) or "", expected))
    return any(right)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
