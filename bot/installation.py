"""What every start makes sure of: the newest schema, and the configuration and articles there are by default."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.defaults import install_defaults
from kit.ground import Ground
from knowledge.articles import import_folder
from knowledge.loader import read_folder
from knowledge.playbooks.shelf import read_sources, ship_folder

_ROOT = Path(__file__).resolve().parent.parent
CONTENT = _ROOT / "knowledge" / "content"


#: Names the lock that keeps two nodes from migrating one PostgreSQL at once.
_MIGRATION_LOCK = 0x79696E67


class BrokenReferenceError(Exception):
    """A row refers to one that is not there: the upgrade is not committed, the database is as it was."""

    def __init__(self, *, table: str, row: int) -> None:
        super().__init__(f"row {row} of {table} refers to a row that does not exist; nothing was changed")


async def migrate(ground: Ground) -> None:
    """Bring the schema to the newest version; does nothing, quickly, when it is there already."""
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()
    async with ground.db.engine.connect() as connection, _free_to_copy(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        if await connection.run_sync(_current) != head:
            await connection.run_sync(_upgrade, config)
            await connection.run_sync(_check_references)


@asynccontextmanager
async def _free_to_copy(connection: AsyncConnection) -> AsyncIterator[None]:
    """SQLite changes a table by copying and dropping it, which would break or delete what refers to it.

    References can only be switched off outside a transaction; they are checked as a whole before the commit.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    await connection.run_sync(_refer, "OFF")
    try:
        yield
    finally:
        await connection.run_sync(_refer, "ON")


def _refer(connection: Connection, state: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={state}")
    cursor.close()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (broken := connection.execute(text("PRAGMA foreign_key_check")).first()):
        raise BrokenReferenceError(table=broken[0], row=broken[1])


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def install(ground: Ground) -> None:
    """What a new installation starts with; what was edited since is never touched."""
    files = await asyncio.to_thread(read_folder, CONTENT)
    playbooks = await read_sources(CONTENT / "playbooks")
    async with ground.db.transaction() as session:
        await install_defaults(session)
        await import_folder(session, ground.clock.now(), files)
        await ship_folder(session, ground.clock.now(), playbooks)
