"""Find tickets by what was said: the newest first, those that are about it before those in which it was said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, func, select
from sqlmodel import col

from kit.db import AsyncSession
from tickets.models import Ticket
from tickets.search.buckets import Reach, reaches
from tickets.search.matching import entries, entries_of
from tickets.search.wanted import Wanted

#: Nobody reads further; whoever needs another one types a word more.
MOST = 500
#: So few tickets are looked through one by one, however common the word.
_FEW = 500
#: With a filter most of what is collected is thrown away again, so two pages will do.
_ENOUGH = 100
#: A word in more entries than this is not looked for in older tickets for the sake of a filter.
_CROWD = 20_000


@dataclass(frozen=True)
class Hits:
    """The tickets, best first; ``complete`` unless there are more or older ones that were not looked at.

    ``messages`` are the newest messages in which it was said, by ticket.
    """

    tickets: list[int] = field(default_factory=list)
    messages: dict[int, int] = field(default_factory=dict)
    complete: bool = True


async def search(
    session: AsyncSession, wanted: Wanted, within: Sequence[ColumnElement[bool]] = (), *, limit: int = MOST
) -> Hits:
    """What is wanted, among the tickets that meet the clauses."""
    exact = await _by_number(session, wanted, within)
    if not wanted:
        return Hits(exact)
    rows, complete = await _few(session, wanted, within, limit) or await _many(session, wanted, within, limit)
    # Sorted in the order of the tickets first: the newest of equally good ones stay in front.
    best = sorted(rows, key=lambda row: row.message_only)
    ids = list(dict.fromkeys([*exact, *(row.ticket_id for row in best)]))
    said = {row.ticket_id: row.message_id for row in rows if row.message_id is not None}
    return Hits(ids, said, complete)


async def _by_number(session: AsyncSession, wanted: Wanted, within: Iterable[ColumnElement[bool]]) -> list[int]:
    if wanted.number is None:
        return []
    found = select(col(Ticket.id)).where(col(Ticket.number) == wanted.number, *within)
    return list((await session.execute(found)).scalars())


_Found = tuple[Sequence[Row[Any]], bool]


async def _few(
    session: AsyncSession, wanted: Wanted, within: Sequence[ColumnElement[bool]], limit: int
) -> _Found | None:
    """All that is chosen is looked through, if that is not much."""
    if not within:
        return None
    chosen = list((await session.execute(select(col(Ticket.id)).where(*within).limit(_FEW + 1))).scalars())
    if len(chosen) > _FEW:
        return None
    found = entries_of(_dialect(session), wanted, chosen).subquery("found")
    rows = (await session.execute(_by_ticket(found, limit))).all()
    return rows[:limit], len(rows) <= limit


async def _many(session: AsyncSession, wanted: Wanted, within: Sequence[ColumnElement[bool]], limit: int) -> _Found:
    """The newest tickets first, then further and further back until there are enough."""
    newest = (await session.execute(select(func.max(col(Ticket.id))))).scalar_one() or 0
    rows: Sequence[Row[Any]] = []
    for reach in reaches(newest):
        # Collected before they are sorted: a planner that means to meet the limit soon would walk through all entries.
        matching = entries(_dialect(session), wanted, reach).cte("found")
        found = matching.prefix_with("MATERIALIZED", dialect="postgresql")
        looked = _by_ticket(found, limit)
        if within:
            # Said twice, as a planner does not see that the tickets of new entries are new.
            looked = looked.join(Ticket, col(Ticket.id) == found.c.ticket_id)
            looked = looked.where(*within, col(Ticket.id) > reach.after)
        rows = (await session.execute(looked)).all()
        if len(rows) > (min(limit, _ENOUGH) if within else limit):
            return rows[:limit], reach.is_all and len(rows) <= limit
        if within and not reach.is_all and await _is_crowded(session, wanted, reach):
            return rows, False
    return rows, True


def _by_ticket(found: FromClause, limit: int) -> Select[Any]:
    columns = (
        found.c.ticket_id,
        func.max(found.c.message_id).label("message_id"),
        (func.count() == func.count(found.c.message_id)).label("message_only"),
    )
    return select(*columns).group_by(found.c.ticket_id).order_by(found.c.ticket_id.desc()).limit(limit + 1)


async def _is_crowded(session: AsyncSession, wanted: Wanted, reach: Reach) -> bool:
    some = entries(_dialect(session), wanted, reach).limit(_CROWD).subquery("some")
    return (await session.execute(select(func.count()).select_from(some))).scalar_one() == _CROWD


def _dialect(session: AsyncSession) -> str:
    return session.get_bind().dialect.name
