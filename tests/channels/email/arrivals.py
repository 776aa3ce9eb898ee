"""A mailbox of ours, and mails that people, machines and servers send to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import text
from sqlmodel import SQLModel, select

from channels.accounts.book import Account
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, queue
from channels.email.arriving import take
from channels.email.models import Direction, MailboxCursor, MailRecord, Unsubscribed
from channels.email.naming import Names
from channels.email.reading import Envelope
from channels.email.settings import EmailSecrets, EmailSettings
from channels.models import Delivery, DeliveryState, InboundMessage, Reach, UnparsedPush
from channels.port import Outbound, thread_of
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import Priority

OURS = "support@desk.test"
LI = "li@customer.test"
MX = "mx.desk.test"
PASSED = f"{MX}; dmarc=pass header.from=customer.test"

_numbers = count(1)
_Row = TypeVar("_Row", bound=SQLModel)


def mail(
    words: str = "打印机不工作了。",
    *,
    subject: str = "打印机故障",
    sender: str = f"小李 <{LI}>",
    to: str = OURS,
    message_id: str | None = None,
    files: Sequence[tuple[str, bytes]] = (),
    **headers: str,
) -> bytes:
    """A mail as a plain program writes it; headers are named with underscores."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"] = "Tue, 24 Nov 2026 09:59:00 +0800"
    if message_id != "":
        made["Message-ID"] = message_id or f"<{next(_numbers)}.test@customer.test>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(words)
    for name, content in files:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


@dataclass
class OurMailbox:
    """One account, and what has become of the mails it was given."""

    ground: Ground
    clock: FrozenClock
    context: ChannelContext
    account: Account
    _sent: Any = field(default_factory=lambda: count(1))

    @property
    def names(self) -> Names:
        return Names(self.ground.settings.secret_key())

    async def take(self, *mails: bytes, envelope: Envelope | None = None) -> None:
        for one in mails:
            await take(self.context, self.account, one, envelope)

    async def sent(self, to: str = LI, *, author: str = "bot", text: str = "收到了，我们会尽快处理。") -> str:
        """A mail of ours has gone out; the key of what it carried."""
        key = f"{author}:{next(self._sent)}"
        now = self.clock.now()
        thread = thread_of("email", self.account.name, to)
        recipient = Recipient(channel="email", account=self.account.name, address=to)
        async with self.ground.db.transaction() as session:
            await queue(
                session,
                now,
                key=key,
                to=recipient,
                message=Outbound(text=text, author=author),
                priority=Priority.BOT,
            )
            delivery = (await session.exec(select(Delivery).where(Delivery.key == key))).one()
            delivery.state = DeliveryState.SENT
            session.add(delivery)
            message_id = self.names.message_id(key, "desk.test")
            session.add(
                MailRecord(
                    account=self.account.name,
                    direction=Direction.OUT,
                    thread=thread,
                    platform_id=message_id,
                    message_id=message_id,
                    references=[],
                    subject="Re: 打印机故障",
                    key=key,
                    digest="",
                    at=now,
                )
            )
        return key

    def named(self, key: str) -> str:
        """The Message-ID of the mail that carried this."""
        return f"<{self.names.message_id(key, 'desk.test')}>"

    async def answer(self, key: str, text: str = "还是不行。", **more: Any) -> bytes:
        """What a person writes who answers the mail that carried this."""
        return mail(text, subject="Re: 打印机故障", In_Reply_To=self.named(key), **more)

    async def heard(self) -> Sequence[InboundMessage]:
        return await self._all(InboundMessage)

    async def texts(self) -> list[str]:
        return [one.text for one in await self.heard()]

    async def log(self) -> Sequence[MailRecord]:
        """What came in."""
        return [one for one in await self._all(MailRecord) if one.direction == Direction.IN]

    async def unparsed(self) -> Sequence[UnparsedPush]:
        return await self._all(UnparsedPush)

    async def delivery(self, key: str) -> Delivery:
        return next(one for one in await self._all(Delivery) if one.key == key)

    async def reach(self) -> dict[str, Reach]:
        async with self.ground.db.reading() as session:
            return {one.thread: one for one in (await session.exec(select(Reach))).all()}

    async def unsubscribed(self) -> Sequence[Unsubscribed]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Unsubscribed))).all()

    async def cursor(self) -> MailboxCursor | None:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(MailboxCursor))).first()

    def thread(self, address: str = LI) -> str:
        return thread_of("email", self.account.name, address)

    async def _all(self, model: type[_Row]) -> Sequence[_Row]:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(model).order_by(text("id")))).all()


@asynccontextmanager
async def open_mailbox(ground: Ground, clock: FrozenClock, **settings: Any) -> AsyncIterator[OurMailbox]:
    context = ChannelContext.of(ground)
    account = await enter(context, OURS, **settings)
    yield OurMailbox(ground, clock, context, account)


async def enter(context: ChannelContext, address: str, **settings: Any) -> Account:
    """Enter a mailbox as an administrator would."""
    entered = EmailSettings.model_validate({"address": address, "authserv_id": MX, **settings})
    secrets = EmailSecrets(password="pw")
    async with context.ground.db.transaction() as session:
        await add_account(
            session,
            context.ground.clock.now(),
            context.box,
            channel="email",
            name=address,
            label="客服邮箱",
            settings=entered.model_dump(),
            secrets=secrets.model_dump(),
        )
    context.accounts.forget()
    return await context.accounts.named("email", address)
