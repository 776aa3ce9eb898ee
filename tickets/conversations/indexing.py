"""Keep tickets findable by the person they belong to, and make the whole index anew."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Mapper
from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.contacts.models import Contact
from tickets.conversations.models import FINDABLE, Message
from tickets.models import Ticket
from tickets.search.service import Person, forget, index_many, index_ticket, message_row, ticket_row, ticket_update

_KNOWN_BY = ("name", "phone", "email", "company", "tax_id")
#: Nobody has more; one that has is found by the newest.
_MOST_OF_ONE = 100


async def make_findable(session: AsyncSession, ticket: Ticket, contact: Contact) -> None:
    """A ticket just opened can be found by what it is about and by whom it belongs to."""
    await index_ticket(session, ticket, person_of(contact))


async def find_anew(session: AsyncSession, ticket: Ticket, contact: Contact) -> None:
    """It is called something else now, and found by that."""
    statement, [values] = ticket_update(session.get_bind().dialect.name, [ticket], person_of(contact))
    await session.execute(statement, values)


def person_of(contact: Contact) -> Person:
    return Person(**{name: getattr(contact, name) for name in _KNOWN_BY})


def _tell_tickets(_mapper: Mapper[Contact], connection: Connection, contact: Contact) -> None:
    """What is known of a person has changed: the person's tickets are found by it from now on."""
    state = inspect(contact)
    if not any(state.attrs[name].history.has_changes() for name in _KNOWN_BY):
        return
    columns = (Ticket.id, Ticket.number, Ticket.subject, Ticket.description, Ticket.facts)
    own = select(*columns).where(Ticket.contact_id == contact.id).order_by(col(Ticket.id).desc())  # type: ignore[call-overload]  # SQLModel types up to four columns.
    rows = connection.execute(own.limit(_MOST_OF_ONE)).all()
    if rows:
        statement, values = ticket_update(connection.dialect.name, rows, person_of(contact))
        connection.execute(statement, values)


event.listen(Contact, "after_update", _tell_tickets)


async def reindex(session: AsyncSession, *, after: int, limit: int = 200) -> int | None:
    """Make the entries of the next tickets anew; the last of them, or None when there are no more."""
    following = select(Ticket, Contact).join(Contact).where(col(Ticket.id) > after).order_by(col(Ticket.id))
    found = (await session.exec(following.limit(limit))).all()
    if not found:
        return None
    dialect = session.get_bind().dialect.name
    ids = [ticket.id for ticket, _ in found]
    await forget(session, ids)
    rows = [ticket_row(dialect, ticket, person_of(contact)) for ticket, contact in found]
    await index_many(session, [*rows, *await _messages(session, dialect, ids)])
    session.expunge_all()
    return ids[-1]


async def _messages(session: AsyncSession, dialect: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    said = select(Message.ticket_id, Message.id, Message.text).where(
        col(Message.ticket_id).in_(ids), col(Message.author).in_(FINDABLE)
    )
    rows = (await session.exec(said.order_by(col(Message.id)))).all()
    return [message_row(dialect, ticket_id, message_id, text) for ticket_id, message_id, text in rows if ticket_id]
