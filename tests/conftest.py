import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.ground import TEST_DATABASE, drop_worker_database, make_worker_database, open_ground
from tests.support.sharing import shared

#: What is here knows no database, unless a test asks for one: nothing is learnt by running it on a second one.
PURE = (
    "tests/architecture",
    "tests/bot/dialogue",
    "tests/channels/email/bounces",
    "tests/channels/email/mime",
    "tests/channels/email/trimming",
    "tests/channels/simulator",
    "tests/channels/tencent",
    "tests/knowledge/search",
)
_STORED = {"ground", "database_url"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what is stored, and of a test with a short and a long run the short one.

    The SQLite half has run the rest.
    """
    if not os.environ.get(TEST_DATABASE):
        return
    short = {_origin(item) for item in items if item.get_closest_marker("slow") is None}
    left_out = {
        item for item in items if _is_pure(item) or (item.get_closest_marker("slow") and _origin(item) in short)
    }
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _origin(item: pytest.Item) -> str:
    """The test of which this is one run."""
    return item.nodeid.partition("[")[0]


def _is_pure(item: pytest.Item) -> bool:
    return item.nodeid.startswith(PURE) and not _is_stored(item)


def _is_stored(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return bool(_STORED & set(fixtures)) or "test_migrations" in item.nodeid


@pytest.fixture(scope="session", autouse=True)
def _shared() -> Iterator[None]:
    with shared():
        yield


@pytest.fixture
def clock() -> FrozenClock:
    """A Tuesday, 10:00 in Shanghai."""
    return FrozenClock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A PostgreSQL database of this test process; an empty text stands for SQLite in the test's folder."""
    url = os.environ.get(TEST_DATABASE, "")
    if not url:
        yield ""
        return
    with asyncio.Runner() as runner:
        worker_url = runner.run(make_worker_database(url))
    yield worker_url
    with asyncio.Runner() as runner:
        runner.run(drop_worker_database(url, worker_url))


@pytest.fixture
async def ground(tmp_path: Path, clock: FrozenClock, database_url: str) -> AsyncIterator[Ground]:
    async with open_ground(tmp_path, clock=clock, url=database_url) as opened:
        yield opened
