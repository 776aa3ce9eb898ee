from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.ground import Ground
from tests.support.console import Person
from tests.support.web import add_staff, make_app, open_client, sign_in_client
from tickets.admin import NAVIGATION
from tickets.admin.endpoints import build_router

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def app(ground: Ground) -> FastAPI:
    return make_app(
        ground,
        build_router(),
        templates=[ROOT / "tickets/admin/templates", ROOT / "tickets/console/templates"],
        statics={"tickets": ROOT / "tickets/console/static", "admin": ROOT / "tickets/admin/static"},
        navigation=NAVIGATION,
    )


async def _person(app: FastAPI, ground: Ground, role: Role, login: str, name: str) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=role, login=login, name=name)
    async with open_client(app) as client:
        await sign_in_client(client, ground, login=login)
        client.cookies.set("yp_lang", "zh")
        yield Person(client, staff, ground)


@pytest.fixture
async def zhao(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """An administrator."""
    async for person in _person(app, ground, Role.ADMIN, "zhao", "赵敏"):
        yield person


@pytest.fixture
async def qian(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """Another one."""
    async for person in _person(app, ground, Role.ADMIN, "qian", "钱进"):
        yield person


@pytest.fixture
async def li(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """A supervisor."""
    async for person in _person(app, ground, Role.SUPERVISOR, "li", "李红"):
        yield person


@pytest.fixture
async def wang(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    """An agent."""
    async for person in _person(app, ground, Role.AGENT, "wang", "王磊"):
        yield person
