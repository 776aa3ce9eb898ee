"""The one narrow port every platform fits: what comes in, what goes out, what a platform can do."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict


class Attachment(BaseModel):
    """A file in our store that came with a message or goes out with one."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    mime: str
    size: int


class Button(BaseModel):
    """A quick reply; its id comes back when it is pressed."""

    model_config = ConfigDict(frozen=True)

    id: str
    label: str


class Link(BaseModel):
    """A page worth opening."""

    model_config = ConfigDict(frozen=True)

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message from a platform, translated. ``platform_id`` is the platform's own, unique per account."""

    channel: str
    account: str
    address: str
    platform_id: str
    text: str = ""
    button: str | None = None
    attachments: tuple[Attachment, ...] = ()
    sender_name: str | None = None
    locale: str | None = None
    sent_at: datetime | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def thread(self) -> str:
        """Names one person's talk on one account; everything in order is in order per thread."""
        return thread_of(self.channel, self.account, self.address)


def thread_of(channel: str, account: str, address: str) -> str:
    """The name of a thread, also the tail of its lanes in the job table."""
    return f"{channel}:{account}:{address}"


class Outbound(BaseModel):
    """One message to a person. ``author`` is bot, staff or system; ``author_name`` is shown where possible."""

    model_config = ConfigDict(frozen=True)

    text: str
    author: str = "bot"
    author_name: str | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The platform took the message; ``provider_id`` is its name for it."""

    provider_id: str


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a platform can do and takes; code asks these, never which channel it is."""

    text_limit: int
    text_unit: str = "characters"
    buttons: int = 0
    attachments: bool = False
    #: The platform drops a second message with the same key, so an unknown outcome may be resent.
    idempotent: bool = False


class Channel(Protocol):
    """A platform we can send on."""

    name: str
    capabilities: Capabilities

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """Hand the message over; raises DeliveryRefusedError or DeliveryDelayedError, nothing else expected.

        ``key`` is the idempotency key: the same for every try of one message.
        """
        ...
