"""The whole product on a free port: web and worker in one process, real clock, real database."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette

from bot.app import create_app
from bot.bootstrap import make_bus, make_ground, make_runtime
from bot.demo import install_demo
from bot.installation import install, migrate
from bot.worker import Worker
from kit.access.identity import Role
from kit.access.service import create_staff
from kit.bus_remote import running
from kit.ground import Ground
from kit.i18n import Locale
from kit.settings import Settings
from tests.support.databases import fresh_database
from tests.support.ground import make_settings
from tickets.console.prepared import Prepare

PASSWORD = "kaipiao bu nan 2026"
#: A whole life of a ticket passes in seconds; searching by words alone starts at once and needs no memory.
RHYTHM = {
    "tick_s": 0.2,
    "burst_window_s": 0.2,
    "fixed_check_after_s": 1,
    "survey_after_s": 1,
    "semantic": False,
    # What rings comes at night too, whenever the tests run.
    "quiet_hours": "",
}


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in with :data:`PASSWORD`."""

    login: str
    name: str
    role: Role


ACCOUNTS: dict[Locale, tuple[Account, Account]] = {
    "zh": (Account("chenjing", "陈静", Role.AGENT), Account("helin", "何琳", Role.SUPERVISOR)),
    "en": (Account("grace", "Grace Lin", Role.AGENT), Account("helen", "Helen Zhou", Role.SUPERVISOR)),
}


class Server(uvicorn.Server):
    """Says when it accepts connections."""

    def __init__(self, app: Starlette, ready: Future[None]) -> None:
        super().__init__(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set_result(None)


class LiveProduct:
    """Runs in a thread of its own; ``url`` is what a browser opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._ready: Future[None] = Future()
        self._app: FastAPI
        self._server: Server

    @contextmanager
    def running(self) -> Iterator["LiveProduct"]:
        """Started when the context begins, stopped in order when it ends."""
        thread = threading.Thread(target=self._work, name="product")
        thread.start()
        try:
            self._ready.result(timeout=60)
            yield self
        finally:
            if self._ready.done() and not self._ready.exception():
                self._loop.call_soon_threadsafe(self._stop)
            thread.join(timeout=30)
            assert not thread.is_alive(), "the product did not stop"

    @contextmanager
    def preparing(self, preparers: Mapping[str, Prepare]) -> Iterator[None]:
        """Pages opened meanwhile offer these, as where a language model is switched on."""
        before = self._app.state.preparers
        self._app.state.preparers = preparers
        try:
            yield
        finally:
            self._app.state.preparers = before

    def _stop(self) -> None:
        # Open streams end when told so, as on the command line; else the server would wait for them.
        self._app.state.stopping.set()
        self._server.should_exit = True

    def _work(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._main())
            except BaseException as error:
                if self._ready.done():
                    raise
                # A server that cannot start leaves by SystemExit, which would end the tests and not this one.
                failed = RuntimeError("the product did not start")
                failed.__cause__ = error
                self._ready.set_exception(failed)

    async def _main(self) -> None:
        async with fresh_database(self._folder) as database:
            settings = make_settings(self._folder, database, base_url=self.url, **RHYTHM)
            ground = make_ground(settings, bus=make_bus(database, alone=True))
            try:
                await self._serve(ground, settings)
            finally:
                # What is left open would keep the process of the tests from ending.
                await ground.db.close()

    async def _serve(self, ground: Ground, settings: Settings) -> None:
        await migrate(ground)
        await install(ground)
        await hire(ground, settings)
        runtime = make_runtime(ground)
        self._app = create_app(runtime, worker=Worker(runtime, alone=ground.db.is_sqlite))
        self._server = Server(self._app, self._ready)
        async with running(ground.bus):
            await self._server.serve(sockets=[self._socket])


async def hire(ground: Ground, settings: Settings) -> None:
    """The demo's last days, so that lists and figures are not empty, and accounts whose password is known."""
    async with ground.db.transaction() as session:
        await install_demo(session, ground.clock.now(), settings)
        for locale, accounts in ACCOUNTS.items():
            for account in accounts:
                await create_staff(
                    session,
                    ground.clock.now(),
                    login=account.login,
                    name=account.name,
                    role=account.role,
                    password=PASSWORD,
                    locale=locale,
                )
