"""Fill an empty database with a made-up desk, in bulk: indexes are made afterwards, as a restore does it."""

import json
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any

import asyncpg
from sqlalchemy import Index, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, DropIndex

from benchmarks import desk_data as data
from benchmarks.desk_data import Size
from bot.schema import metadata
from kit.db import Database

_BULK = ("contact", "conversation", "ticket", "message", "ticket_event", "ticket_tag", "search_entry")
_LINES = 2_000


def small_rows() -> dict[str, list[dict[str, Any]]]:
    """Teams, categories, tags."""
    return {
        "team": [
            {"id": n, "key": f"team{n}", "name_zh": f"{n} 组", "name_en": f"Team {n}"} for n in range(1, data.TEAMS + 1)
        ],
        "category": [
            {
                "id": n,
                "key": f"c{n}",
                "name_zh": f"类 {n}",
                "name_en": f"Kind {n}",
                "materials_zh": "",
                "materials_en": "",
            }
            for n in range(1, data.CATEGORIES + 1)
        ],
        "tag": [{"id": n, "name": f"标签{n}"} for n in range(1, data.TAGS + 1)],
    }


def bulk_rows(size: Size, *, sqlite: bool) -> dict[str, Iterator[dict[str, Any]]]:
    return {
        "contact": data.contacts(size),
        "conversation": data.conversations(size),
        "ticket": data.tickets(size),
        "message": (message for message, _ in data.messages(size)),
        "ticket_event": data.events(size),
        "ticket_tag": data.tagged(size),
        "search_entry": data.entries(size, sqlite=sqlite),
    }


async def seed(url: str, size: Size) -> None:
    """All of it; prints how long each table took."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for name, rows in small_rows().items():
            await connection.execute(metadata.tables[name].insert(), rows)
    await database.close()
    if database.is_sqlite:
        _fill_sqlite(make_url(url).database or "", size)
    else:
        await _fill_postgres(url, size)


async def _fill_postgres(url: str, size: Size) -> None:
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
    # Foreign keys of made-up rows are right by construction.
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("SET maintenance_work_mem = '1GB'")
    for name, rows in bulk_rows(size, sqlite=False).items():
        started, table = time.monotonic(), metadata.tables[name]
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        for index in indexes:
            await connection.execute(str(DropIndex(index).compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]  # SQLAlchemy left it so.
        first = next(rows)
        lines = _blocks(first, rows)
        await connection.copy_to_table(name, source=lines, columns=list(first), format="text")
        for index in indexes:
            await connection.execute(_created(index))
        _told(table, started)
    for name in ("ticket", "message", "contact", "conversation", "ticket_event", "search_entry", "team", "category"):
        highest = await connection.fetchval(f"SELECT max(id) FROM {name}")  # noqa: S608 - our own names.
        await connection.execute("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", name, highest)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _created(index: Index) -> str:
    return str(CreateIndex(index).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]  # As above.


async def _blocks(first: dict[str, Any], rows: Iterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    everything = chain([first], rows)
    while block := list(islice(everything, _LINES)):
        yield "".join("\t".join(map(_field, row.values())) + "\n" for row in block).encode()


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).replace("\\", "\\\\")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _fill_sqlite(path: str, size: Size) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("DROP TRIGGER search_entry_added")
    for name, rows in bulk_rows(size, sqlite=True).items():
        started, first = time.monotonic(), next(rows)
        statement = f"INSERT INTO {name} ({', '.join(first)}) VALUES ({', '.join('?' * len(first))})"  # noqa: S608 - our own names.
        connection.execute("BEGIN")
        connection.executemany(statement, (_plain(row.values()) for row in chain([first], rows)))
        connection.execute("COMMIT")
        _told(metadata.tables[name], started)
    connection.execute("INSERT INTO search_words (search_words) VALUES ('rebuild')")
    connection.execute(
        "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
        " INSERT INTO search_words (rowid, grams) VALUES (new.id, new.grams); END"
    )
    connection.execute("ANALYZE")
    connection.close()


def _plain(values: Iterable[Any]) -> Sequence[Any]:
    return [
        json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict | list)
        else f"{value:%Y-%m-%d %H:%M:%S.%f}"
        if isinstance(value, datetime)
        else value
        for value in values
    ]


def _told(table: Table, started: float) -> None:
    print(f"  {table.name}: {time.monotonic() - started:.0f} s", flush=True)
