"""One answer for everybody who asks at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Asked(Generic[T]):
    """The look that is being taken for one key, and the one that will follow it."""

    running: asyncio.Task[T] | None = None
    following: asyncio.Task[T] | None = None
    begun: float = float("-inf")


class Together(Generic[T]):
    """Whoever asks while a look is being taken shares the next one, so nobody gets an answer begun before the question.

    A hundred pages that hear of one change look once, and what they see contains the change. With ``rest_s`` the looks
    of a key begin at least that far apart: the first is taken at once, and in a rush all are told in step.
    """

    def __init__(self, *, rest_s: float = 0) -> None:
        self._asked: dict[Hashable, _Asked[T]] = {}
        self._rest_s = rest_s

    async def ask(self, key: Hashable, look: Callable[[], Awaitable[T]]) -> T:
        """What ``look`` returns or raises; it is called at most once at a time for a key, in a task of its own."""
        asked = self._asked.setdefault(key, _Asked())
        if asked.following is None:
            asked.following = asyncio.create_task(self._look(key, asked, look))
        # Somebody who goes away must not take the answer with them.
        return await asyncio.shield(asked.following)

    async def _look(self, key: Hashable, asked: _Asked[T], look: Callable[[], Awaitable[T]]) -> T:
        if asked.running is not None:
            await asyncio.wait([asked.running])
        loop = asyncio.get_running_loop()
        if (rest := asked.begun + self._rest_s - loop.time()) > 0:
            await asyncio.sleep(rest)
        asked.running, asked.following, asked.begun = asked.following, None, loop.time()
        try:
            return await look()
        finally:
            # Until it has rested, a key is remembered.
            if self._rest_s:
                loop.call_later(self._rest_s, self._forget, key, asked, asked.begun)
            else:
                self._forget(key, asked, asked.begun)

    def _forget(self, key: Hashable, asked: _Asked[T], begun: float) -> None:
        if asked.following is None and asked.begun == begun:
            self._asked.pop(key, None)
