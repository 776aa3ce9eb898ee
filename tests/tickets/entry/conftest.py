import pytest

from kit.ground import Ground
from tests.support.records import Office, open_office


@pytest.fixture
async def office(ground: Ground) -> Office:
    return await open_office(ground)
