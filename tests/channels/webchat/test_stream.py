import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from channels.port import Outbound
from channels.webchat.adapter import WebChat
from channels.webchat.feed import STREAM_FOR
from channels.webchat.typing import show_typing
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.webchat.browser import Browser


@pytest.fixture
async def visitor(browser: Browser) -> Browser:
    await browser.open()
    return browser


def stream_of(app: FastAPI, visitor: Browser, since: int = 0) -> AsyncIterator[str]:
    events: AsyncIterator[str] = app.state.webchat.feed.stream(visitor.visitor, since, stopping=app.state.stopping)
    return events


async def next_event(stream: AsyncIterator[str]) -> tuple[str, str | None, Any]:
    """Name, id and data of the next event."""
    async with asyncio.timeout(5):
        text = await anext(stream)
        while text.startswith("retry:"):
            text = await anext(stream)
    fields = dict(line.split(": ", 1) for line in text.strip().split("\n"))
    return fields["event"], fields.get("id"), json.loads(fields["data"])


async def send(channel: WebChat, visitor: Browser, text: str) -> None:
    await channel.send(key=text, account="site", address=visitor.visitor, message=Outbound(text=text))


async def test_it_begins_at_once_so_that_a_proxy_that_holds_back_is_noticed(app: FastAPI, visitor: Browser) -> None:
    async with asyncio.timeout(5):
        assert (await anext(stream_of(app, visitor))).startswith("retry:")


async def test_what_was_missed_comes_first_then_what_is_new(app: FastAPI, visitor: Browser, channel: WebChat) -> None:
    for text in ("一", "二"):
        await send(channel, visitor, text)
    stream = stream_of(app, visitor, since=1)
    name, number, message = await next_event(stream)
    assert (name, number, message["text"]) == ("message", "2", "二")
    following = asyncio.create_task(next_event(stream))
    await send(channel, visitor, "三\n行")
    name, number, message = await following
    assert (name, number, message["text"]) == ("message", "3", "三\n行")


async def test_typing_is_told_and_taken_back(
    app: FastAPI, visitor: Browser, channel: WebChat, ground: Ground, clock: FrozenClock
) -> None:
    stream = stream_of(app, visitor)
    following = asyncio.create_task(next_event(stream))
    async with ground.db.transaction() as session:
        await show_typing(session, clock.now(), visitor.visitor, who="bot", name="小票")
    assert await following == ("typing", None, {"who": "bot", "name": "小票"})
    await send(channel, visitor, "好了")
    assert (await next_event(stream))[0] == "message"
    assert await next_event(stream) == ("typing", None, None)


async def test_it_ends_when_the_visitor_leaves(app: FastAPI, visitor: Browser) -> None:
    stream = stream_of(app, visitor)
    following = asyncio.create_task(next_event(stream))
    await visitor.post("forget")
    assert (await following)[0] == "gone"
    assert [event async for event in stream] == []


async def test_it_ends_after_a_while_so_that_no_connection_is_for_ever(
    app: FastAPI, visitor: Browser, channel: WebChat, clock: FrozenClock
) -> None:
    await send(channel, visitor, "一")
    stream = stream_of(app, visitor)
    assert (await next_event(stream))[2]["text"] == "一"
    clock.advance(seconds=STREAM_FOR.total_seconds())
    assert [event async for event in stream] == []


async def test_the_answer_is_a_stream_that_nobody_may_store_or_hold_back(app: FastAPI, visitor: Browser) -> None:
    app.state.stopping.set()
    response = await visitor.get("stream")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
