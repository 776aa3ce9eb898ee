"""How Alembic reaches the database, and how it writes our column types down.

A caller that already holds a connection passes it as ``config.attributes["connection"]``. Otherwise the
address is ``sqlalchemy.url`` of the configuration or, unset, the product's own setting.
"""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, TypeDecorator, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import AutoString

from bot.schema import metadata
from kit.settings import Settings


def render_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as what the database sees, so that old revisions never change with our code."""
    if kind != "type":
        return False
    if type(item) is JSON:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if isinstance(item, TypeDecorator) and type(item).__module__.startswith("kit."):
        return f"sa.{item.impl_instance!r}"
    return False


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """All but SQLite's full-text index, a handful of tables that no model stands for."""
    return kind != "table" or not (name or "").startswith("search_words")


def configure(**source: Any) -> None:
    context.configure(
        target_metadata=metadata,
        include_name=is_ours,
        # SQLite cannot alter most of a table: Alembic then copies it.
        render_as_batch=True,
        compare_type=True,
        render_item=render_type,
        **source,
    )


def migrate(connection: Connection) -> None:
    configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


def address() -> str:
    return context.config.get_main_option("sqlalchemy.url") or Settings().url()


async def connect_and_migrate() -> None:
    engine = create_async_engine(address(), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


def main() -> None:
    if context.is_offline_mode():
        configure(url=address(), literal_binds=True, dialect_opts={"paramstyle": "named"})
        with context.begin_transaction():
            context.run_migrations()
    elif (connection := context.config.attributes.get("connection")) is not None:
        migrate(connection)
    else:
        asyncio.run(connect_and_migrate())


main()
