from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from kit.access.deps import is_guarded
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.tickets import open_one, ticket_now
from tests.support.web import open_client
from tickets.console.endpoints import PARTS

READING = ["/console/tickets", "/console/tickets/{id}", "/console/tickets/{id}/parts", "/console/figures"]
ACTING = ["messages", "assign", "stage", "priority", "promise", "resolve", "release", "reveal"]
FORM = {"version": 1, "mode": "note", "text": "x", "to": "me", "target": "waiting", "priority": 1, "at": "x"}


def test_every_route_asks_for_a_session_and_the_csrf_token() -> None:
    routes = [route for part in PARTS for route in part.routes if isinstance(route, APIRoute)]
    assert len(routes) > 10
    assert [route.path for route in routes if not is_guarded(route.dependant)] == []


@pytest.mark.parametrize("address", [*READING, "/console/live/queue", "/console/files/1/abc"])
async def test_without_a_session_there_is_only_the_way_in(app: FastAPI, ground: Ground, address: str) -> None:
    opened = await open_one(ground)
    async with open_client(app) as client:
        answer = await client.get(address.format(id=opened.ticket_id))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/login?next=")


async def test_a_form_of_another_site_does_nothing(ground: Ground, wang: Person) -> None:
    ticket_id = (await open_one(ground)).ticket_id
    del wang.client.headers["X-CSRF-Token"]
    for action in ACTING:
        assert (await wang.act(ticket_id, action, **FORM)).status_code == 403, action
    assert (await ticket_now(ground, ticket_id)).version == 1


class TestAnEditor:
    @pytest.mark.parametrize("address", READING)
    async def test_reads(self, ground: Ground, editor: Person, address: str) -> None:
        opened = await open_one(ground)
        page = await editor.page(address.format(id=opened.ticket_id))
        assert 'data-key="t"' not in page
        assert 'id="composer"' not in page

    @pytest.mark.parametrize("action", ACTING)
    async def test_does_not_act(self, ground: Ground, editor: Person, action: str) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        answer = await editor.act(ticket_id, action, **FORM)
        assert answer.status_code == 403
        assert "没有做这件事的权限" in answer.text

    async def test_takes_nothing(self, ground: Ground, editor: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        answer: httpx.Response = await editor.client.post("/console/next", headers=HTMX)
        assert answer.status_code == 403
        assert (await ticket_now(ground, ticket_id)).assignee_id is None


def test_scripts_and_styles_exist_for_every_page() -> None:
    static = Path(__file__).resolve().parents[3] / "tickets/console/static"
    imported = {line.split('"')[1] for line in (static / "console.js").read_text().splitlines() if "import" in line}
    assert {name for name in imported if not (static / name).is_file()} == set()
