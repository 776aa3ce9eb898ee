"""The ground under a test: a real database, a clock that stands still, a folder that goes away."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from kit.bus import Bus, LocalBus
from kit.clock import Clock
from kit.db import Database, metadata
from kit.files import FileStore
from kit.ground import Ground
from kit.settings import Settings

TEST_DATABASE = "YINGPIAO_TEST_DATABASE_URL"

#: What the PostgreSQL database of this process already has: creating tables anew for each test would be slow.
_created: set[str] = set()

_EMPTY_USED_TABLES = """
DO $$
DECLARE name text; used boolean; names text := '';
BEGIN
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO used;
    IF used THEN names := names || ',' || name; END IF;
  END LOOP;
  IF names <> '' THEN EXECUTE 'TRUNCATE ' || substr(names, 2) || ' RESTART IDENTITY CASCADE'; END IF;
END $$
"""


def make_settings(data_dir: Path, url: str = "", **overrides: Any) -> Settings:
    """Settings that read nothing of the machine's environment but what a test sets itself."""
    values: dict[str, Any] = {
        "DATABASE_URL": url or f"sqlite+aiosqlite:///{data_dir / 'test.db'}",
        "data_dir": data_dir,
        "secret": "a secret for tests only, long enough to sign with",
        "base_url": "http://desk.test",
        "semantic": False,
        "undo_send_s": 0,
        **overrides,
    }
    return Settings(_env_file=None, **values)


async def make_ground(
    data_dir: Path, *, clock: Clock, url: str = "", bus: Bus | None = None, **settings: Any
) -> Ground:
    """A ground with all tables of the models imported so far; the caller closes ``ground.db``."""
    chosen = make_settings(data_dir, url, **settings)
    shared_bus = bus or LocalBus()
    ground = Ground(
        settings=chosen,
        clock=clock,
        db=Database(chosen.url(), bus=shared_bus, pool_size=5),
        bus=shared_bus,
        files=FileStore(data_dir / "files"),
    )
    if ground.db.is_sqlite:
        _prepare_sqlite(ground.db)
    else:
        await _prepare_postgres(ground.db)
    return ground


@asynccontextmanager
async def open_ground(data_dir: Path, *, clock: Clock, url: str = "", **settings: Any) -> AsyncIterator[Ground]:
    """As :func:`make_ground`, closed at the end."""
    ground = await make_ground(data_dir, clock=clock, url=url, **settings)
    try:
        yield ground
    finally:
        await ground.db.close()


def _prepare_sqlite(db: Database) -> None:
    """Write the tables down as they were made once: to copy a file takes a fraction of what making them takes."""
    place = Path(db.engine.url.database or "")
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_empty_file(len(metadata.tables)))


@cache
def _empty_file(_tables: int) -> bytes:
    """A database of all the tables there are so far, with nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "empty.db")
        engine = create_engine(f"sqlite:///{place}")
        with engine.connect() as connection:
            # Small pages: most hold nothing, and thousands of tests write them all.
            connection.exec_driver_sql("PRAGMA page_size=1024")
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            metadata.create_all(connection)
            connection.commit()
        engine.dispose()
        return place.read_bytes()


async def _prepare_postgres(db: Database) -> None:
    async with db.engine.begin() as connection:
        if missing := set(metadata.tables) - _created:
            await connection.run_sync(metadata.create_all)
            _created.update(missing)
        await _empty(connection)


async def _empty(connection: AsyncConnection) -> None:
    await connection.execute(text(_EMPTY_USED_TABLES))


async def make_worker_database(url: str) -> str:
    """Create an empty PostgreSQL database for this test process beside the one at ``url``."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    address = make_url(url)
    name = f"{address.database}_{worker}_{os.getpid()}"
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    await engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)


async def drop_worker_database(url: str, worker_url: str) -> None:
    """Remove what :func:`make_worker_database` made, whoever may still be connected."""
    name = make_url(worker_url).database
    engine = create_async_engine(make_url(url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    await engine.dispose()
