"""Whether an entry holds what is wanted, in the words of each database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, FromClause, Select, cast, column, false, or_, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col

from tickets.models import Ticket
from tickets.search.buckets import Reach
from tickets.search.service import entry_table
from tickets.search.wanted import Wanted, for_postgres, for_sqlite

_words = table("search_words", column("rowid"), column("search_words"))
_COLUMNS = ("id", "ticket_id", "message_id")


def entries(dialect: str, wanted: Wanted, reach: Reach = Reach()) -> Select[Any]:  # noqa: B008 - a frozen value.
    """Id, ticket and message of the entries that hold it."""
    return _on_sqlite(wanted, reach) if dialect == "sqlite" else _on_postgres(wanted, reach)


def tickets_with(dialect: str, wanted: Wanted) -> ColumnElement[bool]:
    """Whether a ticket has it anywhere, for whatever is done to all such tickets."""
    if not wanted:
        return false()
    return or_(
        col(Ticket.id).in_(select(entries(dialect, wanted).subquery().c.ticket_id)),
        col(Ticket.number) == (wanted.number or ""),
    )


def _on_sqlite(wanted: Wanted, reach: Reach) -> Select[Any]:
    matching = column("search_words").op("MATCH", return_type=Boolean())(for_sqlite(wanted, reach.buckets))
    joined = _words.join(entry_table, entry_table.c.id == _words.c.rowid)
    return select(*_columns_of(entry_table)).select_from(joined).where(matching)


def _on_postgres(wanted: Wanted, reach: Reach) -> Select[Any]:
    if wanted.has_open_end and not reach.is_all and reach.buckets[0].startswith("^a"):
        # The beginning of a word may be that of many: to look at each new entry is quicker than to collect all.
        return _one_by_one(wanted, entry_table.c.ticket_id > reach.after)
    return select(*_columns_of(entry_table)).where(_holds(entry_table, for_postgres(wanted, reach.buckets)))


def entries_of(dialect: str, wanted: Wanted, ticket_ids: Sequence[int]) -> Select[Any]:
    """As :func:`entries`, of these few tickets alone."""
    if dialect == "sqlite":
        return _on_sqlite(wanted, Reach()).where(entry_table.c.ticket_id.in_(ticket_ids))
    return _one_by_one(wanted, entry_table.c.ticket_id.in_(ticket_ids))


def _one_by_one(wanted: Wanted, of_tickets: ColumnElement[bool]) -> Select[Any]:
    # An offset keeps the planner from collecting all that match instead.
    some = select(entry_table).where(of_tickets).offset(0).subquery("some")
    return select(*_columns_of(some)).where(_holds(some, for_postgres(wanted)))


def _holds(source: FromClause, query: str) -> ColumnElement[bool]:
    return source.c.grams.op("@@", return_type=Boolean())(cast(query, TSQUERY))


def _columns_of(source: FromClause) -> list[ColumnElement[Any]]:
    return [source.c[name] for name in _COLUMNS]
