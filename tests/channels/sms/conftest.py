from collections.abc import AsyncIterator

import pytest

import bot.schema  # noqa: F401 - the tables.
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.sms.provider import OurSign, open_sign


@pytest.fixture(params=["aliyun", "tencent"])
async def ours(request: pytest.FixtureRequest, ground: Ground, clock: FrozenClock) -> AsyncIterator[OurSign]:
    """A signature at each of the providers."""
    async with open_sign(ground, clock, request.param) as opened:
        yield opened


@pytest.fixture
async def aliyun(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurSign]:
    async with open_sign(ground, clock, "aliyun") as opened:
        yield opened


@pytest.fixture
async def tencent(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurSign]:
    async with open_sign(ground, clock, "tencent") as opened:
        yield opened
