"""The switch at the top of the console."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.web import ROOT, add_staff, make_app, open_client, sign_in_client
from tests.tickets.routing.office import Office
from tickets.console.endpoints import build_router
from tickets.routing.presence import profile_of


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(ground, build_router(), templates=[ROOT / "tickets/console/templates"])
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(open_client(app))


class TestSwitch:
    async def test_coming_on_brings_what_has_been_waiting(
        self, office: Office, client: httpx.AsyncClient, ground: Ground
    ) -> None:
        ticket = await office.opened()
        await office.join("an", on=False)
        await sign_in_client(client, ground, login="an")
        shown = await client.get("/console/duty")
        assert 'value="off" selected' in shown.text
        assert "在手 0/20" in shown.text
        answered = await client.post("/console/duty", data={"state": "on"})
        assert 'value="on" selected' in answered.text
        assert "在手 1/20" in answered.text
        assert await office.owner(ticket) == "an"

    async def test_an_open_page_is_a_sign_of_life_written_once_a_minute(
        self, office: Office, client: httpx.AsyncClient, ground: Ground, clock: FrozenClock
    ) -> None:
        staff_id = await office.join("an")
        await sign_in_client(client, ground, login="an")
        came = clock.now()
        for seconds, seen in ((59, came), (1, came.replace(minute=1)), (30, came.replace(minute=1))):
            clock.advance(seconds=seconds)
            await client.get("/console/duty")
            async with ground.db.reading() as session:
                assert (await profile_of(session, staff_id)).seen_at == seen

    async def test_it_is_for_those_who_work_tickets(self, client: httpx.AsyncClient, ground: Ground) -> None:
        await add_staff(ground, role=Role.EDITOR, login="ed")
        await sign_in_client(client, ground, login="ed")
        assert (await client.get("/console/duty")).text == ""
        assert (await client.post("/console/duty", data={"state": "on"})).status_code == 403

    async def test_nobody_has_a_fourth_state(self, office: Office, client: httpx.AsyncClient, ground: Ground) -> None:
        await office.join("an")
        await sign_in_client(client, ground, login="an")
        assert (await client.post("/console/duty", data={"state": "lunch"})).status_code == 422
