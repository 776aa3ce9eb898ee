import pytest

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.ground import Ground
from tests.support.web import add_staff


@pytest.fixture
async def desk(ground: Ground) -> Ground:
    """A ground with an administrator."""
    await add_staff(ground, role=Role.ADMIN, login="zhao", name="赵敏")
    return ground
