"""What every platform's code is given: the ground, the accounts, and the way out to the network."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakSet

import httpx

from channels.accounts.book import AccountBook
from channels.intake import Intake
from kit.ground import Ground
from kit.secretbox import SecretBox


@dataclass(frozen=True, kw_only=True)
class ChannelContext:
    """``transport`` stands in for the network where set: tests and drills talk to simulated platforms with it."""

    ground: Ground
    accounts: AccountBook
    box: SecretBox
    intake: Intake
    transport: httpx.AsyncBaseTransport | None = None
    #: What keeps connections to platforms, and how others that do let go of theirs.
    _clients: WeakSet[httpx.AsyncClient] = field(default_factory=WeakSet, repr=False)
    _at_end: list[Callable[[], Awaitable[None]]] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, ground: Ground, *, transport: httpx.AsyncBaseTransport | None = None) -> "ChannelContext":
        """The context of an installation."""
        box = SecretBox.of(ground.settings)
        return cls(
            ground=ground,
            accounts=AccountBook(ground.db, box),
            box=box,
            intake=Intake(ground.db, ground.clock),
            transport=transport,
        )

    def http(self, *, timeout_s: float) -> httpx.AsyncClient:
        """A client of one platform; proxies and certificates of the environment are left alone."""
        client = httpx.AsyncClient(transport=self.transport, timeout=timeout_s, trust_env=False)
        self._clients.add(client)
        return client

    def at_end(self, let_go: Callable[[], Awaitable[None]]) -> None:
        """Have ``let_go`` called when the process ends its work; for connections that are not of :meth:`http`."""
        self._at_end.append(let_go)

    async def close(self) -> None:
        """Let all connections to platforms go; nothing is asked of them any more."""
        for let_go in [*self._at_end, *(client.aclose for client in self._clients)]:
            await let_go()
