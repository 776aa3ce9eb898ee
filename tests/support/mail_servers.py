"""An IMAP server on loopback for tests: real sockets, real IMAP."""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.config import BackendCapability
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

_SEEN = Flag(b"\\Seen")


class _Config(Config):
    """With as much of IMAP as a test asks for."""

    idles = True

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=self.idles, object_id=True, multi_append=True)

    @property
    def greeting(self) -> bytes:
        return b"ready"


@dataclass
class ImapServer:
    """The server, and what its users' mailboxes hold."""

    port: int
    config: _Config
    host: str = "127.0.0.1"
    #: How often somebody has connected.
    visits: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _arrived: dict[str, list[tuple[bytes, datetime]]] = field(default_factory=dict)

    async def append(self, user: str, mail: bytes, *, at: datetime | None = None) -> int:
        """A mail arrives; its number."""
        when = at or datetime.now(UTC)
        self._arrived.setdefault(user, []).append((mail, when))
        return await self._put(user, mail, when)

    async def seen(self, user: str) -> list[bool]:
        """Which of the mails are marked as read, in order."""
        box = await self._inbox(user)
        return [_SEEN in message.permanent_flags async for message in box.messages()]

    async def remove(self, user: str, uid: int) -> None:
        """Somebody deletes a mail."""
        await (await self._inbox(user)).delete([uid])

    async def renumber(self, user: str, *, first: int = 1) -> None:
        """The mailbox was put back from a copy: the same mails under other numbers, and another UIDVALIDITY."""
        box = await self._inbox(user)
        # The library has no way to do this to a mailbox.
        box._uid_validity += 7
        box._max_uid = first - 1
        box._messages.clear()
        for mail, when in self._arrived.get(user, []):
            await self._put(user, mail, when)
        self.hang_up()

    def hang_up(self) -> None:
        """Every connection breaks."""
        for writer in self._open:
            writer.transport.abort()

    async def _put(self, user: str, mail: bytes, when: datetime) -> int:
        message = await (await self._inbox(user)).append(AppendMessage(mail, when, frozenset()), recent=True)
        return message.uid

    async def _inbox(self, user: str) -> MailboxData:
        boxes, _ = self.config.set_cache[user]
        return await boxes.get_mailbox("INBOX")


@asynccontextmanager
async def imap_server(users: Mapping[str, str], *, idles: bool = True) -> AsyncIterator[ImapServer]:
    """Serve the mailboxes of these users and passwords."""
    config = _Config(
        Namespace(passlib_cfg=None, proxy_protocol="noop"),
        demo_data=False,
        demo_user="",
        demo_password="",
        host="127.0.0.1",
        port=0,
        tls_enabled=False,
        secure_auth=False,
        invalid_user_sleep=0,
        reject_dnsbl=False,
        hash_context=BuiltinHash(rounds=1),
        cpu_subsystem=Subsystem.for_asyncio(),
    )
    config.idles = idles
    config.apply_context()
    login = Login(config)
    for name, password in users.items():
        hashed = await Passwords(config).hash_password(password)
        login.users_dict[name] = UserMetadata(config, name, password=hashed)
        config.set_cache[name] = (MailboxSet(), FilterSet())
    imap = IMAPServer(login, config)
    standing = ImapServer(0, config)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        standing.visits += 1
        standing._open.add(writer)
        try:
            await imap(reader, writer, SocketInfoLocal(writer))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            standing._open.discard(writer)
            writer.transport.abort()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    standing.port = server.sockets[0].getsockname()[1]
    try:
        yield standing
    finally:
        server.close()
        standing.hang_up()
        await server.wait_closed()
