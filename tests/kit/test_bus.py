"""Hints reach every listener of a topic, in this process and in others."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from sqlalchemy import text

from kit.bus import EVERYTHING, LocalBus
from kit.bus_remote import PostgresBus, SqliteBus, running
from kit.db import Database, hint
from kit.ground import Ground

LONG = 20.0


class TestLocal:
    async def test_a_topic_wakes_its_listeners_and_no_others(self) -> None:
        bus = LocalBus()
        async with bus.listening("a") as first, bus.listening("b") as second:
            bus.publish("a")
            assert await first.wait(LONG)
            assert not await second.wait(0)

    async def test_a_hint_before_the_wait_is_not_missed_and_wakes_once(self) -> None:
        bus = LocalBus()
        async with bus.listening("a", "b") as listener:
            bus.publish("a")
            bus.publish("b")
            assert await listener.wait(LONG)
            assert not await listener.wait(0)

    async def test_everything_wakes_everybody_and_the_gone_are_forgotten(self) -> None:
        bus = LocalBus()
        async with bus.listening("a") as listener:
            async with bus.listening("b"):
                pass
            bus.publish(EVERYTHING)
            assert await listener.wait(LONG)


class TestTransactions:
    async def test_hints_of_a_transaction_go_out_only_when_it_is_committed(self, ground: Ground) -> None:
        async with ground.bus.listening("a") as listener:
            with contextlib.suppress(ConnectionError):
                async with ground.db.transaction() as session:
                    hint(session, "a")
                    raise ConnectionError
            assert not await listener.wait(0)
            async with ground.db.transaction() as session:
                hint(session, "a")
                assert not await listener.wait(0)
            assert await listener.wait(LONG)


class TestBetweenProcesses:
    async def test_notify_carries_a_topic_to_another_process(self, database_url: str) -> None:
        if not database_url:
            pytest.skip("NOTIFY needs PostgreSQL")
        here, there = PostgresBus(database_url), PostgresBus(database_url)
        async with running(here), running(there), there.listening("a") as listener:
            async with asyncio.timeout(LONG):
                while not await listener.wait(0.05):
                    here.publish("a")

    @pytest.mark.sqlite
    async def test_any_commit_to_the_file_wakes_the_other_process(self, tmp_path: Path) -> None:
        url = f"sqlite+aiosqlite:///{tmp_path / 'shared.db'}"
        db, there = Database(url), SqliteBus(url)
        async with db.transaction() as session:
            await session.execute(text("CREATE TABLE t (n INTEGER)"))
        async with running(there), there.listening("anything") as listener:
            await listener.wait(1)
            async with db.transaction() as session:
                await session.execute(text("INSERT INTO t VALUES (1)"))
            assert await listener.wait(LONG)
        await db.close()
