"""Tags: words of the desk's own, as many on a ticket as one likes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select

from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.text import clean_text
from tickets.actors import Actor
from tickets.models import EventKind, Tag, Ticket, TicketTag
from tickets.repository import change, note_event

MAX_TAG = 24
MOST_TAGS = 12
tag_table: Table = Tag.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
ticket_tag_table: Table = TicketTag.__table__  # type: ignore[attr-defined]  # As above.


class TagTooLongError(InvalidError):
    """A tag is a word, of at most ``limit`` letters."""

    code = "tag_too_long"


class TooManyTagsError(InvalidError):
    """More than ``most`` on one ticket say nothing any more."""

    code = "too_many_tags"


async def all_tags(session: AsyncSession) -> list[str]:
    """Every tag there is, by name."""
    return list((await session.exec(select(Tag.name).order_by(col(Tag.name)))).all())


async def set_tags(
    session: AsyncSession, now: datetime, ticket: Ticket, *, names: Iterable[str], staff: Actor, seen: int | None = None
) -> None:
    """These and no others."""
    wanted = _cleaned(names)
    held = list(ticket.tags or ())
    await _change(session, now, ticket, wanted, held, staff=staff, seen=seen)


async def change_tags(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    staff: Actor,
    seen: int | None = None,
) -> None:
    """Some more, some fewer; what is so already is no change."""
    held = list(ticket.tags or ())
    gone = set(_cleaned(remove))
    wanted = [name for name in dict.fromkeys([*held, *_cleaned(add)]) if name not in gone]
    await _change(session, now, ticket, wanted, held, staff=staff, seen=seen)


def _cleaned(names: Iterable[str]) -> list[str]:
    found = dict.fromkeys(" ".join(clean_text(name).lstrip("#").split()) for name in names)
    found.pop("", None)
    if any(len(name) > MAX_TAG for name in found):
        raise TagTooLongError(limit=MAX_TAG)
    return list(found)


async def _change(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    wanted: list[str],
    held: list[str],
    *,
    staff: Actor,
    seen: int | None,
) -> None:
    if len(wanted) > MOST_TAGS:
        raise TooManyTagsError(most=MOST_TAGS)
    added = [name for name in wanted if name not in held]
    removed = [name for name in held if name not in wanted]
    if not added and not removed:
        return
    await change(session, now, ticket, seen=seen, tags=wanted or None)
    if removed:
        ids = select(Tag.id).where(col(Tag.name).in_(removed))
        await session.exec(
            delete(TicketTag).where(col(TicketTag.ticket_id) == ticket.id, col(TicketTag.tag_id).in_(ids))
        )
    if added:
        await _stick(session, ticket, added)
    await note_event(session, now, ticket, EventKind.TAGGED, staff, added=added, removed=removed)


async def _stick(session: AsyncSession, ticket: Ticket, names: list[str]) -> None:
    dialect_insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # In one order, so that two who invent the same words never wait for each other crosswise.
    rows = [{"name": name} for name in sorted(names)]
    await session.execute(dialect_insert(tag_table).on_conflict_do_nothing(index_elements=["name"]), rows)
    ids = (await session.exec(select(Tag.id).where(col(Tag.name).in_(names)))).all()
    await session.execute(
        dialect_insert(ticket_tag_table).on_conflict_do_nothing(),
        [{"ticket_id": ticket.id, "tag_id": tag_id} for tag_id in sorted(ids)],
    )
