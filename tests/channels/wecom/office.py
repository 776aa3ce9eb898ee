"""The product's side of 微信客服 in a test: the account, the callback, the puller and the sender."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

from channels.accounts.book import Account
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, out_queue, queue
from channels.models import Delivery, DeliveryState, InboundMessage, UnparsedPush
from channels.port import Attachment, Button, Outbound
from channels.sending import Sender
from channels.tencent.cipher import MessageCipher
from channels.tencent.signatures import signature
from channels.wecom.adapter import WeCom
from channels.wecom.endpoints import router
from channels.wecom.pulling import runners, sweep_once
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import Job, Priority
from kit.outbox.runner import Runner
from tests.channels.wecom.kf import CORP, KFID, SECRET, Kf

#: The platform's own example has this token and key.
TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
LI = Recipient(channel="wecom", account=KFID, address="wmLi")


class Office:
    """One 客服账号 with everything behind it."""

    def __init__(self, ground: Ground, clock: FrozenClock, kf: Kf, *, context: ChannelContext | None = None) -> None:
        self.ground = ground
        self.clock = clock
        self.kf = kf
        self.context = context or ChannelContext.of(ground, transport=kf)
        self.channel = WeCom(self.context)
        self.told: list[tuple[str, str]] = []
        self.sender = Sender(db=ground.db, clock=clock, channels={"wecom": self.channel}, listener=self._listen)
        self.outward = Runner(
            ground.db, clock, out_queue("wecom", KFID), independent={"delivery.due": self.sender.handle}
        )
        self.inward = [
            Runner(ground.db, clock, name, independent=kinds) for name, kinds in runners(self.context).items()
        ]
        self.hook = ""

    async def _listen(self, _session: AsyncSession, key: str, state: DeliveryState) -> None:
        self.told.append((key, state))

    async def open(self, *, name: str = KFID, **secret: str) -> Account:
        values = {"secret": SECRET, "token": TOKEN, "aes_key": AES_KEY, **secret}
        async with self.ground.db.transaction() as session:
            account = await add_account(
                session,
                self.clock.now(),
                self.context.box,
                channel="wecom",
                name=name,
                label="发票客服",
                settings={"corp_id": CORP},
                secrets=values,
            )
            self.hook = account.hook
        self.context.accounts.forget()
        return await self.account(name)

    async def account(self, name: str = KFID) -> Account:
        return await self.context.accounts.named("wecom", name)

    @asynccontextmanager
    async def web(self) -> AsyncIterator[httpx.AsyncClient]:
        app = FastAPI()
        app.include_router(router)
        app.state.channels = self.context
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
            yield client

    async def post(self, body: bytes, **query: str) -> httpx.Response:
        async with self.web() as client:
            return await client.post(f"/hooks/wecom/{self.hook}", content=body, params=query)

    async def callback(self, *, token: str | None = None, kfid: str = KFID, event: str = "kf_msg_or_event") -> int:
        """As the platform calls when there is news."""
        self.kf.callback_until = self.clock.now() + timedelta(minutes=10)
        text = (
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><CreateTime>1348831860</CreateTime>"
            f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>"
            f"<Token><![CDATA[{token or self.kf.callback_token}]]></Token>"
            f"<OpenKfId><![CDATA[{kfid}]]></OpenKfId></xml>"
        )
        body, query = sealed(text)
        return (await self.post(body, **query)).status_code

    async def pull(self) -> None:
        """Work off everything that is due to be pulled."""
        for runner in self.inward:
            while await runner.run_once():
                pass

    async def news(self) -> None:
        await self.callback()
        await self.pull()

    async def sweep(self) -> None:
        await sweep_once(self.context)
        await self.pull()

    async def put(
        self,
        text: str = "",
        *,
        key: str | None = None,
        buttons: tuple[Button, ...] = (),
        files: tuple[Attachment, ...] = (),
        priority: Priority = Priority.BOT,
        to: Recipient = LI,
    ) -> str:
        """Queue a message to the customer."""
        key = key or f"m:{secrets.token_hex(4)}"
        message = Outbound(text=text, buttons=buttons, attachments=files)
        async with self.ground.db.transaction() as session:
            await queue(session, self.clock.now(), key=key, to=to, message=message, priority=priority)
        return key

    async def work(self) -> None:
        while await self.outward.run_once():
            pass

    async def send(self, text: str, **more: Any) -> Delivery:
        """Queue, send, and see what became of it."""
        key = await self.put(text, **more)
        await self.work()
        return await self.delivery(key)

    async def delivery(self, key: str) -> Delivery:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Delivery).where(Delivery.key == key))).one()

    async def rows(self, model: type[Any]) -> list[Any]:
        order = next(iter(model.__table__.primary_key.columns))
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(model).order_by(order))).all())

    async def inbound(self) -> list[InboundMessage]:
        return await self.rows(InboundMessage)

    async def texts(self) -> list[str]:
        return [message.text for message in await self.inbound()]

    async def unparsed(self) -> list[UnparsedPush]:
        return await self.rows(UnparsedPush)

    async def jobs(self, kind: str) -> list[Job]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Job).where(Job.kind == kind).order_by(col(Job.id)))).all())


def sealed(text: str, *, token: str = TOKEN, aes_key: str = AES_KEY, corp: str = CORP) -> tuple[bytes, dict[str, str]]:
    """A callback as the platform signs and encrypts it: the body and the query."""
    encrypted = MessageCipher(aes_key=aes_key, receiver_id=corp).encrypt(text)
    body = (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><AgentID><![CDATA[]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
    query = {"timestamp": "1409659813", "nonce": "1372623149"}
    query["msg_signature"] = signature(token, query["timestamp"], query["nonce"], encrypted)
    return body.encode(), query
