from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from channels.webchat.adapter import WebChat
from kit.ground import Ground
from tests.channels.webchat.browser import Browser, make_app


@pytest.fixture
def app(ground: Ground) -> FastAPI:
    return make_app(ground)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        yield client


@pytest.fixture
def browser(client: httpx.AsyncClient) -> Browser:
    return Browser(client)


@pytest.fixture
def channel(ground: Ground) -> WebChat:
    return WebChat(ground.db, ground.clock)
