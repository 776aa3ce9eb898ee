"""What every start makes sure of: the newest schema, and the configuration and articles there are by default."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.defaults import install_defaults
from kit.ground import Ground
from knowledge.articles import import_folder
from knowledge.loader import read_folder

_ROOT = Path(__file__).resolve().parent.parent
CONTENT = _ROOT / "knowledge" / "content"


#: Names the lock that keeps two nodes from migrating one PostgreSQL at once.
_MIGRATION_LOCK = 0x79696E67


async def migrate(ground: Ground) -> None:
    """Bring the schema to the newest version; does nothing, quickly, when it is there already."""
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()
    async with ground.db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        if await connection.run_sync(_current) != head:
            await connection.run_sync(_upgrade, config)


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def install(ground: Ground) -> None:
    """What a new installation starts with; what was edited since is never touched."""
    files = await asyncio.to_thread(read_folder, CONTENT)
    async with ground.db.transaction() as session:
        await install_defaults(session)
        await import_folder(session, ground.clock.now(), files)
