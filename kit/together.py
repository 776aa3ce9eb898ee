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


class Together(Generic[T]):
    """Whoever asks while a look is being taken shares the next one, so nobody gets an answer begun before the question.

    A hundred pages that hear of one change look once, and what they see contains the change.
    """

    def __init__(self) -> None:
        self._asked: dict[Hashable, _Asked[T]] = {}

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
        asked.running, asked.following = asked.following, None
        try:
            return await look()
        finally:
            if asked.following is None:
                del self._asked[key]
