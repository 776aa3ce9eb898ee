"""Server-sent events that follow hints: look, send what is new, wait for the next hint."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection
from starlette.responses import StreamingResponse

from kit.bus import Bus, Listener
from kit.web.deps import ground_of

HEARTBEAT_S = 15.0
#: Told to the browser: how long to wait before it opens a stream that ended anew.
RETRY_MS = 3000


@dataclass(frozen=True)
class ServerEvent:
    """One event; ``data`` may have several lines. ``id`` comes back as Last-Event-ID after a break."""

    data: str
    event: str = "message"
    id: str | None = None

    def encode(self) -> str:
        head = [f"event: {self.event}"]
        if self.id is not None:
            head.append(f"id: {self.id}")
        # Every line end a parser of the stream would see, or a lone CR could forge a field.
        lines = self.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join([*head, *(f"data: {line}" for line in lines)]) + "\n\n"


#: Returns what is new since it was last called; it opens and closes its own reading session.
Look = Callable[[], Awaitable[Sequence[ServerEvent]]]


@dataclass(frozen=True)
class Beside:
    """Something else that a stream tells: it is looked at only when one of its own topics is hinted."""

    look: Look
    topics: tuple[str, ...]


def event_stream(
    connection: HTTPConnection,
    look: Look,
    *topics: str,
    beside: Sequence[Beside] = (),
    heartbeat_s: float = HEARTBEAT_S,
    rest_s: float = 0,
) -> StreamingResponse:
    """A stream that looks at once, on every hint of ``topics`` and at every heartbeat, as a hint may be lost.

    After each look it rests ``rest_s``: whatever is hinted meanwhile is one look. It ends when the browser goes away or
    ``app.state.stopping`` is set, so that the server can stop.
    """
    stopping = cast("asyncio.Event", connection.app.state.stopping)
    bus = ground_of(connection).bus
    body = follow(bus, look, topics, beside=beside, stopping=stopping, heartbeat_s=heartbeat_s, rest_s=rest_s)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)


async def follow(
    bus: Bus,
    look: Look,
    topics: Sequence[str],
    *,
    beside: Sequence[Beside] = (),
    stopping: asyncio.Event,
    heartbeat_s: float = HEARTBEAT_S,
    rest_s: float = 0,
) -> AsyncIterator[str]:
    """The text of the stream; apart from the response so that it can be read without a server."""
    yield f"retry: {RETRY_MS}\n\n"
    # Listening starts before the first look: a change between the two would be missed otherwise.
    async with AsyncExitStack() as open_until_the_end:
        listen = open_until_the_end.enter_async_context
        own = [(part, await listen(bus.listening(*part.topics))) for part in (Beside(look, tuple(topics)), *beside)]
        listener = await listen(bus.listening(*topics, *(topic for part in beside for topic in part.topics)))
        hinted, everything = True, True
        while not stopping.is_set():
            # What was heard is asked of each of them, so that none wakes twice for one hint.
            due = [part for part, ears in own if ears.heard() or everything]
            events = [event for part in due for event in await part.look()]
            for event in events:
                yield event.encode()
            if not hinted and not events:
                yield ": still here\n\n"
            if rest_s:
                await asyncio.sleep(rest_s)
            hinted = await _wait(listener, stopping, heartbeat_s)
            everything = not hinted


async def _wait(listener: Listener, stopping: asyncio.Event, seconds: float) -> bool:
    waits = {asyncio.ensure_future(listener.wait(seconds)), asyncio.ensure_future(_stopped(stopping))}
    try:
        done, _pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return any(wait.result() for wait in done)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _stopped(stopping: asyncio.Event) -> bool:
    await stopping.wait()
    return True
