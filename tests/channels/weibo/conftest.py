from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.weibo.square import Square, open_square


@pytest.fixture
def switched_on(ground: Ground) -> Ground:
    return replace(ground, settings=ground.settings.model_copy(update={"weibo": True}))


@pytest.fixture
async def square(switched_on: Ground, clock: FrozenClock) -> AsyncIterator[Square]:
    async with open_square(switched_on, clock) as opened:
        yield opened
