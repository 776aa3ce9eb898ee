"""One verified account: its callback address, its adapter, and the simulated platform on the other side."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from channels.accounts.models import ChannelAccount
from channels.context import ChannelContext
from channels.models import Allowance, InboundMessage, Reach, UnparsedPush
from channels.simulator.crypto import signature
from channels.simulator.network import SimulatedNetwork
from channels.simulator.stands import STANDS, Credentials
from channels.simulator.weibo.state import WeiboPlatform
from channels.weibo.adapter import Weibo
from channels.weibo.endpoints import router
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.platforms import enter_account
from tests.support.web import make_app

UID = "1902538057"
LI = 2489518277


@dataclass
class Square:
    """What a test sees of both sides."""

    ground: Ground
    clock: FrozenClock
    context: ChannelContext
    platform: WeiboPlatform
    account: ChannelAccount
    client: httpx.AsyncClient
    channel: Weibo

    @property
    def path(self) -> str:
        return f"/hooks/weibo/{self.account.hook}"

    @property
    def secret(self) -> str:
        return self.platform.accounts[UID].secret

    def query(self, **changed: str) -> dict[str, str]:
        stamp = str(int(self.clock.now().timestamp() * 1000))
        return {
            "signature": signature(self.secret, stamp, "57155157"),
            "timestamp": stamp,
            "nonce": "57155157",
            **changed,
        }

    def said(self, **changed: Any) -> dict[str, Any]:
        """A text of 小李's, as the platform tells it, unless told otherwise."""
        return {
            "type": "text",
            "receiver_id": int(UID),
            "sender_id": LI,
            "created_at": "Mon Jul 16 18:09:20 +0800 2012",
            "text": "发票开不出来",
            "data": {},
            **changed,
        }

    def event(self, subtype: str, **data: Any) -> dict[str, Any]:
        return self.said(type="event", text="事件消息", data={"subtype": subtype, **data})

    async def push(self, told: Mapping[str, Any] | bytes, query: dict[str, str] | None = None) -> httpx.Response:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return await self.client.post(self.path, params=self.query() if query is None else query, content=body)

    async def inbound(self) -> list[InboundMessage]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(InboundMessage).order_by(col(InboundMessage.id)))).all())

    async def unread(self) -> list[UnparsedPush]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(UnparsedPush))).all())

    async def allowances(self) -> dict[str, int | None]:
        async with self.ground.db.reading() as session:
            return {one.opened_by: one.quota_left for one in (await session.exec(select(Allowance))).all()}

    async def refused(self) -> list[str | None]:
        async with self.ground.db.reading() as session:
            return [one.refused_code for one in (await session.exec(select(Reach))).all()]


@asynccontextmanager
async def open_square(ground: Ground, clock: FrozenClock) -> AsyncIterator[Square]:
    stand = STANDS["weibo"]
    app = make_app(ground, router)
    outside = httpx.AsyncClient(transport=SimulatedNetwork({"desk.test": app}))
    platform = stand.make(clock, outside)
    context = ChannelContext.of(ground, transport=SimulatedNetwork({stand.host: stand.app(platform), "desk.test": app}))
    app.state.channels = context
    account = await enter_account(context, clock, "weibo", stand)
    known = Credentials(name=account.name, settings=account.settings, secrets=context.box.open(account.secrets))
    stand.register(platform, known, f"http://desk.test/hooks/weibo/{account.hook}")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk.test") as client:
        yield Square(ground, clock, context, platform, account, client, Weibo(context))
    await outside.aclose()
    await context.close()
