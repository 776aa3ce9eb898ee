"""Keep what can be found: one statement each time something is said or opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Table, Update, bindparam, delete, insert, update

from kit.db import AsyncSession
from tickets.search.buckets import buckets_of
from tickets.search.models import SearchEntry
from tickets.search.segment import index_tokens

entry_table: Table = SearchEntry.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
# Built once: to build a statement costs more than to run it.
_INSERT = insert(entry_table)
_OF_MESSAGE = update(entry_table).where(entry_table.c.message_id == bindparam("of_message"))
_OF_TICKET = update(entry_table).where(
    entry_table.c.ticket_id == bindparam("of_ticket"), entry_table.c.message_id.is_(None)
)


class About(Protocol):
    """What of a ticket can be found; a ticket, or a row of these columns."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def facts(self) -> dict[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Person:
    """What somebody may ask for who looks for a person."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    company: str | None = None
    tax_id: str | None = None

    @property
    def texts(self) -> list[str | None]:
        # Nobody types the prefix of the own country.
        phone = self.phone.removeprefix("+86") if self.phone else None
        return [self.name, phone, self.email, self.company, self.tax_id]


async def index_ticket(session: AsyncSession, ticket: About, person: Person) -> None:
    """What it is about can be found from now on."""
    await session.execute(_INSERT, ticket_row(_dialect(session), ticket, person))


async def index_message(session: AsyncSession, *, ticket_id: int, message_id: int, text: str) -> None:
    """What was said about a ticket can be found from now on."""
    await session.execute(_INSERT, message_row(_dialect(session), ticket_id, message_id, text))


def ticket_update(dialect: str, tickets: Iterable[About], person: Person) -> tuple[Update, list[dict[str, Any]]]:
    """The statement, with its values, by which tickets are found by what is known of the person now."""
    rows = [ticket_row(dialect, ticket, person) for ticket in tickets]
    return _OF_TICKET, [{"of_ticket": row["ticket_id"], "grams": row["grams"]} for row in rows]


async def reindex_message(session: AsyncSession, *, ticket_id: int, message_id: int, text: str) -> None:
    """The message says something else now, or is about another ticket."""
    row = message_row(_dialect(session), ticket_id, message_id, text)
    changed = {"of_message": message_id, "ticket_id": ticket_id, "grams": row["grams"]}
    await session.execute(_OF_MESSAGE, changed)


async def index_many(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Many entries at once, each made by :func:`ticket_row` or :func:`message_row`."""
    if rows:
        await session.execute(_INSERT, rows)


async def forget(session: AsyncSession, ticket_ids: Iterable[int]) -> None:
    """Nothing of these tickets is found any more; deleting a ticket or a message does so by itself."""
    await session.execute(delete(entry_table).where(entry_table.c.ticket_id.in_(list(ticket_ids))))


def ticket_row(dialect: str, ticket: About, person: Person) -> dict[str, Any]:
    """The entry of what a ticket is about."""
    whole = ticket.description if ticket.description.startswith(ticket.subject.rstrip("…")) else None
    about = [whole] if whole is not None else [ticket.subject, ticket.description]
    texts = [ticket.number, *about, *_facts(ticket.facts), *person.texts]
    return {"ticket_id": ticket.id, "message_id": None, "grams": _grams(dialect, ticket.id, texts)}


def message_row(dialect: str, ticket_id: int, message_id: int, text: str) -> dict[str, Any]:
    """The entry of a message."""
    return {"ticket_id": ticket_id, "message_id": message_id, "grams": _grams(dialect, ticket_id, [text])}


def _facts(facts: dict[str, Any]) -> list[str]:
    """Numbers and names that the dialogue found out."""
    return [str(value) for value in facts.values() if isinstance(value, str | int) and not isinstance(value, bool)]


def _dialect(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


def _grams(dialect: str, ticket_id: int, texts: Sequence[str | None]) -> str:
    found, buckets = index_tokens(texts), buckets_of(ticket_id)
    return " ".join([*found, *buckets]) if dialect == "sqlite" else tsvector_words(found, buckets)


#: PostgreSQL keeps no more places of one word, nor any further back.
_MOST_PLACES, _LAST_PLACE = 255, 16_383


def tsvector_words(found: Sequence[str], buckets: Sequence[str]) -> str:
    """The literal of a tsvector; tokens hold letters and digits alone, so nothing has to be escaped."""
    places: dict[str, list[str]] = {}
    for place, token in enumerate(found[:_LAST_PLACE], start=1):
        places.setdefault(token, []).append(str(place))
    words = [f"'{token}':{','.join(at[:_MOST_PLACES])}" for token, at in places.items()]
    return " ".join([*words, *(f"'{bucket}'" for bucket in buckets)])
