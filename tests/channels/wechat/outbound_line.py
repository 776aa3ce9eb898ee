"""One Official Account's way out: the queue, the sender and the simulated platform at the other end."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
from sqlmodel import select

from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, out_queue, queue
from channels.inbox import accept
from channels.models import AccountPace, Delivery, DeliveryState
from channels.pace import AccountGate
from channels.port import Attachment, Button, Inbound, Opening, Outbound, thread_of
from channels.sending import Sender
from channels.simulator.network import SimulatedNetwork
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.person import Person
from channels.simulator.wechat.server import make_app
from channels.simulator.wechat.state import WeChatPlatform
from channels.wechat.adapter import WeChat
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import Priority
from kit.outbox.runner import Runner

GH = "gh_yingpiao"
APP = "wx0123456789abcdef"
LI = "openid-li"
THREAD = thread_of("wechat", GH, LI)
PDF_HEAD = b"%PDF-1.7\n"


class Line:
    """The product's half and the platform's, on one clock."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        hook = httpx.MockTransport(lambda _push: httpx.Response(200, text="success"))
        self.platform = WeChatPlatform(ground.clock, httpx.AsyncClient(transport=hook))
        official = OfficialAccount(gh_id=GH, app_id=APP, secret="s" * 32, token="token", aes_key="k" * 43)
        official.hook_url = "https://desk.test/hooks/wechat/deaf"
        self.official = self.platform.add_account(official)
        self.context = self.new_context()
        self.channel = WeChat(self.context)
        self.told: list[tuple[str, str]] = []
        self._heard = 0

    def new_context(self) -> ChannelContext:
        """What another process would have: nothing in common but the database."""
        network = SimulatedNetwork({"api.weixin.qq.com": make_app(self.platform)})
        return ChannelContext.of(self.ground, transport=network)

    async def add_account(self, **settings: Any) -> None:
        async with self.ground.db.transaction() as session:
            await add_account(
                session,
                self.ground.clock.now(),
                self.context.box,
                channel="wechat",
                name=GH,
                label="应票",
                settings={"app_id": APP, "verified": True, **settings},
                secrets={"app_secret": "s" * 32, "token": "token"},
            )
        self.context.accounts.forget()

    async def person(self, openid: str = LI) -> Person:
        """Somebody who has written just now, so that both sides count five messages for two days."""
        person = await self.platform.person(openid)
        await self.hear(person)
        return person

    async def hear(self, person: Person, *, back: bool = False) -> None:
        """The person writes."""
        person.grants.begin("message", self.ground.clock.now())
        person.told_off = False
        self._heard += 1
        inbound = Inbound(
            channel="wechat",
            account=GH,
            address=person.openid,
            platform_id=f"m:{self._heard}",
            text="在吗",
            opening=Opening(by="message", quota=5, lasts=timedelta(hours=48)),
            back_in_reach=back,
        )
        async with self.ground.db.transaction() as session:
            await accept(session, self.ground.clock.now(), inbound)

    async def put(
        self, *texts: str, to: str = LI, buttons: tuple[Button, ...] = (), files: tuple[Attachment, ...] = ()
    ) -> None:
        """Queue replies of a member of the staff: nothing is kept back from them, and none is merged."""
        recipient = Recipient(channel="wechat", account=GH, address=to)
        async with self.ground.db.transaction() as session:
            for text in texts:
                message = Outbound(text=text, author="staff", buttons=buttons, attachments=files)
                now, key = self.ground.clock.now(), f"m:{to}:{text}"
                await queue(session, now, key=key, to=recipient, message=message, priority=Priority.PERSON)

    async def work(self) -> None:
        """Send what is due; a closed account stays closed."""
        while await self.runner().run_once():
            pass

    def runner(self, channel: WeChat | None = None) -> Runner:
        """A worker of the account's queue."""
        sending = channel or self.channel
        sender = Sender(db=self.ground.db, clock=self.ground.clock, channels={"wechat": sending}, listener=self._listen)
        gate = AccountGate("wechat", GH, sending.capabilities.rate)
        return Runner(
            self.ground.db,
            self.ground.clock,
            out_queue("wechat", GH),
            independent={"delivery.due": sender.handle},
            gate=gate,
        )

    async def _listen(self, _session: AsyncSession, key: str, state: DeliveryState) -> None:
        self.told.append((key, state))

    async def deliveries(self) -> list[Delivery]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Delivery).order_by(Delivery.id))).all())  # type: ignore[arg-type]  # A column at class level.

    async def delivery(self) -> Delivery:
        (only,) = await self.deliveries()
        return only

    async def pace(self) -> AccountPace:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(AccountPace))).one()

    def asked(self, part: str) -> int:
        """How often the product called an interface."""
        return sum(part in call.path for call in self.platform.calls)

    async def stored(self, content: bytes, name: str, mime: str) -> Attachment:
        """A file in our store, as if somebody on the staff had uploaded it."""

        async def whole() -> AsyncIterator[bytes]:
            yield content

        stored = await self.ground.files.save(whole(), name=name, limit=len(content) + 1)
        assert stored.mime == mime
        return Attachment(id=stored.id, name=stored.name, mime=stored.mime, size=stored.size)

    async def kept(self, content: bytes, name: str, mime: str) -> Attachment:
        """A file in our store of which the store has not looked what it is."""
        file = await self.stored(PDF_HEAD + content, name, "application/pdf")
        await asyncio.to_thread(self.ground.files.path(file.id).write_bytes, content)
        return Attachment(id=file.id, name=name, mime=mime, size=len(content))

    def channel_over(self, transport: httpx.AsyncBaseTransport) -> WeChat:
        """The adapter on another network."""
        return WeChat(ChannelContext.of(self.ground, transport=transport))

    def bodies(self, part: str) -> Iterator[Any]:
        """What the product sent to an interface."""
        return (call.body for call in self.platform.calls if part in call.path)
