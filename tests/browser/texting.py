"""A provider of short messages beside the running product, over real sockets: one account with one approved text."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import httpx
from sqlmodel import select

from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account, pause_account
from channels.context import ChannelContext
from channels.registry import PLATFORMS
from channels.simulator.sms.state import SmsPlatform
from channels.simulator.stands import STANDS, Credentials
from channels.sms.settings import SmsSettings, name_of
from kit.clock import SystemClock
from kit.db import AsyncSession
from tests.browser.channel_story import ChannelStory
from tests.browser.live import LiveProduct, Server

_PATIENCE_S = 20.0
_STAND = STANDS["sms"]


class Texting:
    """What the provider was given; ``account`` is its name in the product."""

    def __init__(self, live: LiveProduct) -> None:
        self._story = ChannelStory(live)
        self._context: ChannelContext = live._app.state.channels
        self._socket = socket.create_server(("127.0.0.1", 0))
        given = _STAND.credentials()
        text = f"您的来电已登记为${{number}}，进展见{live.url}/t/${{token}}"
        own = {
            "templates": [{"kind": "opened", "code": "SMS_1", "text": text}],
            "api_url": f"http://127.0.0.1:{self._socket.getsockname()[1]}",
        }
        settings = SmsSettings(**{**given.settings, **own})
        self.account = name_of(settings.model_dump(mode="json"), given.secrets)
        self._given = Credentials(name=self.account, settings=settings.model_dump(mode="json"), secrets=given.secrets)
        self._url = live.url
        self.provider: SmsPlatform

    @contextmanager
    def running(self) -> Iterator["Texting"]:
        """The account is paused when the context ends: nobody would answer it."""
        hook = self._enter()
        ready: Future[Server] = Future()
        thread = threading.Thread(target=lambda: asyncio.run(self._serve(hook, ready)), name="provider")
        thread.start()
        server = ready.result(timeout=_PATIENCE_S)
        try:
            yield self
        finally:
            self._pause()
            server.should_exit = True
            thread.join(timeout=_PATIENCE_S)
            assert not thread.is_alive(), "the provider did not stop"

    def to(self, number: str) -> str:
        """The newest text on that telephone, as soon as there is one."""
        give_up = time.monotonic() + _PATIENCE_S
        while time.monotonic() < give_up:
            if texts := self.provider.telephone(number).texts:
                return texts[-1]
            time.sleep(0.05)
        raise LookupError(number)

    async def _serve(self, hook: str, ready: Future[Server]) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            self.provider = SmsPlatform(SystemClock(), http)
            _STAND.register(self.provider, self._given, f"{self._url}{PLATFORMS['sms'].callback.format(hook=hook)}")
            listening: Future[None] = Future()
            server = Server(_STAND.app(self.provider), listening)
            listening.add_done_callback(lambda _done: ready.set_result(server))
            await server.serve(sockets=[self._socket])

    def _enter(self) -> str:
        hooks: list[str] = []

        async def enter(session: AsyncSession) -> None:
            account = await add_account(
                session,
                self._context.ground.clock.now(),
                self._context.box,
                channel="sms",
                name=self.account,
                label="短信",
                settings=self._given.settings,
                secrets=self._given.secrets,
            )
            hooks.append(account.hook)

        self._story._write(enter)
        self._context.accounts.forget()
        return hooks[0]

    def _pause(self) -> None:
        async def pause(session: AsyncSession) -> None:
            known = select(ChannelAccount).where(ChannelAccount.channel == "sms", ChannelAccount.name == self.account)
            account = (await session.exec(known)).one()
            await pause_account(session, self._context.ground.clock.now(), account, paused=True)

        self._story._write(pause)
        self._context.accounts.forget()
