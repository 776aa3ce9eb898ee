"""People in the chat, as the browser plays them: one connection to write on, one stream to read from."""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.wire import Connection, WireError, connect, events

#: An answer later than this counts as lost.
PATIENCE_S = 30.0


@dataclass
class Visitor:
    """``answered`` is the number of the newest answer that was delivered, ``answered_at`` when it came."""

    port: int
    connection: Connection
    token: str
    answers: int = 0
    answered: int = 0
    answered_at: float = 0.0
    _seen: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def say(self, text: str) -> int:
        """Send one message and return its number."""
        body = {"client_id": secrets.token_hex(8), "text": text}
        answer = await self.connection.post("/chat/api/messages", body, token=self.token)
        if answer.status != 200:
            raise WireError(f"a message was answered with {answer.status}")
        return int(answer.json()["seq"])

    async def ask(self, text: str) -> float:
        """Seconds from sending the question until its answer was here."""
        sent = time.perf_counter()
        number = await self.say(text)
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: self.answered > number)
        return self.answered_at - sent

    async def listen(self) -> None:
        """Follow the stream; a gap in the numbers would be a lost message."""
        async for event in events(self.port, "/chat/api/stream", self.token):
            if event.get("event") == "message":
                await self._take(json.loads(event["data"]))

    async def _take(self, message: dict[str, Any]) -> None:
        if message["seq"] != self._seen + 1:
            raise WireError(f"message {message['seq']} came after {self._seen}")
        self._seen = message["seq"]
        if message["author"] != "customer":
            async with self._news:
                self.answers += 1
                self.answered, self.answered_at = message["seq"], time.perf_counter()
                self._news.notify_all()


async def arrive(port: int) -> Visitor:
    connection = await connect(port)
    answer = await connection.post("/chat/api/session", {"locale": "zh"})
    if answer.status != 200:
        raise WireError(f"a session was answered with {answer.status}")
    return Visitor(port, connection, answer.json()["token"])
