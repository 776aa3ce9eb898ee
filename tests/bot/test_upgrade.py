"""A database of an earlier version, with people and tickets in it, comes to the newest schema whole."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import IntegrityError

import bot.schema  # noqa: F401 - the tables.
from bot.installation import BrokenReferenceError, migrate
from kit.bus import LocalBus
from kit.clock import FrozenClock
from kit.db import Database
from kit.files import FileStore
from kit.ground import Ground
from tests.architecture.tree import ROOT
from tests.support.databases import fresh_database
from tests.support.ground import make_settings

#: The schema before there were clocks of their own.
BEFORE = "c83d5f1a7e26"
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
async def old(tmp_path: Path, database_url: str) -> AsyncIterator[Ground]:
    """A desk of the earlier schema with one open and one solved ticket."""
    async with fresh_database(tmp_path) as url:
        bus = LocalBus()
        ground = Ground(
            settings=make_settings(tmp_path, url),
            clock=FrozenClock(LATER),
            db=Database(url, bus=bus),
            bus=bus,
            files=FileStore(tmp_path / "files"),
        )
        try:
            async with ground.db.engine.begin() as connection:
                await connection.run_sync(_as_it_was)
                await connection.run_sync(_fill)
            yield ground
        finally:
            await ground.db.close()


def _as_it_was(connection: Connection) -> None:
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)


def _fill(connection: Connection) -> None:
    tables = MetaData()
    tables.reflect(connection)
    moment = NOW.replace(tzinfo=None) if connection.dialect.name == "sqlite" else NOW

    def put(table: str, /, **values: Any) -> None:
        connection.execute(tables.tables[table].insert().values(**values))

    put("team", id=1, key="support", name_zh="开票支持组", name_en="Invoicing")
    category = {"key": "login", "name_zh": "登录", "name_en": "Sign-in", "team_id": 1, "priority": 2}
    put("category", id=1, materials_zh="", materials_en="", position=0, **category)
    put("category", id=2, parent_id=1, materials_zh="", materials_en="", position=1, **{**category, "key": "cert"})
    put("contact", id=1, name="王会计", locale="zh", created_at=moment)
    thread = {"channel": "webchat", "account": "main", "address": "a", "thread": "webchat:main:a", "locale": "zh"}
    times = {"created_at": moment, "last_message_at": moment}
    put("conversation", id=1, contact_id=1, owner="bot", memory={}, **thread, **times)
    for number, stage in ((1, "accepted"), (2, "solved")):
        _put_ticket(put, number, stage, moment)
    put("target", priority=2, first_reply_s=14400, resolution_s=86400)


def _put_ticket(put: Any, number: int, stage: str, moment: datetime) -> None:
    put(
        "ticket",
        id=number,
        number=f"YP-261120-000{number}",
        token=f"token-{number}",
        lookup_code="123456",
        conversation_id=1,
        contact_id=1,
        channel="webchat",
        subject="登录不了",
        description="登录不了，提示证书过期",
        facts={},
        category_id=2,
        team_id=1,
        priority=2,
        stage=stage,
        version=1,
        wants_person=False,
        first_reply_due=moment,
        resolution_due=moment,
        reopened=0,
        created_at=moment,
        updated_at=moment,
    )
    put("ticket_event", ticket_id=number, kind="opened", actor="customer", public=True, data={}, at=moment)
    late = {"thread": "webchat:main:a", "kind": "resolution_late", "due_at": moment}
    put("follow_up", ticket_id=number, state="pending" if stage == "accepted" else "cancelled", **late)


async def _all(ground: Ground, query: str) -> list[tuple[Any, ...]]:
    async with ground.db.engine.connect() as connection:
        return [tuple(row) for row in (await connection.execute(text(query))).all()]


async def test_nothing_is_lost_and_open_tickets_get_their_clocks(old: Ground) -> None:
    await migrate(old)
    assert await _all(old, "SELECT number, stage FROM ticket ORDER BY id") == [
        ("YP-261120-0001", "accepted"),
        ("YP-261120-0002", "solved"),
    ]
    assert await _all(old, "SELECT key, parent_id, team_id FROM category ORDER BY id") == [
        ("login", None, 1),
        ("cert", 1, 1),
    ]
    assert await _all(old, "SELECT count(*) FROM ticket_event") == [(2,)]
    assert await _all(old, "SELECT ticket_id, kind, state FROM sla_clock ORDER BY kind") == [
        (1, "first_reply", "running"),
        (1, "resolution", "running"),
    ]
    pending = "SELECT ticket_id, kind FROM follow_up WHERE state = 'pending'"
    assert await _all(old, pending) == [(1, "sla_resolution")]


async def test_references_hold_again_afterwards(old: Ground) -> None:
    await migrate(old)
    with pytest.raises(IntegrityError):
        async with old.db.transaction() as session:
            await session.execute(text("UPDATE category SET team_id = 99"))


async def test_a_second_start_does_nothing(old: Ground) -> None:
    await migrate(old)
    await migrate(old)
    assert await _all(old, "SELECT count(*) FROM sla_clock") == [(2,)]


async def test_a_reference_to_nowhere_stops_the_upgrade_before_anything_is_changed(old: Ground) -> None:
    if not old.db.is_sqlite:
        pytest.skip("PostgreSQL does not let such a row in")
    async with old.db.engine.connect() as connection:
        await connection.run_sync(lambda sync: sync.connection.cursor().execute("PRAGMA foreign_keys=OFF"))
        async with connection.begin():
            await connection.execute(text("UPDATE ticket SET contact_id = 99 WHERE id = 2"))
        await connection.run_sync(lambda sync: sync.connection.cursor().execute("PRAGMA foreign_keys=ON"))
    with pytest.raises(BrokenReferenceError, match="ticket"):
        await migrate(old)
    assert await _all(old, "SELECT version_num FROM alembic_version") == [(BEFORE,)]
    assert await _all(old, "SELECT count(*) FROM target") == [(1,)]
