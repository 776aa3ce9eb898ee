"""What is new for one visitor: as a stream of events, or as an answer that waits."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.webchat import repository
from channels.webchat.models import WebchatMessage
from channels.webchat.translate import FileAddress, Typing, to_public, typing_now
from kit.ground import Ground
from kit.web.sse import ServerEvent, follow

PING_S = 15.0
#: A stream ends by itself after this; the browser comes back with the number it has.
STREAM_FOR = timedelta(minutes=15)
BATCH = 200
#: How long a held answer may keep a stopping server waiting.
STOP_CHECK_S = 1.0


@dataclass(frozen=True, kw_only=True)
class News:
    """What the visitor does not have yet. ``gone`` when the token was revoked meanwhile."""

    messages: Sequence[WebchatMessage]
    last_seq: int
    typing: Typing | None
    gone: bool


class Feed:
    """Follows hints and holds no database session while it waits."""

    def __init__(self, ground: Ground, file_address: FileAddress) -> None:
        self._ground = ground
        self._file_address = file_address

    async def look(self, visitor_id: str, since: int, *, limit: int = BATCH) -> News:
        async with self._ground.db.reading() as session:
            visitor, messages = await repository.visitor_and_messages(session, visitor_id, since, limit=limit)
        if visitor is None:
            return News(messages=[], last_seq=since, typing=None, gone=True)
        return News(
            messages=messages,
            last_seq=visitor.last_seq,
            typing=typing_now(visitor, self._ground.clock.now()),
            gone=visitor.revoked_at is not None,
        )

    async def wait(self, visitor_id: str, since: int, *, seconds: float, limit: int, stopping: asyncio.Event) -> News:
        """News at once when there is any, else as soon as there is, at the latest after ``seconds``."""
        deadline = asyncio.get_running_loop().time() + seconds
        async with self._ground.bus.listening(repository.topic(visitor_id)) as listener:
            first = news = await self.look(visitor_id, since, limit=limit)
            while not (news.messages or news.gone or news.typing != first.typing or stopping.is_set()):
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    # A hint may have been lost: look once more before saying that there is nothing.
                    return await self.look(visitor_id, since, limit=limit) if seconds else news
                if await listener.wait(min(left, STOP_CHECK_S)):
                    news = await self.look(visitor_id, since, limit=limit)
        return news

    async def stream(self, visitor_id: str, since: int, *, stopping: asyncio.Event) -> AsyncIterator[str]:
        """Server-sent events until the token is revoked, the time is up or the server stops."""
        until = self._ground.clock.now() + STREAM_FOR
        look = _Look(self, visitor_id, since)
        events = follow(self._ground.bus, look, [repository.topic(visitor_id)], stopping=stopping, heartbeat_s=PING_S)
        async for text in events:
            # Some browsers show a comment to no script, so the sign of life is an event.
            yield text if not text.startswith(":") else PING.encode()
            if look.gone or self._ground.clock.now() >= until:
                return

    def as_event(self, message: WebchatMessage) -> ServerEvent:
        return _event("message", to_public(message, self._file_address), number=message.seq)


class _Look:
    """What is new since the last look of one stream."""

    def __init__(self, feed: Feed, visitor_id: str, since: int) -> None:
        self.gone = False
        self._feed = feed
        self._visitor_id = visitor_id
        self._since = since
        self._typing: Typing | None = None

    async def __call__(self) -> Sequence[ServerEvent]:
        events: list[ServerEvent] = []
        while True:
            news = await self._feed.look(self._visitor_id, self._since)
            events += [self._feed.as_event(message) for message in news.messages]
            self._since = news.messages[-1].seq if news.messages else self._since
            if len(news.messages) < BATCH:
                break
        if news.typing != self._typing:
            self._typing = news.typing
            events.append(_event("typing", news.typing.public() if news.typing else None))
        if news.gone:
            self.gone = True
            return [_event("gone", {})]
        return events


def public_news(news: News, file_address: FileAddress) -> dict[str, Any]:
    return {
        "messages": [to_public(message, file_address) for message in news.messages],
        "last_seq": news.last_seq,
        "typing": news.typing.public() if news.typing else None,
    }


def _event(name: str, data: object, *, number: int | None = None) -> ServerEvent:
    return ServerEvent(
        data=json.dumps(data, ensure_ascii=False),
        event=name,
        id=str(number) if number is not None else None,
    )


PING = _event("ping", {})
