"""A simulated Telegram with one bot, called as a bot calls it, and a webhook that remembers what it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.simulator.network import SimulatedNetwork
from channels.simulator.telegram.server import make_app
from channels.simulator.telegram.state import TelegramPlatform
from kit.clock import FrozenClock

TOKEN = "4321:a-token-for-tests"
HOOK = "http://desk.test/hook"
SECRET = "s3cret_-"


@dataclass
class Hook:
    """Answers with ``status`` and keeps what it was told."""

    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.got.append(await request.json())
        self.secrets.append(request.headers.get("x-telegram-bot-api-secret-token"))
        return Response(status_code=self.status)

    @property
    def kinds(self) -> list[str]:
        """The kind of each update, in order of arrival."""
        return [next(key for key in update if key != "update_id") for update in self.got]

    @property
    def last(self) -> Any:
        """What the newest update tells."""
        return self.got[-1][self.kinds[-1]]


@dataclass
class Api:
    """Calls methods as a bot does."""

    platform: TelegramPlatform
    http: httpx.AsyncClient
    hook: Hook
    clock: FrozenClock

    async def call(self, method: str, *, token: str = TOKEN, files: Any = None, **parameters: Any) -> dict[str, Any]:
        """The whole answer; with ``files`` as a form."""
        address = f"http://api.telegram.org/bot{token}/{method}"
        if files:
            answer = await self.http.post(address, data=parameters, files=files)
        else:
            answer = await self.http.post(address, json=parameters)
        body: dict[str, Any] = answer.json()
        assert answer.status_code == (200 if body["ok"] else body["error_code"])
        return body

    async def does(self, method: str, **parameters: Any) -> Any:
        """The result of a call that has to succeed."""
        body = await self.call(method, **parameters)
        assert body["ok"], body
        return body["result"]

    async def waits(self) -> "asyncio.Task[dict[str, Any]]":
        """A getUpdates that finds nothing yet, and waits."""
        before = len(self.platform.calls)
        task = asyncio.create_task(self.call("getUpdates", timeout=30))
        for _ in range(100):
            if len(self.platform.calls) > before:
                break
            await asyncio.sleep(0)
        assert not task.done()
        return task

    async def refused(self, method: str, **parameters: Any) -> str:
        """The words of a call that has to fail."""
        body = await self.call(method, **parameters)
        assert not body["ok"], body
        return str(body["description"])


@asynccontextmanager
async def open_telegram(clock: FrozenClock, *, webhook: bool = True) -> AsyncIterator[Api]:
    hook = Hook()
    product = Starlette(routes=[Route("/hook", hook.take, methods=["POST"])])
    async with httpx.AsyncClient(transport=SimulatedNetwork({"desk.test": product})) as outward:
        platform = TelegramPlatform(clock, outward)
        platform.add_account(TOKEN, hook_url=HOOK if webhook else "", secret_token=SECRET)
        network = SimulatedNetwork({"api.telegram.org": make_app(platform)})
        async with httpx.AsyncClient(transport=network) as http:
            yield Api(platform, http, hook, clock)
