"""One bot of ours at a simulated Telegram: its webhook, its sender, its errands, over a real database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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
from channels.port import Outbound
from channels.sending import Sender
from channels.simulator.network import SimulatedNetwork
from channels.simulator.telegram.people import Person
from channels.simulator.telegram.server import make_app
from channels.simulator.telegram.state import TelegramPlatform
from channels.telegram.adapter import Telegram
from channels.telegram.endpoints import router
from channels.telegram.errands import QUEUE, runners
from channels.telegram.platform import PLATFORM
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import Priority
from kit.outbox.models import Job
from kit.outbox.runner import Runner

BOT = "7000000001"
TOKEN = f"{BOT}:AAbot-token_for-tests-0123456789abc"
SECRET = "s3cret_-for-tests"
HOOK = "https://desk.test/hooks/telegram"


@dataclass
class OurBot:
    """``work`` does all there is to do; time moves only by the clock."""

    ground: Ground
    clock: FrozenClock
    context: ChannelContext
    platform: TelegramPlatform
    account: Account
    channel: Telegram
    web: httpx.AsyncClient
    told: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        db, clock = self.ground.db, self.clock
        sender = Sender(db=db, clock=clock, channels={"telegram": self.channel}, listener=self._listen)
        self.sending = Runner(
            db,
            clock,
            out_queue("telegram", BOT),
            independent={"delivery.due": sender.handle},
            gate=AccountGate("telegram", BOT, self.channel.capabilities.rate),
        )
        self.errands = Runner(db, clock, QUEUE, independent=runners(self.context)[QUEUE])

    async def _listen(self, _session: AsyncSession, key: str, state: DeliveryState) -> None:
        self.told.append((key, state))

    @property
    def hook(self) -> str:
        return f"{HOOK}/{self.account.hook}"

    async def push(self, update: Any, *, secret: str | None = SECRET, hook: str | None = None) -> int:
        """Push any JSON, or any bytes; the status of the answer."""
        headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()} if secret is not None else {}
        body = {"content": update} if isinstance(update, bytes) else {"json": update}
        answer = await self.web.post(f"{HOOK}/{hook or self.account.hook}", headers=headers, **body)
        return answer.status_code

    async def say(
        self,
        *messages: Outbound | str,
        to: Person | str,
        priority: Priority = Priority.BOT,
    ) -> None:
        """Queue messages to a person; the key is the number of those queued so far."""
        address = to if isinstance(to, str) else to.address
        recipient = Recipient(channel="telegram", account=BOT, address=address)
        count = len(await self.deliveries())
        async with self.ground.db.transaction() as session:
            for number, message in enumerate(messages, count + 1):
                whole = Outbound(text=message) if isinstance(message, str) else message
                await queue(
                    session, self.clock.now(), key=f"bot:{number}", to=recipient, message=whole, priority=priority
                )

    async def work(self) -> None:
        """Do what is due now."""
        for runner in (self.errands, self.sending):
            while await runner.run_once():
                pass

    async def later(self, *, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, as retries and paces need it."""
        for _ in range(round(seconds / step)):
            self.clock.advance(seconds=step)
            await self.work()

    async def heard(self) -> Sequence[InboundMessage]:
        """What people have sent, in order of arrival."""
        async with self.ground.db.reading() as session:
            return (await session.exec(select(InboundMessage).order_by(col(InboundMessage.id)))).all()

    async def texts(self) -> list[str]:
        return [message.text for message in await self.heard()]

    async def deliveries(self) -> Sequence[Delivery]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Delivery).order_by(col(Delivery.id)))).all()

    async def states(self) -> list[str]:
        return [delivery.state for delivery in await self.deliveries()]

    async def unparsed(self) -> Sequence[UnparsedPush]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(UnparsedPush).order_by(col(UnparsedPush.id)))).all()

    async def jobs(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of the jobs of a kind that nobody has done yet."""
        async with self.ground.db.reading() as session:
            rows = (await session.exec(select(Job).where(Job.kind == kind).order_by(col(Job.id)))).all()
        return [row.payload for row in rows]

    def calls(self, method: str) -> int:
        """How often we asked Telegram for this."""
        return sum(call.path.lower().endswith(f"/{method.lower()}") for call in self.platform.calls)


@asynccontextmanager
async def open_bot(ground: Ground, clock: FrozenClock, *, mode: str = "webhook") -> AsyncIterator[OurBot]:
    app = FastAPI()
    app.include_router(router)
    async with httpx.AsyncClient(transport=SimulatedNetwork({"desk.test": app})) as inward:
        platform = TelegramPlatform(clock, inward)
        context = ChannelContext.of(ground, transport=SimulatedNetwork({"api.telegram.org": make_app(platform)}))
        app.state.ground, app.state.channels = ground, context
        account = await _enter(context, clock, mode)
        bot = OurBot(ground, clock, context, platform, account, Telegram(context), inward)
        platform.add_account(TOKEN, hook_url=bot.hook if mode == "webhook" else "", secret_token=SECRET)
        yield bot


async def _enter(context: ChannelContext, clock: FrozenClock, mode: str) -> Account:
    assert PLATFORM.settings_form is not None
    assert PLATFORM.secrets_form is not None
    settings = PLATFORM.settings_form.model_validate({"mode": mode})
    secrets = PLATFORM.secrets_form.model_validate({"bot_token": TOKEN, "secret_token": SECRET})
    async with context.ground.db.transaction() as session:
        await add_account(
            session,
            clock.now(),
            context.box,
            channel="telegram",
            name=BOT,
            label="客服",
            settings=settings.model_dump(),
            secrets=secrets.model_dump(),
        )
    context.accounts.forget()
    return await context.accounts.named("telegram", BOT)
