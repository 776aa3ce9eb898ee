from collections.abc import AsyncIterator

import pytest

import bot.schema  # noqa: F401 - the tables.
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.wecom.kf import Kf
from tests.channels.wecom.office import Office
from tests.channels.wecom.scene import Scene, open_scene


@pytest.fixture
def kf(clock: FrozenClock) -> Kf:
    return Kf(clock)


@pytest.fixture
async def office(ground: Ground, clock: FrozenClock, kf: Kf) -> Office:
    office = Office(ground, clock, kf)
    await office.open()
    return office


@pytest.fixture
async def scene(ground: Ground, clock: FrozenClock) -> AsyncIterator[Scene]:
    async with open_scene(ground, clock) as opened:
        yield opened
