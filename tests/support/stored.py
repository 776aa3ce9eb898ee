"""Which tests have to do with the database: those whose fixtures ask for its address, however indirectly.

On PostgreSQL only they run, as SQLite has seen the rest. A test that opens a database without asking fails, so that
none is left out by mistake; one marked ``sqlite`` opens SQLite whatever the run is on, and once is enough for it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

from kit.db import Database

ADDRESS = "database_url"
#: How many databases this process has opened.
_opened = 0


def is_stored(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return ADDRESS in fixtures


@contextmanager
def counted() -> Iterator[None]:
    """Count what is opened while this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "__init__", _noted(Database.__init__))
        yield


def _noted(make: Callable[..., None]) -> Callable[..., None]:
    @wraps(make)
    def noted(*given: Any, **named: Any) -> None:
        global _opened  # noqa: PLW0603 - One process, one count.
        _opened += 1
        make(*given, **named)

    return noted


@contextmanager
def owned_up(item: pytest.Item) -> Iterator[None]:
    """Fail the test if it opens a database and would not run on PostgreSQL."""
    before = _opened
    yield
    if _opened > before and not is_stored(item) and item.get_closest_marker("sqlite") is None:
        pytest.fail(
            f"opens a database, but does not ask for it: let a fixture of it depend on {ADDRESS}", pytrace=False
        )
