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
from tests.support.stored import counted, is_stored, owned_up

#: Set where nobody watches and the machine is shared with others.
_ALONE = "CI"
#: What a page does in a browser is the same on either database; that it is, the whole story shows.
_TOLD_TWICE = "tests/browser/test_story.py"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what may differ there; and where the machine is shared, a browser has a second go."""
    if os.environ.get(_ALONE):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.flaky(reruns=1))
    if os.environ.get(TEST_DATABASE):
        config.hook.pytest_deselected(items=[item for item in items if not _is_of_interest(item)])
        items[:] = [item for item in items if _is_of_interest(item)]


def _is_of_interest(item: pytest.Item) -> bool:
    """Whether it may come out differently on another database."""
    in_browser = item.get_closest_marker("browser") is not None
    return is_stored(item) and (not in_browser or item.nodeid.startswith(_TOLD_TWICE))


@pytest.fixture(scope="session", autouse=True)
def _shared() -> Iterator[None]:
    with shared(), counted():
        yield


@pytest.fixture(autouse=True)
def _owned_up(request: pytest.FixtureRequest) -> Iterator[None]:
    with owned_up(request.node):
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
