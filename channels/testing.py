"""A platform made of memory: shipped, so that tests, demos and drills need no network and no patching."""

from collections.abc import Callable
from dataclasses import dataclass, field

from channels.port import Capabilities, MediaKind, Outbound, Receipt


@dataclass(frozen=True)
class Sent:
    """One message that reached the platform."""

    key: str
    address: str
    message: Outbound


@dataclass
class FakeChannel:
    """Takes everything, drops repeated keys like a good platform, and fails when told to."""

    name: str = "fake"
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            text_limit=4096, buttons=10, attachments=frozenset(MediaKind), mixed=True, links=True, idempotent=True
        )
    )
    sent: list[Sent] = field(default_factory=list)
    calls: int = 0
    #: Called before a message is taken; raise in it to refuse or delay.
    before: Callable[[str], None] = lambda _key: None

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:  # noqa: ARG002 - one account.
        self.calls += 1
        self.before(key)
        if not self.capabilities.idempotent or all(sent.key != key for sent in self.sent):
            self.sent.append(Sent(key, address, message))
        return Receipt(provider_id=key)

    def texts(self, address: str) -> list[str]:
        """What a person has been told, in order."""
        return [sent.message.text for sent in self.sent if sent.address == address]
