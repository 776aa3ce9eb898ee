"""One look at the desk for all who watch the wall: at most one every two seconds, however many they are."""

import asyncio
from typing import cast

from starlette.requests import HTTPConnection

from kit.ground import Ground
from kit.web.deps import ground_of
from tickets.wall.queries import Snapshot, look

REST_S = 2.0
#: A look that takes long is taken more rarely: never more than a twentieth of the time is spent on it.
_REST_OF_COST = 20


class Wall:
    """The latest look. ``rest_s`` is how long one is good enough for somebody who comes."""

    def __init__(self, ground: Ground, *, rest_s: float = REST_S) -> None:
        self._ground = ground
        self._rest_s = self._resting_s = rest_s
        self._taking = asyncio.Lock()
        self._taken: Snapshot | None = None
        self._begun = float("-inf")
        self.looks = 0

    async def latest(self) -> Snapshot:
        """One that is not much older than the rest between two."""
        async with self._taking:
            if self._taken is None or self._age() >= self._resting_s:
                return await self._take()
            return self._taken

    async def after_now(self) -> Snapshot:
        """One that was begun after this was asked: all who ask while others wait share it."""
        asked = self._time()
        async with self._taking:
            if self._taken is not None and self._begun > asked:
                return self._taken
            await asyncio.sleep(max(0.0, self._resting_s - self._age()))
            return await self._take()

    async def _take(self) -> Snapshot:
        self._begun = self._time()
        ground = self._ground
        async with ground.db.reading() as session:
            self._taken = await look(session, ground.clock.now(), ground.settings.time_zone)
        self.looks += 1
        self._resting_s = max(self._rest_s, _REST_OF_COST * self._age())
        return self._taken

    def _age(self) -> float:
        return self._time() - self._begun

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()


def wall_of(connection: HTTPConnection) -> Wall:
    """The wall of this process."""
    state = connection.app.state
    if not hasattr(state, "wall"):
        state.wall = Wall(ground_of(connection))
    return cast("Wall", state.wall)
