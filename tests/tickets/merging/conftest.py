import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.desk import Desk, make_desk


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    return await make_desk(ground, clock)
