import pytest

from kit.ground import Ground
from tests.support.articles import Press, make_press


@pytest.fixture
async def press(ground: Ground) -> Press:
    return await make_press(ground)
