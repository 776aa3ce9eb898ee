"""The whole product beside a real IMAP server and a real SMTP server on loopback, and people who write mails."""

import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import utils
from email.message import EmailMessage
from typing import Any

from bot.bootstrap import Runtime, make_runtime
from bot.defaults import install_defaults
from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.email.polling import Reader
from channels.email.settings import EmailSecrets, EmailSettings
from channels.simulator.email.sink import Sink, TakenMail
from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.articles import import_folder
from tests.support.desk import article_files, remembered_index, supervisor
from tests.support.mail_servers import ImapServer, imap_server
from tests.support.platforms import PlatformDesk

OURS = "help@desk.test"
MX = "mx.desk.test"


@dataclass
class MailDesk(PlatformDesk):
    """One running product with one mailbox: ``server`` holds what comes in, ``sink`` what went out."""

    server: ImapServer = field(kw_only=True)
    sink: Sink = field(kw_only=True)
    reader: Reader = field(kw_only=True)

    async def arrives(self, mail: bytes) -> None:
        """A mail lands in the mailbox, is fetched over IMAP, and everything follows."""
        await self.server.append(OURS, mail, at=self.clock.now())
        await self.reader.look()
        await self.later(seconds=2)

    def person(self, address: str, name: str = "张会计") -> "Correspondent":
        return Correspondent(self, address, name)


@dataclass
class Correspondent:
    """A person with a mail program of the Chinese kind: answers stand above, in HTML and text, with all that was."""

    desk: MailDesk
    address: str
    name: str
    sent: int = 0
    read: int = 0

    async def writes(
        self, subject: str, text: str, headers: dict[str, str] | None = None, *, proven: bool = True
    ) -> list[TakenMail]:
        """A fresh mail; returns what comes back."""
        return await self._send(self._mail(subject, text, headers or {}, proven=proven))

    async def answers(self, text: str, *, to: TakenMail | None = None, proven: bool = True) -> list[TakenMail]:
        """An answer to the newest mail from us, as QQ 邮箱 writes it."""
        theirs = to or self.inbox()[-1]
        # Only machines answer at once.
        self.desk.clock.advance(seconds=40)
        headers = {
            "In-Reply-To": str(theirs.message["Message-ID"]),
            "References": f"{theirs.message['References'] or ''} {theirs.message['Message-ID']}".strip(),
        }
        head = (
            f'------------------ 原始邮件 ------------------\n发件人: "应票" <{OURS}>;\n'
            "发送时间: 2026年11月24日(星期二) 上午10:01\n"
            f'收件人: "{self.name}" <{self.address}>;\n主题: {theirs.message["Subject"]}\n'
        )
        mail = self._mail(
            f"回复：{theirs.message['Subject']}", f"{text}\n\n\n{head}\n{theirs.body()}", headers, proven=proven
        )
        quoted = head.replace("\n", "<br>").replace(" ", "&nbsp;")
        mail.add_alternative(
            f"<div>{html.escape(text)}</div><div><br></div><div>{quoted}</div><div>{theirs.body('html')}</div>",
            subtype="html",
        )
        return await self._send(mail)

    def inbox(self) -> list[TakenMail]:
        return self.desk.sink.to(self.address)

    def news(self) -> list[TakenMail]:
        """What has come since the last look."""
        fresh = self.inbox()[self.read :]
        self.read += len(fresh)
        return fresh

    async def _send(self, mail: EmailMessage) -> list[TakenMail]:
        self.news()
        await self.desk.arrives(mail.as_bytes())
        return self.news()

    def _mail(self, subject: str, text: str, headers: dict[str, str], *, proven: bool) -> EmailMessage:
        self.sent += 1
        mail = EmailMessage()
        passed = "pass" if proven else "fail"
        mail["Authentication-Results"] = f"{MX}; dmarc={passed} header.from={self.address.partition('@')[2]}"
        mail["From"] = utils.formataddr((self.name, self.address))
        mail["To"] = OURS
        mail["Subject"] = subject
        mail["Date"] = utils.format_datetime(self.desk.clock.now() + timedelta(seconds=0))
        mail["Message-ID"] = f"<{self.sent}.{self.address}>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text, charset="gb18030", cte="base64")
        return mail


@asynccontextmanager
async def open_mail_desk(ground: Ground, clock: FrozenClock, **settings: Any) -> AsyncIterator[MailDesk]:
    """Configuration, a few articles, one member of staff, one mailbox."""
    context = ChannelContext.of(ground)
    sink = Sink(clock, password="pw")
    async with imap_server({OURS: "pw"}) as server, sink.listening():
        async with ground.db.transaction() as session:
            await install_defaults(session)
            await import_folder(session, clock.now(), article_files())
            staff = await supervisor(session, clock)
        account = await enter_mailbox(context, clock, server, sink, **settings)
        runtime = make_runtime(ground, context=context, build=remembered_index)
        await runtime.library.open()
        desk = await _desk(ground, clock, runtime, account=account, staff=staff, server=server, sink=sink)
        try:
            yield desk
        finally:
            await desk.reader.close()
            await context.close()


async def enter_mailbox(
    context: ChannelContext, clock: FrozenClock, server: ImapServer, sink: Sink, **settings: Any
) -> ChannelAccount:
    """As an administrator enters it; :data:`OURS` on these two servers."""
    entered = EmailSettings(
        address=OURS,
        imap_host=server.host,
        imap_port=server.port,
        imap_security="none",
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_security="none",
        authserv_id=MX,
        **settings,
    )
    async with context.ground.db.transaction() as session:
        return await add_account(
            session,
            clock.now(),
            context.box,
            channel="email",
            name=OURS,
            label="客服邮箱",
            settings=entered.model_dump(mode="json"),
            secrets=EmailSecrets(password="pw").model_dump(mode="json"),
        )


async def _desk(ground: Ground, clock: FrozenClock, runtime: Runtime, **parts: Any) -> MailDesk:
    context = runtime.context
    (box,) = [one for one in await context.accounts.all() if one.channel == "email"]
    senders = tuple(runtime.outward(*pair) for pair in await runtime.sending_accounts())
    app: Any = None
    return MailDesk(
        ground=ground,
        clock=clock,
        channel="email",
        simulated=parts["sink"],
        context=context,
        runtime=runtime,
        app=app,
        senders=senders,
        reader=Reader(context, box),
        **parts,
    )
