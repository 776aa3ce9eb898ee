import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from fastapi import APIRouter, Request, Response

from kit.bus import LocalBus
from kit.ground import Ground
from kit.web.sse import ServerEvent, event_stream, follow
from tests.support.web import make_app, open_client

PATIENCE_S = 5.0


class Feed:
    """A look that hands out what was put in."""

    def __init__(self) -> None:
        self.fresh: list[ServerEvent] = []

    async def look(self) -> Sequence[ServerEvent]:
        found, self.fresh = self.fresh, []
        return found


async def take(stream: AsyncIterator[str]) -> str:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(stream)


class TestFollow:
    async def test_looks_at_once_and_after_each_hint(self) -> None:
        bus, feed, stopping = LocalBus(), Feed(), asyncio.Event()
        feed.fresh = [ServerEvent("one")]
        stream = follow(bus, feed.look, ["chat:1"], stopping=stopping)
        assert (await take(stream)).startswith("retry: ")
        assert await take(stream) == "event: message\ndata: one\n\n"
        waiting = asyncio.ensure_future(take(stream))
        await asyncio.sleep(0)
        feed.fresh = [ServerEvent("two", event="reply", id="2")]
        bus.publish("chat:1")
        assert await waiting == "event: reply\nid: 2\ndata: two\n\n"

    async def test_looks_at_every_heartbeat_too_as_a_hint_may_be_lost(self) -> None:
        bus, feed, stopping = LocalBus(), Feed(), asyncio.Event()
        stream = follow(bus, feed.look, ["chat:1"], stopping=stopping, heartbeat_s=0.01)
        await take(stream)
        assert await take(stream) == ": still here\n\n"
        feed.fresh = [ServerEvent("late")]
        assert "data: late" in await take(stream)

    async def test_ends_when_the_server_stops(self) -> None:
        stopping = asyncio.Event()
        stream = follow(LocalBus(), Feed().look, ["chat:1"], stopping=stopping)
        await take(stream)
        waiting = asyncio.ensure_future(take(stream))
        await asyncio.sleep(0)
        stopping.set()
        with pytest.raises(StopAsyncIteration):
            await waiting

    async def test_leaves_no_listener_behind_when_the_reader_goes(self) -> None:
        bus = LocalBus()
        stream = follow(bus, Feed().look, ["chat:1"], stopping=asyncio.Event())
        await take(stream)
        waiting = asyncio.ensure_future(take(stream))
        await asyncio.sleep(0)
        assert bus._listeners
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert not bus._listeners


async def test_the_answer_of_an_endpoint_is_a_stream_that_nobody_buffers(ground: Ground) -> None:
    router = APIRouter()

    @router.get("/stream")
    async def stream(request: Request) -> Response:
        return event_stream(request, Feed().look, "chat:1")

    app = make_app(ground, router)
    app.state.stopping.set()
    async with open_client(app) as client:
        got = await client.get("/stream")
    assert got.text == "retry: 3000\n\n"
    assert got.headers["content-type"].startswith("text/event-stream")
    assert (got.headers["cache-control"], got.headers["x-accel-buffering"]) == ("no-store", "no")


def test_no_line_of_the_data_can_pass_for_a_field() -> None:
    assert ServerEvent("a\rid: 9\r\nb\nc").encode() == ("event: message\ndata: a\ndata: id: 9\ndata: b\ndata: c\n\n")
