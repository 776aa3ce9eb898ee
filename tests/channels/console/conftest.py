from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

import bot.schema  # noqa: F401 - the tables.
from channels.console import NAVIGATION
from channels.console.endpoints import build_router
from channels.console.site import ChannelSite
from channels.context import ChannelContext
from channels.port import Capabilities
from channels.testing import FakeChannel
from kit.access.identity import Role
from kit.ground import Ground
from tests.channels.console.office import Office, person
from tests.channels.console.platform import FakeFallback, NoticingChannel, make_platform
from tests.support.console import Person
from tests.support.web import make_app

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def fallback() -> FakeFallback:
    return FakeFallback()


@pytest.fixture
def channel(fallback: FakeFallback) -> FakeChannel:
    """A platform with a reply window, as WeChat has one."""
    return NoticingChannel(name="fake", capabilities=Capabilities(text_limit=2000, windowed=True), notices=fallback)


@pytest.fixture
def site(ground: Ground, channel: FakeChannel) -> ChannelSite:
    return ChannelSite(
        context=ChannelContext.of(ground),
        platforms={"fake": make_platform(channel)},
        channels={"fake": channel, "free": FakeChannel(name="free")},
    )


@pytest.fixture
def app(ground: Ground, site: ChannelSite) -> FastAPI:
    made = make_app(
        ground,
        build_router(),
        templates=[ROOT / "channels/console/templates", ROOT / "tickets/console/templates"],
        statics={"tickets": ROOT / "tickets/console/static", "channels": ROOT / "channels/console/static"},
        navigation=NAVIGATION,
    )
    made.state.channel_site = site
    return made


@pytest.fixture
def office(ground: Ground, site: ChannelSite, channel: FakeChannel) -> Office:
    return Office(ground, site, channel)


@pytest.fixture
async def admin(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    async for someone in person(app, ground, Role.ADMIN, "zhao"):
        yield someone


@pytest.fixture
async def supervisor(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    async for someone in person(app, ground, Role.SUPERVISOR, "li"):
        yield someone


@pytest.fixture
async def agent(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    async for someone in person(app, ground, Role.AGENT, "wang"):
        yield someone


@pytest.fixture
async def editor(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    async for someone in person(app, ground, Role.EDITOR, "sun"):
        yield someone
