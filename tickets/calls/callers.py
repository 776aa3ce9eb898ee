"""Who is calling: people we know by this number, and what they have with us."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, or_, select

from kit.db import AsyncSession
from kit.phones import readable
from tickets.contacts.models import Contact, ContactIdentity
from tickets.linking.service import owner_of
from tickets.models import Ticket
from tickets.stages import OPEN_STAGES

#: Channels whose addresses are telephone numbers.
BY_NUMBER = ("phone", "sms")
#: Several people may call from one line: after the number of the second and further ones stands this, and a count.
SHARED = "#"
_MOST_CALLERS = 6
_MOST_TICKETS = 6


@dataclass(frozen=True)
class Caller:
    """Somebody it may be. ``certain``: wrote or called from this number before; else has only named it once."""

    contact: Contact
    certain: bool
    tickets: list[Ticket]

    @property
    def open_tickets(self) -> list[Ticket]:
        return [ticket for ticket in self.tickets if ticket.stage in OPEN_STAGES]


async def callers_of(session: AsyncSession, number: str, *, also: Iterable[int] = ()) -> list[Caller]:
    """The people of a number (as E.164), those who are certain first; ``also`` are further ones to show."""
    certain = await _of_line(session, number)
    named = [await owner_of(session, one) for one in await _who_named(session, number)]
    wanted = list(dict.fromkeys([*certain, *named, *also]))[:_MOST_CALLERS]
    found = (await session.exec(select(Contact).where(col(Contact.id).in_(wanted)))).all()
    by_id = {contact.id: contact for contact in found}
    return [await _caller(session, by_id[one], certain=one in certain) for one in wanted if one in by_id]


async def _of_line(session: AsyncSession, number: str) -> list[int]:
    at = ContactIdentity
    here = or_(col(at.address) == number, col(at.address).startswith(number + SHARED, autoescape=True))
    owners = select(at.contact_id).where(col(at.channel).in_(BY_NUMBER), here).order_by(col(at.id))
    return list((await session.exec(owners)).all())


async def _who_named(session: AsyncSession, number: str) -> list[int]:
    """Whoever has given this number as theirs, in any of the forms in which it is kept."""
    national = readable(number)
    forms = {number, number.removeprefix("+"), national, "".join(c for c in national if c.isdigit())}
    named = select(Contact.id).where(col(Contact.phone).in_(forms))
    return list((await session.exec(named.order_by(col(Contact.id).desc()).limit(_MOST_CALLERS))).all())


async def _caller(session: AsyncSession, contact: Contact, *, certain: bool) -> Caller:
    newest = (
        select(Ticket)
        .where(Ticket.contact_id == contact.id)
        .order_by(col(Ticket.stage).in_(OPEN_STAGES).desc(), col(Ticket.id).desc())
        .limit(_MOST_TICKETS)
    )
    return Caller(contact, certain, list((await session.exec(newest)).all()))
