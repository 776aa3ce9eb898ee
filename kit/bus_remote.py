"""Hints that cross processes: by NOTIFY on PostgreSQL, by watching the file's version on SQLite.

NOTIFY inside a domain transaction would serialise all commits of the server, so hints go out after the
commit, gathered for some milliseconds, on a connection of their own.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import asyncpg
from sqlalchemy.engine import make_url

from kit.bus import EVERYTHING, Bus, LocalBus
from kit.log import log

_CHANNEL = "yingpiao"
_GATHER_S = 0.005
_LOOK_EVERY_S = 0.05
_RECONNECT_S = 1.0


class PostgresBus(LocalBus):
    """A local bus whose topics also reach every other process on the same database."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._me = secrets.token_hex(4)
        self._pending: set[str] = set()
        self._more = asyncio.Event()

    def publish(self, topic: str) -> None:
        self.deliver(topic)
        self._pending.add(topic)
        self._more.set()

    async def run(self) -> None:
        """Stay connected for ever; after a break everybody looks, because hints may have been missed."""
        while True:
            try:
                await self._serve()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("hints to other processes interrupted", error=repr(error))
                await asyncio.sleep(_RECONNECT_S)
                self.deliver(EVERYTHING)

    async def _serve(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.add_listener(_CHANNEL, self._heard)
            while True:
                await self._more.wait()
                await asyncio.sleep(_GATHER_S)
                await self._flush(connection)
        finally:
            await connection.close()

    async def _flush(self, connection: asyncpg.Connection) -> None:
        self._more.clear()
        topics, self._pending = self._pending, set()
        messages = [f"{self._me} {topic}" for topic in topics]
        await connection.execute("SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message", _CHANNEL, messages)

    def _heard(self, _connection: Any, _pid: int, _channel: str, message: str) -> None:
        sender, _, topic = message.partition(" ")
        if sender != self._me:
            self.deliver(topic)


class SqliteBus(LocalBus):
    """For web and worker processes that share one SQLite file: any commit wakes everybody."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._file = make_url(url).database or ""

    async def run(self) -> None:
        """Watch the version SQLite gives to the file's content."""
        async with aiosqlite.connect(self._file) as connection:
            seen = None
            while True:
                cursor = await connection.execute("PRAGMA data_version")
                version = await cursor.fetchone()
                if version != seen:
                    seen = version
                    self.deliver(EVERYTHING)
                await asyncio.sleep(_LOOK_EVERY_S)


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator[None]:
    """Keep a bus that crosses processes connected while the context lasts; a local one needs nothing."""
    if not isinstance(bus, PostgresBus | SqliteBus):
        yield
        return
    task = asyncio.create_task(bus.run(), name="bus")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
