"""What every platform's code is given: the ground, the accounts, and the way out to the network."""

from dataclasses import dataclass

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
        return httpx.AsyncClient(transport=self.transport, timeout=timeout_s, trust_env=False)
