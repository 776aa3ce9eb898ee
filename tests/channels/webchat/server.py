"""The chat on a real port for a real browser, with a desk that a test speaks for."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.port import Button, Outbound
from channels.webchat.adapter import WebChat
from channels.webchat.typing import show_typing
from kit.clock import SystemClock
from kit.ground import Ground
from tests.channels.webchat.browser import make_app
from tests.support.ground import make_ground

Result = TypeVar("Result")

HOST_PAGE = """<!doctype html><html lang="zh-CN"><head><title>开票门户</title></head><body><h1>开票门户</h1>
<script async src="{chat}/chat/widget.js"></script></body></html>"""


class Outage:
    """Answers 503 to the chat's API while ``on``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.on = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.on and scope["type"] == "http" and scope["path"].startswith("/chat/api"):
            await JSONResponse({}, status_code=503)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class ChatServer:
    """Runs in a thread of its own; its methods may be called from the test's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._sent = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        #: Another origin than the chat's own, as in a customer's site.
        self.host_page = f"http://localhost:{self.port}/host"
        self.page = f"http://127.0.0.1:{self.port}/chat/"
        self._ground: Ground
        self._app: FastAPI
        self.outage: Outage
        self._server: uvicorn.Server

    def say(self, visitor: str, text: str, *, author: str = "bot", buttons: tuple[str, ...] = ()) -> None:
        self._sent += 1
        message = Outbound(
            text=text,
            author=author,
            author_name="王敏" if author == "staff" else None,
            buttons=tuple(Button(id=f"b:{label}", label=label) for label in buttons),
        )
        channel = WebChat(self._ground.db, self._ground.clock)
        self._run(channel.send(key=f"k{self._sent}", account="site", address=visitor, message=message))

    def type(self, visitor: str) -> None:
        self._run(self._type(visitor))

    async def _type(self, visitor: str) -> None:
        async with self._ground.db.transaction() as session:
            await show_typing(session, self._ground.clock.now(), visitor, who="staff", name="王敏")

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _serve(self) -> None:
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        self._ground = await make_ground(self._folder, clock=SystemClock())
        self._app = make_app(self._ground)
        self._app.add_api_route("/host", self._host)
        self.outage = Outage(self._app)
        config = uvicorn.Config(self.outage, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._ready.set()
        await self._server.serve(sockets=[self._socket])
        await self._ground.db.close()

    async def _host(self) -> HTMLResponse:
        chat = f"http://127.0.0.1:{self.port}"
        policy = (
            f"default-src 'none'; script-src {chat}; style-src {chat}; connect-src {chat}; "
            f"img-src {chat} blob:; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        headers = {"Content-Security-Policy": policy}
        return HTMLResponse(HOST_PAGE.format(chat=chat), headers=headers)

    @contextmanager
    def running(self) -> Iterator["ChatServer"]:
        thread = threading.Thread(target=self._serve)
        thread.start()
        assert self._ready.wait(20)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._app.state.stopping.set)
            self._server.should_exit = True
            thread.join(20)
