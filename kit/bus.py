"""Hints between parts and processes: a topic says that something changed, never what.

A lost hint costs latency, not data: every listener also looks by itself now and then.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

#: Sent when a bus knows that something changed but not what.
EVERYTHING = "*"


class Bus(Protocol):
    """Publish a topic; wait for one of several."""

    def publish(self, topic: str) -> None:
        """Tell all listeners of ``topic``, here and in other processes."""
        ...

    def listening(self, *topics: str) -> AbstractAsyncContextManager["Listener"]:
        """A listener that wakes on any of ``topics``, for as long as the context lasts."""
        ...

    def subscribed(self, *topics: str) -> "Listener":
        """A listener for as long as the bus lasts, as what is kept in memory needs."""
        ...


class Listener:
    """Wakes when one of its topics was published since the last wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    def heard(self) -> bool:
        """Whether a topic was published since the last wait or look; for who has no time to wait."""
        heard = self._event.is_set()
        self._event.clear()
        return heard

    async def wait(self, seconds: float) -> bool:
        """Wait at most ``seconds``; True when woken by a topic, False when time ran out."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class LocalBus:
    """All listeners live in this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)

    def publish(self, topic: str) -> None:
        self.deliver(topic)

    def deliver(self, topic: str) -> None:
        """Wake the listeners of this process."""
        names = list(self._listeners) if topic == EVERYTHING else [topic]
        for name in names:
            for listener in tuple(self._listeners.get(name, ())):
                listener.wake()

    def subscribed(self, *topics: str) -> Listener:
        listener = Listener()
        for topic in topics:
            self._listeners[topic].add(listener)
        return listener

    @asynccontextmanager
    async def listening(self, *topics: str) -> AsyncIterator[Listener]:
        listener = self.subscribed(*topics)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]
