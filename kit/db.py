"""One code path for SQLite and PostgreSQL: engine, sessions, transactions, column types."""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import aiosqlite
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Insert, Integer, MetaData, Table, event, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.asyncio import AsyncSession as CoreAsyncSession
from sqlalchemy.orm import Session as CoreSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import await_only
from sqlmodel import Session as ModelSession
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession as ModelAsyncSession

from kit.bus import Bus, LocalBus
from kit.clock import check_aware

__all__ = ["AsyncSession", "BigId", "Database", "JsonColumn", "UtcDateTime", "hint", "insert_now", "metadata"]

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: SQLite counts up by itself only for a column of exactly this type.
BigId = BigInteger().with_variant(Integer(), "sqlite")
#: How long SQLite may wait for another process.
_PATIENCE_MS = 10_000
JsonColumn = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on both databases; SQLite itself would hand naive ones back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = check_aware(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and dialect.name == "sqlite" else value


class _Session(ModelSession):
    # SQLModel advises against ``execute``; plain statements and many rows at once need it.
    execute = CoreSession.execute


class AsyncSession(ModelAsyncSession):
    """SQLModel's session: ``exec`` for models, ``execute`` for plain statements."""

    sync_session_class = _Session
    execute = CoreAsyncSession.execute


def hint(session: AsyncSession, topic: str) -> None:
    """Tell whoever listens to ``topic``, but only once (and if) this transaction is committed."""
    session.info.setdefault("topics", set()).add(topic)


async def insert_now(session: AsyncSession, row: SQLModel) -> None:
    """Add one row and give it its ``id``, at a fraction of what a flush costs; whatever else is pending stays so."""
    values = {name: value for name, value in row.__dict__.items() if name[0] != "_" and value is not None}
    setattr(row, "id", (await session.execute(_inserting(type(row)), values)).scalar_one())  # noqa: B010 - every table here has one, which SQLModel itself does not.
    make_transient_to_detached(row)
    session.add(row)


@cache
def _inserting(model: type[SQLModel]) -> Insert:
    """Built once: to build a statement costs more than to run it."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
    return insert(table).returning(table.c.id)


class Database:
    """The engine and the only two ways to get a session: to read, or to write in one transaction."""

    def __init__(self, url: str, *, bus: Bus | None = None, pool_size: int = 10) -> None:
        self.bus: Bus = bus or LocalBus()
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        options: dict[str, Any] = {"async_creator": _InLoop.creator(url)} if self.is_sqlite else {}
        self.engine: AsyncEngine = create_async_engine(url, **_pool(pool_size), **options)
        self._read_engine = self.engine if self.is_sqlite else _read_only(url, pool_size)
        self._writing = asyncio.Lock()
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        self._write_engine = self.engine.execution_options(yingpiao_write=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end, or rolled back when an exception leaves.

        On SQLite writers of this process queue here instead of spinning in its busy handler.
        """
        if self.is_sqlite:
            async with self._writing, self._committing() as session:
                yield session
        else:
            async with self._committing() as session:
                yield session

    @asynccontextmanager
    async def _committing(self) -> AsyncIterator[AsyncSession]:
        info = {"bus": self.bus}
        async with AsyncSession(self._write_engine, expire_on_commit=False, info=info) as session:
            async with session.begin():
                yield session
            for topic in session.info.pop("topics", ()):
                self.bus.publish(topic)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries only, each of which sees what is committed; changes are refused or never committed."""
        info = {"bus": self.bus}
        async with AsyncSession(self._read_engine, expire_on_commit=False, info=info) as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        await self._read_engine.dispose()


def _read_only(url: str, pool_size: int) -> AsyncEngine:
    """Connections without transactions: a look is then one trip to the server instead of three."""
    only = {"server_settings": {"default_transaction_read_only": "on"}}
    return create_async_engine(url, **_pool(pool_size), isolation_level="AUTOCOMMIT", connect_args=only)


def _pool(size: int) -> dict[str, Any]:
    """Connections that stay: in a rush it is cheaper to wait for one than to make one and throw it away."""
    return {"pool_size": size, "max_overflow": 0, "pool_use_lifo": True}


class _InLoop(aiosqlite.Connection):
    """Statements run where they are asked for, not in the driver's thread.

    One takes SQLite some microseconds, but four changes of thread the hundredfold of that, and up to 5 ms each
    while the loop is busy. Nothing here may therefore wait for a lock: see :func:`_begin_immediate`.
    """

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    @classmethod
    def creator(cls, url: str) -> Callable[[], "_InLoop"]:
        """What makes a connection to this address."""
        place = make_url(url)
        [database], options = place.get_dialect()().create_connect_args(place)
        return lambda: cls(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # The driver's own transaction handling would begin late and shared; we begin ourselves, below.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={_PATIENCE_MS}",
        "foreign_keys=ON",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("yingpiao_write", False):
        _begin_immediate(connection)
    else:
        _run(connection, "BEGIN")


def _begin_immediate(connection: Connection) -> None:
    """Wait for another process's transaction without holding up everything else in this one."""
    _run(connection, "PRAGMA busy_timeout=0")
    deadline = time.monotonic() + _PATIENCE_MS / 1000
    while True:
        try:
            _run(connection, "BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            await_only(asyncio.sleep(random.uniform(0.001, 0.005)))  # noqa: S311 - jitter is no secret.
        else:
            break
    _run(connection, f"PRAGMA busy_timeout={_PATIENCE_MS}")


def _run(connection: Connection, statement: str) -> None:
    """Straight to the driver: this happens around every transaction."""
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()
