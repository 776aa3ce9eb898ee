from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from kit.access.identity import Role
from kit.ground import Ground
from tests.support.console import Person
from tests.support.web import add_staff, make_app, open_client, sign_in_client
from tickets.console.endpoints import build_router

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def app(ground: Ground) -> FastAPI:
    folders = {"tickets": ROOT / "tickets/console/static"}
    return make_app(ground, build_router(), templates=[ROOT / "tickets/console/templates"], statics=folders)


@pytest.fixture
async def agent(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=Role.AGENT, login="wang", name="王芳")
    async with open_client(app) as client:
        await sign_in_client(client, ground, login="wang")
        client.cookies.set("yp_lang", "zh")
        yield Person(client, staff, ground)
