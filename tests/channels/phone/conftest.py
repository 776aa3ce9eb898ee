from collections.abc import AsyncIterator

import pytest

from kit.access.identity import Role
from kit.ground import Ground
from tests.channels.phone.exchange import Exchange, make_exchange
from tests.support.console import Person
from tests.support.web import add_staff, open_client, sign_in_client


@pytest.fixture
async def exchange(ground: Ground) -> Exchange:
    return await make_exchange(ground)


async def _person(exchange: Exchange, name: str, role: Role) -> AsyncIterator[Person]:
    staff = await add_staff(exchange.ground, login=name, name=name, role=role)
    async with open_client(exchange.app) as client:
        await sign_in_client(client, exchange.ground, login=name)
        yield Person(client, staff, exchange.ground)


@pytest.fixture
async def wang(exchange: Exchange) -> AsyncIterator[Person]:
    """At extension 801."""
    async for person in _person(exchange, "wang", Role.AGENT):
        yield person


@pytest.fixture
async def li(exchange: Exchange) -> AsyncIterator[Person]:
    """At extension 802."""
    async for person in _person(exchange, "li", Role.AGENT):
        yield person


@pytest.fixture
async def zhao(exchange: Exchange) -> AsyncIterator[Person]:
    """Without a telephone."""
    async for person in _person(exchange, "zhao", Role.AGENT):
        yield person


@pytest.fixture
async def editor(exchange: Exchange) -> AsyncIterator[Person]:
    async for person in _person(exchange, "editor", Role.EDITOR):
        yield person
