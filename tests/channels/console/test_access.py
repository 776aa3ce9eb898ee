from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from channels.console.endpoints import PARTS
from kit.access.deps import is_guarded
from tests.channels.console.office import Office
from tests.support.console import HTMX, Person
from tests.support.web import open_client

HOME = "/console/channels"
OF_SUPERVISORS = [HOME, f"{HOME}/1", f"{HOME}/unparsed"]
OF_ADMINS = [f"{HOME}/new", f"{HOME}/new?platform=fake", f"{HOME}/1/edit", f"{HOME}/1/remove"]
OF_AGENTS = [f"{HOME}/undelivered", f"{HOME}/window?thread=fake:gh_1:li"]
CHANGING = ["new?platform=fake", "1/edit", "1/pause", "1/remove", "1/check", "1/test"]


def test_every_route_asks_for_a_session_and_the_csrf_token() -> None:
    routes = [route for part in PARTS for route in part.routes if isinstance(route, APIRoute)]
    assert len(routes) > 15
    assert [route.path for route in routes if not is_guarded(route.dependant)] == []


@pytest.mark.parametrize("address", [*OF_SUPERVISORS, *OF_ADMINS, *OF_AGENTS, f"{HOME}/live"])
async def test_without_a_session_there_is_only_the_way_in(app: FastAPI, address: str) -> None:
    async with open_client(app) as client:
        answer = await client.get(address)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/login?next=")


class TestWhoSees:
    async def test_a_supervisor_looks_and_changes_nothing(self, office: Office, supervisor: Person) -> None:
        await office.account()
        for address in [*OF_SUPERVISORS, *OF_AGENTS]:
            assert (await supervisor.client.get(address)).status_code == 200, address
        for address in OF_ADMINS:
            assert (await supervisor.client.get(address)).status_code == 403, address
        for action in CHANGING:
            answer = await supervisor.client.post(f"{HOME}/{action}", data={"paused": "1", "to": "li"}, headers=HTMX)
            assert answer.status_code == 403, action
        page = await supervisor.page(f"{HOME}/1")
        assert "/edit" not in page
        assert "1/test" not in page

    async def test_an_agent_sees_what_did_not_arrive(self, office: Office, agent: Person) -> None:
        await office.account()
        for address in OF_AGENTS:
            assert (await agent.client.get(address)).status_code == 200, address
        for address in [*OF_SUPERVISORS, *OF_ADMINS, f"{HOME}/undelivered/confirm-all"]:
            assert (await agent.client.get(address)).status_code == 403, address
        answer = await agent.client.post(f"{HOME}/undelivered/retry-all", headers=HTMX)
        assert answer.status_code == 403

    async def test_an_editor_sees_nothing_of_it(self, office: Office, editor: Person) -> None:
        await office.account()
        for address in [*OF_SUPERVISORS, *OF_ADMINS, *OF_AGENTS]:
            assert (await editor.client.get(address)).status_code == 403, address


class TestTheSidebar:
    async def test_leads_each_to_what_is_theirs(self, supervisor: Person, agent: Person) -> None:
        own = await agent.page(f"{HOME}/undelivered")
        assert 'data-key="g u"' in own
        assert 'data-key="g c"' not in own
        other = await supervisor.page(HOME)
        assert 'data-key="g c"' in other
        assert 'data-key="g u"' not in other


async def test_a_form_of_another_site_does_nothing(office: Office, admin: Person) -> None:
    account = await office.account()
    del admin.client.headers["X-CSRF-Token"]
    for action in CHANGING:
        answer = await admin.client.post(f"{HOME}/{action}", data={"paused": "1", "to": "li"})
        assert answer.status_code == 403, action
    assert not (await office.account_now(account.id)).paused


def test_scripts_and_styles_are_there() -> None:
    static = Path(__file__).resolve().parents[3] / "channels/console/static"
    assert {"channels.css", "channels.js"} <= {path.name for path in static.iterdir()}
