"""Every page is looked at by the accessibility tests, or said to be none: a new one has to find its place."""

from collections import Counter

import pytest
from fastapi.routing import iter_route_contexts

from bot.app import create_app
from bot.bootstrap import make_runtime
from kit.ground import Ground
from tests.architecture.tree import ROOT
from tests.browser.sights import CONSOLE, DIALOGS, ELSEWHERE, PUBLIC, UNSEEN, WITHIN

KINDS = (PUBLIC, CONSOLE, DIALOGS, ELSEWHERE, WITHIN, UNSEEN)


@pytest.fixture
def routes(ground: Ground) -> set[str]:
    """What the product answers a browser that asks for it."""
    app = create_app(make_runtime(ground))
    contexts = iter_route_contexts(app.routes)
    return {route.path or "" for route in contexts if "GET" in (route.methods or ())} - {app.openapi_url}


def test_each_route_is_looked_at_or_said_not_to_be_seen(routes: set[str]) -> None:
    assert routes - {route for kind in KINDS for route in kind} == set()


def test_nothing_is_listed_that_is_not_there_or_twice(routes: set[str]) -> None:
    listed = Counter(route for kind in KINDS for route in kind)
    assert set(listed) - routes == set()
    assert [route for route, times in listed.items() if times > 1] == []


def test_what_is_looked_at_elsewhere_is_looked_at_there() -> None:
    for module in set(ELSEWHERE.values()):
        assert "severe_" in (ROOT / "tests" / "browser" / f"{module}.py").read_text(encoding="utf8"), module
