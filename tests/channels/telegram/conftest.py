from collections.abc import AsyncIterator

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.telegram.bot import OurBot, open_bot


@pytest.fixture
async def bot(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurBot]:
    """A bot with a webhook."""
    async with open_bot(ground, clock) as opened:
        yield opened
