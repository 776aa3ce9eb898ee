import pytest

from kit.ground import Ground
from tests.tickets.routing.office import Office


@pytest.fixture
async def office(ground: Ground) -> Office:
    made = Office(ground)
    await made.found()
    return made
