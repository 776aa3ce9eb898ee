"""A mail server that takes what the product sends, refuses what it is told to refuse, and knows the rules.

What a provider would only punish later, as a forgotten header, is noted as a violation and the mail is taken.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels.simulator.calls import Violation
from kit.clock import Clock

_MINUTE = timedelta(minutes=1)
_ONCE = ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version")
_LINE_MAX = 998
#: How long a connection that was cut waits to notice it.
_NEVER_S = 3600.0


class Stage(StrEnum):
    """Where in a conversation something goes wrong."""

    CONNECT = "connect"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    #: The mail is taken, its sender never hears so.
    TAKEN = "taken"


@dataclass
class _Planned:
    """The next ``left`` conversations about ``recipient`` (empty: any) go wrong: an answer, a cut line, or late."""

    stage: Stage
    recipient: str
    left: int
    reply: str = ""
    wait_s: float = 0


@dataclass(frozen=True, kw_only=True)
class TakenMail:
    """One mail as it arrived: who handed it over for whom, and every byte of it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: datetime

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, read as any program would."""
        return message_from_bytes(self.raw, policy=policy.default)

    def body(self, kind: str = "plain") -> str:
        """The text of the mail, or with "html" its HTML."""
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


@dataclass
class Sink:
    """``password``: only who signs in may send. ``per_minute``: so many mails a minute (0: any number)."""

    clock: Clock
    password: str = ""
    per_minute: int = 0
    tls: ssl.SSLContext | None = None
    #: TLS from the first byte on; else the connection begins plain and may be upgraded.
    implicit_tls: bool = False
    #: The one address that may stand in the envelope, as most providers want it; empty: any.
    only_sender: str = ""
    port: int = 0
    connections: int = 0
    #: What was refused because of the sender, in the envelope or at signing in; providers count these.
    refusals: int = 0
    mails: list[TakenMail] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    _planned: list[_Planned] = field(default_factory=list)
    _open: set["_Conversation"] = field(default_factory=set)

    @asynccontextmanager
    async def listening(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["Sink"]:
        """Take mails until the end; ``port`` tells where."""
        tls = self.tls if self.implicit_tls else None
        server = await asyncio.get_running_loop().create_server(self._answer, host, port or self.port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.hang_up()
            await server.wait_closed()
            # What was cut off notices it in the next rounds of the loop.
            for _ in range(3):
                await asyncio.sleep(0)

    def refuse(self, stage: Stage, reply: str, *, recipient: str = "", times: int = 1) -> None:
        """Answer the next conversations with ``reply``, as "550 5.1.1 No such user"."""
        self._planned.append(_Planned(stage, recipient, times, reply=reply))

    def cut(self, stage: Stage, *, recipient: str = "", times: int = 1) -> None:
        """Close the next connections without a word; at :attr:`Stage.TAKEN` after the mail was taken."""
        self._planned.append(_Planned(stage, recipient, times))

    def delay(self, stage: Stage, seconds: float, *, recipient: str = "", times: int = 1) -> None:
        """Keep the next conversations waiting, then go on."""
        self._planned.append(_Planned(stage, recipient, times, wait_s=seconds))

    def forgive(self) -> None:
        """Nothing goes wrong any more."""
        self._planned.clear()

    def to(self, address: str) -> list[TakenMail]:
        """What this person got, oldest first."""
        return [mail for mail in self.mails if address in mail.recipients]

    def hang_up(self) -> None:
        """Close every connection, as a server does to idle ones."""
        for conversation in list(self._open):
            conversation.cut()

    def _answer(self) -> asyncio.Protocol:
        self.connections += 1
        planned = self.planned(Stage.CONNECT)
        return _Busy(planned.reply) if planned else _Conversation(self)

    def planned(self, stage: Stage, recipients: tuple[str, ...] = ()) -> _Planned | None:
        """What goes wrong now; used up by asking."""
        for planned in self._planned:
            if planned.stage == stage and (not planned.recipient or planned.recipient in recipients):
                planned.left -= 1
                if not planned.left:
                    self._planned.remove(planned)
                return planned
        return None

    def joins(self, conversation: "_Conversation") -> None:
        """A connection was made."""
        self._open.add(conversation)

    def leaves(self, conversation: "_Conversation") -> None:
        """A connection has ended."""
        self._open.discard(conversation)

    def too_fast(self) -> bool:
        """Whether one more mail is more than the limit of a minute."""
        recent = sum(mail.at > self.clock.now() - _MINUTE for mail in self.mails)
        return 0 < self.per_minute <= recent

    def forbid(self, code: int, text: str, body: Any) -> None:
        """Remember what no product should do."""
        self.violations.append(Violation(path="smtp", code=code, text=text, body=body, at=self.clock.now()))

    def take(self, envelope: Envelope) -> None:
        """Keep the mail, and what is wrong with it."""
        mail = TakenMail(
            sender=(envelope.mail_from or "").strip("<>"),
            recipients=tuple(envelope.rcpt_tos),
            raw=envelope.original_content or b"",
            at=self.clock.now(),
        )
        for wrong in faults_of(mail, self.mails):
            self.forbid(0, wrong, mail.message.get("Subject", ""))
        self.mails.append(mail)


def faults_of(mail: TakenMail, earlier: list[TakenMail]) -> Iterator[str]:
    """What is wrong with a mail that was taken all the same."""
    message = mail.message
    yield from (f"{name} is missing" for name in _ONCE if not message.get(name))
    yield from (f"{name} stands there twice" for name in _ONCE if len(message.get_all(name, [])) > 1)
    if any(str(message["Message-ID"]) == str(each.message["Message-ID"]) for each in earlier):
        yield "a second mail with this Message-ID"
    if any(len(line) > _LINE_MAX for line in mail.raw.split(b"\r\n")):
        yield "a line is too long"
    if not mail.raw.partition(b"\r\n\r\n")[0].isascii():
        yield "the head is not ASCII"
    told = any(name in message for name in ("X-Auto-Response-Suppress", "List-Unsubscribe")) or not mail.sender
    if told and message.get("Auto-Submitted", "no") == "no":
        yield "a machine's mail without Auto-Submitted"
    if "List-Unsubscribe-Post" in message and "<http" not in str(message.get("List-Unsubscribe", "")):
        yield "one click, and nothing to click"


class _Busy(asyncio.Protocol):
    """A server that says one line and hangs up, or says nothing at all."""

    def __init__(self, reply: str) -> None:
        self._reply = reply

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        line = cast("asyncio.WriteTransport", transport)
        if self._reply:
            line.write(f"{self._reply}\r\n".encode())
        line.close()


class _Conversation(SMTP):
    """One connection."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        super().__init__(
            _Clerk(sink),
            hostname="sink.test",
            loop=asyncio.get_running_loop(),
            tls_context=None if sink.implicit_tls else sink.tls,
            authenticator=self._check_password,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sink.joins(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sink.leaves(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Hang up at once."""
        if self.transport is not None:
            cast("asyncio.WriteTransport", self.transport).abort()

    def _check_password(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        planned = self._sink.planned(Stage.SIGN_IN)
        if planned is not None and not planned.reply:
            self.cut()
        if planned is not None:
            return AuthResult(success=False, handled=not planned.reply, message=planned.reply)
        known = isinstance(data, LoginPassword) and data.password.decode() == self._sink.password
        self._sink.refusals += not known
        return AuthResult(success=known, handled=False)


@dataclass
class _Clerk:
    """Answers the commands of a conversation."""

    sink: Sink

    async def handle_MAIL(  # noqa: N802 - the library's name.
        self, server: _Conversation, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sink.password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        refused = await self._refused(server, Stage.SENDER, ())
        if refused:
            return refused
        if self.sink.only_sender and address != self.sink.only_sender:
            self.sink.refusals += 1
            return "553 5.7.1 Mail from must equal authorized user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(  # noqa: N802 - the library's name.
        self, server: _Conversation, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = await self._refused(server, Stage.RECIPIENT, (address,))
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: _Conversation, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name.
        recipients = tuple(envelope.rcpt_tos)
        refused = await self._refused(server, Stage.DATA, recipients)
        if refused:
            return refused
        if self.sink.too_fast():
            self.sink.forbid(451, "more than the limit of a minute", recipients)
            return "451 4.7.1 Too many mails, try again later"
        self.sink.take(envelope)
        return await self._refused(server, Stage.TAKEN, recipients) or "250 2.0.0 Taken"

    async def _refused(self, server: _Conversation, stage: Stage, recipients: tuple[str, ...]) -> str:
        """The refusal that was asked for, if any; a line that is cut never returns."""
        planned = self.sink.planned(stage, recipients)
        if planned is None:
            return ""
        if planned.wait_s:
            await asyncio.sleep(planned.wait_s)
        elif not planned.reply:
            server.cut()
            await asyncio.sleep(_NEVER_S)
        return planned.reply
