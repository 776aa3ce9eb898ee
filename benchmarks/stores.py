"""Empty databases for the product to fill, and a look at what it has stored."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

_DRAIN_S = 20.0
_COUNTS = {
    "said": "SELECT count(*) FROM webchat_message WHERE author = 'customer'",
    "answered": "SELECT count(*) FROM webchat_message WHERE author <> 'customer'",
    "accepted": "SELECT count(*) FROM inbound_message",
    "unhandled": "SELECT count(*) FROM inbound_message WHERE handled_at IS NULL",
    "undelivered": "SELECT count(*) FROM delivery WHERE state <> 'sent'",
    "jobs": "SELECT count(*) FROM job WHERE kind IN ('message.received', 'delivery.due')",
    "searched": "SELECT count(*) FROM answer_log",
}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What the database holds; ``jobs`` are those of messages and deliveries that are not done."""

    said: int
    answered: int
    accepted: int
    unhandled: int
    undelivered: int
    jobs: int
    searched: int


@contextlib.contextmanager
def fresh_database(server: str, folder: Path) -> Iterator[str]:
    """The address of an empty database: on the PostgreSQL ``server``, or a SQLite file if there is none."""
    name = f"bench_{secrets.token_hex(4)}"
    if not server:
        yield f"sqlite+aiosqlite:///{folder / name}.db"
        return
    asyncio.run(_query(server, [f"CREATE DATABASE {name}"]))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_query(server, [f"DROP DATABASE {name} WITH (FORCE)"]))


def look(url: str) -> Rows:
    counts = asyncio.run(_query(url, [_COUNTS[field.name] for field in fields(Rows)]))
    return Rows(**{field.name: int(count) for field, count in zip(fields(Rows), counts, strict=True)})


def drained(url: str) -> Rows:
    """The rows once everything is handled and delivered, or as they are after some seconds."""
    deadline = time.monotonic() + _DRAIN_S
    while (rows := look(url)).jobs and time.monotonic() < deadline:
        time.sleep(0.2)
    return rows


def version(url: str) -> str:
    """Name and version of the database."""
    sqlite = url.startswith("sqlite")
    [told] = asyncio.run(_query(url, ["SELECT sqlite_version()" if sqlite else "SHOW server_version"]))
    return f"{'SQLite' if sqlite else 'PostgreSQL'} {told.split()[0]}"


async def _query(url: str, statements: Sequence[str]) -> list[str]:
    """The first value of each statement's answer, as text."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        answers = [await connection.execute(text(statement)) for statement in statements]
        values = [str(answer.scalar_one()) if answer.returns_rows else "" for answer in answers]
    await engine.dispose()
    return values
