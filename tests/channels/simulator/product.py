"""A product of a few lines: it remembers what a simulated platform pushed, and answers what a test says."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.simulator.xml import read_xml


@dataclass
class Pushed:
    """One request of the platform."""

    method: str
    query: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        return read_xml(self.body.decode())


def nothing(_pushed: Pushed) -> str:
    return "success"


@dataclass
class Product:
    """``answer`` makes the answer of a push; ``status`` is its HTTP status."""

    answer: Callable[[Pushed], str] = nothing
    status: int = 200
    pushes: list[Pushed] = field(default_factory=list)
    #: Answers wait until so many pushes have come.
    answers_from: int = 0
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        query = dict(httpx.QueryParams(scope["query_string"].decode()))
        pushed = Pushed(scope["method"], query, body)
        self.pushes.append(pushed)
        if len(self.pushes) >= self.answers_from:
            self._open.set()
        await self._open.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": self.answer(pushed).encode()})
