from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

import bot.schema  # noqa: F401 - the tables.
from bot.playbook_check import surroundings
from kit.access.identity import Role
from kit.ground import Ground
from knowledge.console import NAVIGATION, uploads
from knowledge.console.endpoints import build_router
from knowledge.library import Library
from tests.support.answers import SpokenTalks
from tests.support.console import Person
from tests.support.web import add_staff, make_app, open_client, sign_in_client

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def app(ground: Ground) -> FastAPI:
    app = make_app(
        ground,
        build_router(),
        templates=[ROOT / "knowledge/console/templates", ROOT / "tickets/console/templates"],
        statics={"tickets": ROOT / "tickets/console/static", "knowledge": ROOT / "knowledge/console/static"},
        navigation=NAVIGATION,
        uploads=uploads(ground.settings.upload_max_bytes),
    )
    app.state.library = Library(ground.db, ground.clock, None)
    app.state.talks = SpokenTalks()
    app.state.playbook_surroundings = surroundings
    return app


async def _person(app: FastAPI, ground: Ground, role: Role, login: str, name: str) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=role, login=login, name=name)
    async with open_client(app) as client:
        await sign_in_client(client, ground, login=login)
        client.cookies.set("yp_lang", "zh")
        yield Person(client, staff, ground)


@pytest.fixture
async def zhou(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """An editor."""
    async for person in _person(app, ground, Role.EDITOR, "zhou", "周宁"):
        yield person


@pytest.fixture
async def mei(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """A supervisor."""
    async for person in _person(app, ground, Role.SUPERVISOR, "mei", "梅兰"):
        yield person


@pytest.fixture
async def tan(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """Another one."""
    async for person in _person(app, ground, Role.SUPERVISOR, "tan", "谭静"):
        yield person
