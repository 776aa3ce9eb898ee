"""An empty database for one test: a SQLite file, or a new one in the PostgreSQL that the run was given."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.postgres import VARIABLE


@asynccontextmanager
async def fresh_database(folder: Path) -> AsyncIterator[str]:
    """Yield the address of an empty database; what is in it is gone afterwards."""
    server = os.environ.get(VARIABLE)
    if not server:
        yield f"sqlite+aiosqlite:///{folder / f'{secrets.token_hex(4)}.db'}"
        return
    name = f"test_{secrets.token_hex(8)}"
    await _execute(server, f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
