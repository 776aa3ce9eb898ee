"""One Official Account with its callback address, called as the platform calls it, and a worker that answers."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, out_queue, queue
from channels.models import Delivery, DeliveryState, InboundMessage, UnparsedPush
from channels.port import Attachment, Button, Capabilities, Outbound, TextUnit
from channels.sending import Sender
from channels.simulator.crypto import MessageCipher, signature
from channels.simulator.xml import read_xml, write_xml
from channels.testing import FakeChannel
from channels.wechat.endpoints import router
from channels.wechat.passive import PassiveReplies
from channels.wechat.settings import WeChatSecrets, WeChatSettings
from channels.wechat.waiting import Waiting
from kit.bus import Listener
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox.runner import Runner
from tests.support.web import make_app

TOKEN = "aToken2026"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
APP = "wx0123456789abcdef"
NAME = "gh_0123456789ab"
LI = "oLi-0123456789_abcdefghijkl"


class Answering(PassiveReplies, FakeChannel):
    """A platform made of memory that also fetches its answers."""


@dataclass
class Script(Waiting):
    """Waiting that takes no time: while a push waits, the next of ``during`` happens, or the clock moves on."""

    clock: FrozenClock = field(kw_only=True)
    during: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    #: For how long pushes were to wait, in order.
    asked: list[float] = field(default_factory=list)
    silent: list[float] = field(default_factory=list)
    #: Hints get lost, as they may.
    deaf: bool = False

    async def hear(self, listener: Listener, seconds: float) -> bool:
        self.asked.append(seconds)
        if self.during:
            await self.during.pop(0)()
        if await listener.wait(0) and not self.deaf:
            return True
        self.clock.advance(seconds=seconds)
        return False

    async def pause(self, seconds: float) -> None:
        self.silent.append(seconds)
        self.clock.advance(seconds=seconds)


@dataclass
class Hook:
    """The account as its platform sees it."""

    ground: Ground
    clock: FrozenClock
    name: str = NAME
    mode: str = "plain"
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    #: How the platform encrypts, where it does.
    cipher: MessageCipher = field(default_factory=lambda: MessageCipher(KEY, APP))
    numbers: int = 1000
    answers: int = 0

    async def __aenter__(self) -> Self:
        self.stack = AsyncExitStack()
        self.context = ChannelContext.of(self.ground)
        self.waiting = Script(clock=self.clock)
        self.app: FastAPI = make_app(self.ground, router)
        self.app.state.channels = self.context
        self.app.state.wechat_waiting = self.waiting
        transport = httpx.ASGITransport(app=self.app)
        self.client = await self.stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://desk.test")
        )
        self.account = await self.enter()
        self.channel = Answering(
            name="wechat", capabilities=Capabilities(text_limit=1800, text_unit=TextUnit.UTF8, windowed=True)
        )
        self.sender = Sender(
            db=self.ground.db, clock=self.clock, channels={"wechat": self.channel}, listener=self._listen
        )
        self.runner = Runner(
            self.ground.db,
            self.clock,
            out_queue("wechat", self.name),
            independent={"delivery.due": self.sender.handle},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stack.aclose()

    async def enter(self) -> ChannelAccount:
        """As an administrator does, through the forms."""
        settings = {"app_id": APP, "mode": self.mode, **self.settings}
        secrets = {"app_secret": "secret", "token": TOKEN, "aes_key": KEY, **self.secrets}
        async with self.ground.db.transaction() as session:
            return await add_account(
                session,
                self.clock.now(),
                self.context.box,
                channel="wechat",
                name=self.name,
                label=self.name,
                settings=WeChatSettings(**settings).model_dump(mode="json"),
                secrets=WeChatSecrets(**secrets).model_dump(mode="json"),
            )

    @property
    def path(self) -> str:
        return f"/hooks/wechat/{self.account.hook}"

    def fields(self, **fields: Any) -> dict[str, Any]:
        """A text message of 小李, unless told otherwise."""
        self.numbers += 1
        return {
            "ToUserName": self.name,
            "FromUserName": LI,
            "CreateTime": int(self.clock.now().timestamp()),
            "MsgType": "text",
            "Content": "在吗",
            "MsgId": self.numbers,
            **fields,
        }

    def event(self, event: str, key: str | None = None, **fields: Any) -> dict[str, Any]:
        given = self.fields(MsgType="event", Event=event, **fields)
        del given["MsgId"], given["Content"]
        return given if key is None else {**given, "EventKey": key}

    def query(self, encrypted: str = "", **changed: str) -> dict[str, str]:
        """The signed query of a request."""
        stamp, nonce = str(int(self.clock.now().timestamp())), "1234567890"
        query = {"signature": signature(TOKEN, stamp, nonce), "timestamp": stamp, "nonce": nonce}
        if encrypted:
            query["encrypt_type"] = "aes"
            query["msg_signature"] = signature(TOKEN, stamp, nonce, encrypted)
        return {**query, **changed}

    async def post(self, body: bytes | str, query: Mapping[str, str] | None = None) -> httpx.Response:
        content = body.encode() if isinstance(body, str) else body
        return await self.client.post(self.path, params=self.query() if query is None else query, content=content)

    async def push(self, fields: Mapping[str, Any], *, as_json: bool = False) -> httpx.Response:
        """Deliver as the account's mode and the format say."""
        body, query = self.written(fields, as_json=as_json)
        return await self.post(body, query)

    def written(self, fields: Mapping[str, Any], *, as_json: bool = False) -> tuple[str, dict[str, str]]:
        """Body and query of a push."""
        write = (lambda each: json.dumps(each, ensure_ascii=False)) if as_json else write_xml
        if self.mode == "plain":
            return write(fields), self.query()
        encrypted = self.cipher.encrypt(write(fields))
        outside = dict(fields) if self.mode == "compatible" else {"ToUserName": self.name}
        return write({**outside, "Encrypt": encrypted}), self.query(encrypted)

    async def say(self, text: str = "在吗", **fields: Any) -> str | None:
        """A message of 小李; what the passive reply says, None for ``success``."""
        return self.reply_in(await self.push(self.fields(Content=text, **fields)))

    def reply_in(self, response: httpx.Response) -> str | None:
        assert response.status_code == 200
        if response.text == "success":
            return None
        told = json.loads(response.text) if response.text.startswith("{") else read_xml(response.text)
        if "Encrypt" in told:
            expected = signature(TOKEN, str(told["TimeStamp"]), told["Nonce"], told["Encrypt"])
            assert told["MsgSignature"] == expected
            inside = self.cipher.decrypt(told["Encrypt"])
            told = json.loads(inside) if inside.startswith("{") else read_xml(inside)
        assert (told["ToUserName"], told["FromUserName"], told["MsgType"]) == (LI, self.name, "text")
        assert told["CreateTime"] in {int(self.clock.now().timestamp()), str(int(self.clock.now().timestamp()))}
        return str(told["Content"])

    async def answer(
        self,
        text: str,
        *,
        buttons: tuple[Button, ...] = (),
        attachments: tuple[Attachment, ...] = (),
        work: bool = True,
    ) -> None:
        """What the bot does with a message: queue an answer to 小李 and let it be sent."""
        self.answers += 1
        message = Outbound(text=text, buttons=buttons, attachments=attachments)
        to = Recipient(channel="wechat", account=self.name, address=LI)
        async with self.ground.db.transaction() as session:
            await queue(session, self.clock.now(), key=f"{self.name}:{self.answers}", to=to, message=message)
        if work:
            await self.work()

    def answering(self, text: str, **more: Any) -> Callable[[], Awaitable[None]]:
        """For ``waiting.during``."""
        return lambda: self.answer(text, **more)

    async def work(self) -> None:
        while await self.runner.run_once():
            pass

    async def _listen(self, _session: AsyncSession, _key: str, _state: DeliveryState) -> None:
        return

    async def inbound(self) -> list[InboundMessage]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(InboundMessage).order_by(col(InboundMessage.id)))).all())

    async def only(self) -> InboundMessage:
        (message,) = await self.inbound()
        return message

    async def unparsed(self) -> list[UnparsedPush]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(UnparsedPush).order_by(col(UnparsedPush.id)))).all())

    async def deliveries(self) -> list[Delivery]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())

    async def states(self) -> list[str]:
        return [row.state for row in await self.deliveries()]
