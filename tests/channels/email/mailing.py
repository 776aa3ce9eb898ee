"""One mailbox of ours and the server it sends by, over a real socket; people read what the server took."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, out_queue, queue
from channels.email.adapter import Email
from channels.email.models import Direction, MailRecord
from channels.email.settings import CHANNEL, EmailSecrets, EmailSettings
from channels.inbox import accept
from channels.models import AccountPace, Delivery, DeliveryState
from channels.pace import AccountGate
from channels.port import Attachment, Inbound, Outbound, thread_of
from channels.sending import Sender
from channels.simulator.email.sink import Sink, TakenMail
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import Priority
from kit.outbox.runner import Runner

ADDRESS = "support@yunshan.example"
LI = "li.wei@kehu.example"
PASSWORD = "abcdefghijklmnop"


@dataclass
class Mailing:
    """``work`` sends what is due; time moves only by the clock."""

    ground: Ground
    clock: FrozenClock
    context: ChannelContext
    sink: Sink
    channel: Email
    told: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        db, clock = self.ground.db, self.clock
        sender = Sender(db=db, clock=clock, channels={CHANNEL: self.channel}, listener=self._listen)
        self.runner = Runner(
            db,
            clock,
            out_queue(CHANNEL, ADDRESS),
            independent={"delivery.due": sender.handle},
            gate=AccountGate(CHANNEL, ADDRESS, self.channel.capabilities.rate),
        )

    async def _listen(self, _session: AsyncSession, key: str, state: DeliveryState) -> None:
        self.told.append((key, state))

    async def put(self, *messages: Outbound | str, to: str = LI) -> None:
        """Queue messages; the key is their author and the number of those queued so far."""
        count = len(await self.deliveries())
        recipient = Recipient(channel=CHANNEL, account=ADDRESS, address=to)
        async with self.ground.db.transaction() as session:
            for number, message in enumerate(messages, count + 1):
                whole = Outbound(text=message) if isinstance(message, str) else message
                priority = Priority.PERSON if whole.author == "staff" else Priority.BOT
                key = f"{whole.author}:{number}"
                now = self.clock.now()
                await queue(session, now, key=key, to=recipient, message=whole, priority=priority)

    async def work(self) -> None:
        while await self.runner.run_once():
            pass

    async def later(self, *, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, as retries and paces need it."""
        for _ in range(round(seconds / step)):
            self.clock.advance(seconds=step)
            await self.work()

    async def send(self, *messages: Outbound | str, to: str = LI) -> TakenMail:
        """Queue and send; the newest mail the person got."""
        await self.put(*messages, to=to)
        await self.work()
        return self.sink.to(to)[-1]

    async def hear(
        self,
        text: str,
        *,
        subject: str = "登录不上",
        message_id: str = "a1@kehu.example",
        references: Sequence[str] = (),
        proven: bool = True,
        automatic: str = "",
        address: str = LI,
    ) -> None:
        """A mail of the person came in."""
        platform_id = f"{message_id}#0"
        row: dict[str, Any] = {
            "account": ADDRESS,
            "direction": Direction.IN,
            "thread": thread_of(CHANNEL, ADDRESS, address),
            "platform_id": platform_id,
            "message_id": message_id,
            "references": list(references),
            "subject": subject,
            "digest": "",
            "proven": proven,
            "automatic": automatic,
            "at": self.clock.now(),
        }
        inbound = Inbound(
            channel=CHANNEL,
            account=ADDRESS,
            address=address,
            platform_id=platform_id,
            text=text,
            automatic=bool(automatic),
            back_in_reach=not automatic,
        )
        async with self.ground.db.transaction() as session:
            session.add(MailRecord(**row))
            await accept(session, self.clock.now(), inbound)

    async def stored(self, content: bytes, name: str) -> Attachment:
        """A file in our store."""

        async def pieces() -> AsyncIterator[bytes]:
            yield content

        file = await self.ground.files.save(pieces(), name=name, limit=len(content))
        return Attachment(id=file.id, name=file.name, mime=file.mime, size=file.size)

    async def deliveries(self) -> Sequence[Delivery]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Delivery).order_by(col(Delivery.id)))).all()

    async def states(self) -> list[str]:
        return [delivery.state for delivery in await self.deliveries()]

    async def sent_records(self) -> Sequence[MailRecord]:
        """What the log of mails says went out."""
        out = select(MailRecord).where(MailRecord.direction == Direction.OUT).order_by(col(MailRecord.id))
        async with self.ground.db.reading() as session:
            return (await session.exec(out)).all()

    async def closed_for(self) -> timedelta:
        """How long nothing goes out on the mailbox."""
        pace = await self.pace()
        return datetime.fromtimestamp(pace.closed_until / 1_000_000, self.clock.now().tzinfo) - self.clock.now()

    async def pace(self) -> AccountPace:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(AccountPace).where(AccountPace.channel == CHANNEL))).one()


@asynccontextmanager
async def open_mailing(
    ground: Ground, clock: FrozenClock, *, sink: Sink | None = None, **settings: Any
) -> AsyncIterator[Mailing]:
    """A mailbox whose server is the sink."""
    chosen = sink or Sink(clock, password=PASSWORD)
    async with chosen.listening():
        context = ChannelContext.of(ground)
        entered = {"smtp_host": "127.0.0.1", "smtp_port": chosen.port, "smtp_security": "none"}
        form = EmailSettings.model_validate({"address": ADDRESS, "per_minute": 6000, **entered, **settings})
        await _enter(context, clock, form, EmailSecrets(password=PASSWORD))
        try:
            yield Mailing(ground, clock, context, chosen, Email(context))
        finally:
            await context.close()


async def _enter(context: ChannelContext, clock: FrozenClock, settings: EmailSettings, secrets: EmailSecrets) -> None:
    async with context.ground.db.transaction() as session:
        await add_account(
            session,
            clock.now(),
            context.box,
            channel=CHANNEL,
            name=settings.address,
            label="客服邮箱",
            settings=settings.model_dump(),
            secrets=secrets.model_dump(),
        )
    context.accounts.forget()
