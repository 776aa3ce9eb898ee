from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.ground import Ground
from tests.support.console import Person
from tests.support.web import add_staff, make_app, open_client, sign_in_client
from tickets.console.endpoints import build_router
from tickets.wall import NAVIGATION
from tickets.wall.endpoints import router

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def app(ground: Ground) -> FastAPI:
    return make_app(
        ground,
        build_router(),
        router,
        templates=[ROOT / "tickets/console/templates", ROOT / "tickets/wall/templates"],
        statics={"tickets": ROOT / "tickets/console/static", "wall": ROOT / "tickets/wall/static"},
        navigation=NAVIGATION,
    )


async def _person(app: FastAPI, ground: Ground, role: Role, name: str) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=role, login=name, name=name)
    async with open_client(app) as client:
        await sign_in_client(client, ground, login=name)
        client.cookies.set("yp_lang", "zh")
        yield Person(client, staff, ground)


@pytest.fixture
async def wang(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """An agent."""
    async for person in _person(app, ground, Role.AGENT, "wang"):
        yield person


@pytest.fixture
async def li(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """A supervisor."""
    async for person in _person(app, ground, Role.SUPERVISOR, "li"):
        yield person
