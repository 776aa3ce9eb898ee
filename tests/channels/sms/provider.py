"""One signature of ours at a simulated provider: its sender, its callbacks, its jobs, over a real database."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

from channels.accounts.book import Account
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, out_queue, queue
from channels.models import Delivery, DeliveryState, InboundMessage, UnparsedPush
from channels.pace import AccountGate
from channels.port import Notice, Outbound
from channels.sending import Sender
from channels.simulator.network import SimulatedNetwork
from channels.simulator.sms.account import ApprovedText, Maker, SmsCustomer, State
from channels.simulator.sms.phone import Telephone
from channels.simulator.sms.server import make_app
from channels.simulator.sms.state import SmsPlatform
from channels.sms.adapter import Sms
from channels.sms.background import runners
from channels.sms.endpoints import router
from channels.sms.models import SmsCount, SmsReport
from channels.sms.settings import SmsSecrets, SmsSettings, name_of
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import Job, Priority
from kit.outbox.runner import Runner

PAYLOADS = Path(__file__).parent / "payloads"
HOSTS = ("dysmsapi.aliyuncs.com", "sms.tencentcloudapi.com")
LI = "+8613800138000"
PAGE = "https://desk.test/t/abc234?lang=zh"
VALUES = {"number": "260001", "page": PAGE, "time": "15:30"}
SECRET = "Gu5t9xGARNpq86cd98joQYCN3TESTKEY"

ALIYUN: dict[str, Any] = {
    "provider": "aliyun",
    "sign_name": "应票",
    "access_key_id": "LTAI5tTestTestTestTest",
    "templates": [
        {"kind": "replied", "code": "SMS_1001", "text": "您的工单${number}有新回复，请看${page}。"},
        {"kind": "promised", "code": "SMS_1002", "text": "您的工单${number}会在${time}前答复。"},
        {"kind": "answer", "code": "SMS_1003", "text": "您的工单${number}有新消息。"},
        {"kind": "replied", "code": "SMS_1004", "text": "Ticket ${number} was answered.", "locale": "en"},
    ],
}
TENCENT: dict[str, Any] = {
    "provider": "tencent",
    "sign_name": "应票",
    "access_key_id": "AKIDz8krbsJ5yKBZQpn74WF",
    "sdk_app_id": "1400006666",
    "templates": [
        {
            "kind": "replied",
            "code": "1001",
            "text": "您的工单{1}有新回复，查询码{2}。",
            "variables": {"1": "number", "2": "token"},
        },
        {"kind": "answer", "code": "1003", "text": "您的工单{1}有新消息。", "variables": {"1": "number"}},
    ],
}
GIVEN = {"aliyun": ALIYUN, "tencent": TENCENT}


@dataclass
class OurSign:
    """``work`` does all there is to do; time moves only by the clock."""

    ground: Ground
    clock: FrozenClock
    context: ChannelContext
    platform: SmsPlatform
    customer: SmsCustomer
    account: Account
    channel: Sms
    web: httpx.AsyncClient
    told: list[tuple[str, str]] = field(default_factory=list)
    written: int = 0

    def __post_init__(self) -> None:
        db, clock, name = self.ground.db, self.clock, self.account.name
        sender = Sender(db=db, clock=clock, channels={"sms": self.channel}, listener=self._listen)
        gate = AccountGate("sms", name, self.channel.capabilities.rate)
        self.sending = Runner(db, clock, out_queue("sms", name), independent={"delivery.due": sender.handle}, gate=gate)
        self.own = [Runner(db, clock, name, independent=kinds) for name, kinds in runners(self.context).items()]

    async def _listen(self, _session: AsyncSession, key: str, state: DeliveryState) -> None:
        self.told.append((key, state))

    async def li(self) -> Telephone:
        return await self.platform.person(LI)

    async def put(
        self,
        kind: str | None = "replied",
        *,
        to: str = LI,
        key: str = "",
        priority: Priority = Priority.PERSON,
        locale: str = "zh",
        values: dict[str, str] | None = None,
    ) -> str:
        """Queue a message."""
        self.written += 1
        key = key or f"staff:{self.written}"
        notice = Notice(kind=kind, values=VALUES if values is None else values) if kind else None
        message = Outbound(text="一大段别人写的话。" * 50, author="staff", locale=locale, notice=notice)
        recipient = Recipient(channel="sms", account=self.account.name, address=to)
        async with self.ground.db.transaction() as session:
            await queue(session, self.clock.now(), key=key, to=recipient, message=message, priority=priority)
        return key

    async def send(self, kind: str | None = "replied", **more: Any) -> Delivery:
        """Queue, send, and see what became of it."""
        key = await self.put(kind, **more)
        await self.work()
        return await self.delivery(key)

    async def work(self) -> None:
        busy = True
        while busy:
            busy = False
            for runner in (self.sending, *self.own):
                while await runner.run_once():
                    busy = True

    async def later(self, **units: float) -> None:
        self.clock.advance(**units)
        await self.work()

    async def push(self, payload: Any, *, hook: str = "") -> httpx.Response:
        """As the provider calls us."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
        headers = {"content-type": "application/json; charset=utf-8"}
        return await self.web.post(f"/hooks/sms/{hook or self.account.hook}", content=content, headers=headers)

    async def delivery(self, key: str) -> Delivery:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Delivery).where(Delivery.key == key))).one()

    async def set_delivery(self, key: str, **values: Any) -> None:
        async with self.ground.db.transaction() as session:
            row = (await session.exec(select(Delivery).where(Delivery.key == key))).one()
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)

    async def inbound(self) -> list[InboundMessage]:
        return await self._rows(InboundMessage, InboundMessage.id)

    async def unparsed(self) -> list[UnparsedPush]:
        return await self._rows(UnparsedPush, UnparsedPush.id)

    async def reports(self) -> list[SmsReport]:
        return await self._rows(SmsReport, SmsReport.provider_id)

    async def counts(self) -> list[SmsCount]:
        return await self._rows(SmsCount, SmsCount.day)

    async def jobs(self, kind: str) -> Sequence[Job]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Job).where(Job.kind == kind))).all()

    async def _rows(self, model: type[Any], order: Any) -> list[Any]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(model).order_by(col(order)))).all())

    def asked(self, action: str) -> int:
        return sum(call.path == action for call in self.platform.calls)


async def enter(context: ChannelContext, clock: FrozenClock, given: dict[str, Any]) -> Account:
    """As an administrator enters it: through the forms."""
    settings = SmsSettings(**given).model_dump(mode="json")
    secrets = SmsSecrets(access_key_secret=SECRET).model_dump(mode="json")
    name = name_of(settings, secrets)
    async with context.ground.db.transaction() as session:
        await add_account(
            session,
            clock.now(),
            context.box,
            channel="sms",
            name=name,
            label="短信",
            settings=settings,
            secrets=secrets,
        )
    context.accounts.forget()
    return await context.accounts.named("sms", name)


def customer_of(account: Account) -> SmsCustomer:
    """The provider knows everything we have entered, and has approved it."""
    settings = account.settings
    return SmsCustomer(
        maker=Maker(settings["provider"]),
        key_id=settings["access_key_id"],
        secret=account.secrets["access_key_secret"],
        hook_url=f"http://desk.test/hooks/sms/{account.hook}",
        app_id=settings["sdk_app_id"],
        signs={settings["sign_name"]: State.APPROVED},
        sign_ids={55: settings["sign_name"]},
        templates={one["code"]: ApprovedText(text=one["text"]) for one in settings["templates"]},
    )


@asynccontextmanager
async def open_sign(ground: Ground, clock: FrozenClock, provider: str, **settings: Any) -> AsyncIterator[OurSign]:
    app = FastAPI()
    transport = httpx.ASGITransport(app=app, client=("203.0.113.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as web:
        platform = SmsPlatform(clock, web)
        host = make_app(platform)
        context = ChannelContext.of(ground, transport=SimulatedNetwork(dict.fromkeys(HOSTS, host)))
        app.include_router(router)
        app.state.channels = context
        account = await enter(context, clock, {**GIVEN[provider], **settings})
        customer = platform.add_customer(customer_of(account))
        yield OurSign(ground, clock, context, platform, customer, account, Sms(context), web)
        await context.close()


def payload(name: str) -> Any:
    """A callback as it was captured."""
    return json.loads((PAYLOADS / name).read_text(encoding="utf8"))
