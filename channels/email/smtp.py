"""Conversations with the server that sends for a mailbox (RFC 5321); the one place that knows the library.

A connection is kept for a while, so that a burst of mails signs in once. Every doubt is decided at one point: until
the server has asked for the mail nothing was sent, and from then on only its answer tells.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from channels.accounts.book import Account
from channels.email.failures import Answer, Stage, answer_failure, misconfigured, no_connection, silence_failure
from channels.errors import DeliveryDelayedError, DeliveryError

#: Servers hang up on idle connections after half a minute or more; we are faster.
IDLE_S = 15.0
#: At once for one mailbox; providers count connections too.
CONNECTIONS = 2
#: What we call ourselves. The real name of the machine says more than the server needs to know.
_HELO = "[127.0.0.1]"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_GO_AHEAD, _OK = 354, 250
_GOODBYE_S = 5.0

_BROKEN = (SMTPServerDisconnected, SMTPTimeoutError, OSError)


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where and as whom; what two connections of one kind share."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, account: Account) -> "Server":
        """The server of a mailbox."""
        settings, secrets = account.settings, account.secrets
        return cls(
            host=settings.get("smtp_host", ""),
            port=int(settings.get("smtp_port", 465)),
            security=settings.get("smtp_security", "tls"),
            username=settings.get("username") or settings.get("address", ""),
            password=secrets.get("smtp_password") or secrets.get("password", ""),
        )


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a server may be silent, in seconds.

    Before it answers to a mail it may scan it, and a slow line needs its time for what is large.
    """

    connect_s: float = 20.0
    command_s: float = 60.0
    mail_s: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One mail and its envelope, in ASCII; the first of ``senders`` that the server takes, an empty one is nobody."""

    senders: Sequence[str]
    recipient: str
    content: bytes


async def try_sign_in(account: Account) -> None:
    """Connect as for sending, and sign in; raises a DeliveryError."""
    connection = await _connect(Server.of(account), Patience())
    await _leave(connection)


@dataclass(frozen=True)
class _Idle:
    """A connection nobody uses, and what will close it."""

    connection: SMTP
    closing: asyncio.TimerHandle


class Connections:
    """Sends mails, and keeps the connections they went by."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._idle: dict[Server, list[_Idle]] = {}
        self._places: dict[Server, asyncio.Semaphore] = {}
        #: Servers that take the mailbox's own address only; to try others each time would look like an attack.
        self._strict: set[Server] = set()

    async def send(self, server: Server, posting: Posting) -> str:
        """Hand one mail over; the server's last words, which often name the mail. Raises a DeliveryError."""
        places = self._places.setdefault(server, asyncio.Semaphore(CONNECTIONS))
        async with places:
            kept = self._take(server)
            if kept is not None:
                try:
                    return await self._converse(server, kept, posting)
                except DeliveryDelayedError:
                    # Perhaps only the old connection was over; if not, the new one will hear the same.
                    if kept.is_connected:
                        raise
            return await self._converse(server, await _connect(server, self._patience), posting)

    async def close(self) -> None:
        """Take leave of all servers."""
        for server in list(self._idle):
            while (kept := self._take(server)) is not None:
                await _leave(kept)

    async def _converse(self, server: Server, connection: SMTP, posting: Posting) -> str:
        senders = posting.senders[-1:] if server in self._strict else posting.senders
        try:
            sender = await _address(connection, senders, posting.recipient)
            if sender != senders[0]:
                self._strict.add(server)
            words = await _hand_over(connection, posting.content, self._patience.mail_s)
        except DeliveryError:
            await _start_over(connection)
            self._keep(server, connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._keep(server, connection)
        return words

    def _keep(self, server: Server, connection: SMTP) -> None:
        if connection.is_connected:
            closing = asyncio.get_running_loop().call_later(IDLE_S, self._drop, server, connection)
            self._idle.setdefault(server, []).append(_Idle(connection, closing))

    def _take(self, server: Server) -> SMTP | None:
        idle = self._idle.get(server, [])
        while idle:
            newest = idle.pop()
            newest.closing.cancel()
            if newest.connection.is_connected:
                return newest.connection
        return None

    def _drop(self, server: Server, connection: SMTP) -> None:
        self._idle[server] = [each for each in self._idle[server] if each.connection is not connection]
        connection.close()


async def _start_over(connection: SMTP) -> None:
    """Make the server forget the mail that was refused, for the next one."""
    if connection.is_connected:
        try:
            await connection.rset()
        except (SMTPException, OSError):
            connection.close()


async def _connect(server: Server, patience: Patience) -> SMTP:
    if not server.host:
        raise misconfigured("no_server", "no SMTP server is set")
    if server.security == "none" and server.password and server.host not in _LOOPBACK:
        raise misconfigured("insecure", "a password is not sent without TLS")
    connection = SMTP(
        hostname=server.host,
        port=server.port,
        timeout=patience.command_s,
        local_hostname=_HELO,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
    )
    async with _failing(connection):
        await connection.connect(timeout=patience.connect_s)
        await connection.ehlo()
        if server.password:
            await _sign_in(connection, server)
    return connection


async def _sign_in(connection: SMTP, server: Server) -> None:
    """One way only: each refusal counts as a wrong password, and some of them close the mailbox."""
    offered = connection.server_auth_methods
    if "plain" in offered:
        await connection.auth_plain(server.username, server.password)
    elif "login" in offered:
        await connection.auth_login(server.username, server.password)
    elif "cram-md5" in offered:
        await connection.auth_crammd5(server.username, server.password)
    else:
        raise misconfigured("unsupported", f"the server offers no way to sign in that we know: {offered}")


@asynccontextmanager
async def _failing(connection: SMTP) -> AsyncIterator[None]:
    """Turn what goes wrong before anything is sent into an error of ours, and the connection off."""
    try:
        yield
    except (SMTPException, OSError) as error:
        connection.close()
        raise _not_connected(error) from error
    except BaseException:
        connection.close()
        raise


def _not_connected(error: SMTPException | OSError) -> DeliveryError:
    match error:
        case SMTPAuthenticationError():
            return answer_failure(_answer(Stage.SIGN_IN, error))
        case SMTPConnectResponseError() | SMTPHeloError():
            return answer_failure(_answer(Stage.CONNECT, error))
        case SMTPResponseException():
            return answer_failure(_answer(Stage.SIGN_IN, error))
        case SMTPConnectError() if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            return misconfigured("certificate", error.message)
        case ssl.SSLCertVerificationError():
            return misconfigured("certificate", str(error))
        case SMTPServerDisconnected() | SMTPTimeoutError() | SMTPConnectError() | OSError():
            return no_connection(error)
    # The server offers no STARTTLS, or no way to sign in that we know.
    return misconfigured("unsupported", str(error))


async def _address(connection: SMTP, senders: Sequence[str], recipient: str) -> str:
    """Name sender and recipient, and get the server to ask for the mail; the sender that was taken."""
    try:
        sender = await _name_sender(connection, senders)
        await connection.rcpt(recipient)
        asked = await connection.execute_command(b"DATA")
    except SMTPSenderRefused as refused:
        raise answer_failure(_answer(Stage.SENDER, refused)) from refused
    except SMTPRecipientRefused as refused:
        raise answer_failure(_answer(Stage.RECIPIENT, refused)) from refused
    except SMTPResponseException as garbled:
        connection.close()
        raise silence_failure(garbled, handed_over=False) from garbled
    except _BROKEN as broken:
        connection.close()
        raise silence_failure(broken, handed_over=False) from broken
    if asked.code != _GO_AHEAD:
        raise answer_failure(Answer(stage=Stage.DATA, number=asked.code, text=asked.message))
    return sender


async def _name_sender(connection: SMTP, senders: Sequence[str]) -> str:
    """Many providers take nothing but the mailbox's own address: then that, which comes last."""
    for place, sender in enumerate(senders, 1):
        try:
            await connection.mail(sender)
        except SMTPSenderRefused as refused:
            lasting = not Answer(stage=Stage.SENDER, number=refused.code, text=refused.message).passes
            if place == len(senders) or not lasting or not connection.is_connected:
                raise
            await connection.rset()
        else:
            return sender
    raise SMTPServerDisconnected("no sender")


async def _hand_over(connection: SMTP, content: bytes, timeout_s: float) -> str:
    """The mail itself. The library's own call would not tell a line that broke before it from one that broke after."""
    protocol: Any = connection.protocol
    try:
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        protocol.write(_with_dots(content))
        answer = await protocol.read_response(timeout=timeout_s)
    except SMTPResponseException as garbled:
        connection.close()
        raise silence_failure(garbled, handed_over=True) from garbled
    except _BROKEN as broken:
        connection.close()
        raise silence_failure(broken, handed_over=protocol is not None) from broken
    if answer.code != _OK:
        raise answer_failure(Answer(stage=Stage.DATA, number=answer.code, text=answer.message))
    return str(answer.message)


def _with_dots(content: bytes) -> bytes:
    """As it goes over the line: a dot alone ends it, so a line of its own that begins with one gets another."""
    lines = content.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    dotted = [b"." + line if line.startswith(b".") else line for line in lines]
    return b"\r\n".join([*dotted, b".", b""])


def _answer(stage: Stage, refused: SMTPResponseException) -> Answer:
    return Answer(stage=stage, number=refused.code, text=refused.message)


async def _leave(connection: SMTP) -> None:
    try:
        await connection.quit(timeout=_GOODBYE_S)
    except (SMTPException, OSError):
        pass
    finally:
        connection.close()
