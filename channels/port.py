"""The one narrow port every platform fits: what comes in, what goes out, what a platform can do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict


class MediaKind(StrEnum):
    """The kinds of files platforms tell apart."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


class Attachment(BaseModel):
    """A file in our store that came with a message or goes out with one.

    An empty ``id`` is a file that could not be fetched from its platform; ``name`` still says what it was.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    mime: str
    size: int
    #: What the virus scanner said: "clean", "infected" (then there is only its name); empty where none was asked.
    scan: str = ""

    @property
    def kind(self) -> MediaKind:
        """What a platform would call it."""
        major = self.mime.partition("/")[0]
        return {"image": MediaKind.IMAGE, "audio": MediaKind.VOICE, "video": MediaKind.VIDEO}.get(major, MediaKind.FILE)


class Media(BaseModel):
    """A file that still lies at the platform; ``ref`` is the platform's name for it, to fetch it by."""

    model_config = ConfigDict(frozen=True)

    ref: str
    kind: MediaKind
    name: str = ""
    size: int | None = None


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
class Opening:
    """What the platform lets us say because of a message: ``quota`` messages (None: any number) for ``lasts``.

    ``by`` names the rule. A new opening of one rule replaces the last one, it adds nothing to it.
    """

    by: str
    quota: int | None
    lasts: timedelta


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message from a platform, translated. ``platform_id`` is the platform's own, unique per account."""

    channel: str
    account: str
    address: str
    platform_id: str
    text: str = ""
    button: str | None = None
    #: What the person asked for without words: "start" (opened or followed the chat), "status", "human", "lang",
    #: "link"; ``argument`` is what came with it, as the scene of a QR code or the language asked for.
    command: str | None = None
    argument: str = ""
    attachments: tuple[Attachment, ...] = ()
    media: tuple[Media, ...] = ()
    sender_name: str | None = None
    locale: str | None = None
    sent_at: datetime | None = None
    #: Where pushes may overtake one another: grows with what the person does, so that a turn reads it in order.
    position: int = 0
    opening: Opening | None = None
    #: Shows that a person who was out of reach can be written to again.
    back_in_reach: bool = False
    #: The key of the delivery this answers, where that is certain, as by a signature of ours.
    answers: str = ""
    #: The number of a matter it names, which anybody may write.
    number: str = ""
    #: Who wrote is who the address says; where not, nothing that exists already may be read or changed.
    proven: bool = True
    #: Written by a machine: it is kept, and never answered.
    automatic: bool = False
    #: The page on which staff see the whole of it, where this is only a part.
    original: str = ""
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def thread(self) -> str:
        """Names one person's talk on one account; everything in order is in order per thread."""
        return thread_of(self.channel, self.account, self.address)


def thread_of(channel: str, account: str, address: str) -> str:
    """The name of a thread, also the tail of its lanes in the job table."""
    return f"{channel}:{account}:{address}"


class Notice(BaseModel):
    """What a message comes down to, for platforms that take approved texts only.

    ``kind`` names the text: "opened", "replied", "answer", "stage", "promised", "progress", "resolved", "fixed_check",
    "closed", "survey". ``values`` fill it in: "number" and "page" of the matter, "time" of what is promised.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    values: dict[str, str] = {}


class Outbound(BaseModel):
    """One message to a person. ``author`` is bot, staff or system; ``author_name`` is shown where possible."""

    model_config = ConfigDict(frozen=True)

    text: str
    author: str = "bot"
    author_name: str | None = None
    #: What it is about, for platforms that show such a line.
    subject: str = ""
    locale: str = "zh"
    #: The person may do without it, and say so: surveys and announcements.
    optional: bool = False
    notice: Notice | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The platform took the message; ``provider_id`` is its name for it."""

    provider_id: str


class TextUnit(StrEnum):
    """What a platform counts when it says a text is too long."""

    CHARACTERS = "characters"
    UTF8 = "utf8"
    UTF16 = "utf16"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How fast a platform takes messages: per account, and per person where that is limited too.

    No second ever sees more than ``per_second + burst`` of an account.
    """

    per_second: float = 1000
    burst: int = 100
    chat_every_s: float = 0


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a platform can do and takes; code asks these, never which channel it is."""

    text_limit: int
    text_unit: TextUnit = TextUnit.CHARACTERS
    #: Quick replies under one message, and how long a label may be (in ``text_unit``).
    buttons: int = 0
    label_limit: int = 64
    attachments: frozenset[MediaKind] = frozenset()
    #: Text and files travel in one message; where not, each file is a message of its own.
    mixed: bool = False
    #: The platform shows named links itself; where not, the adapter is given the address within the text.
    links: bool = False
    #: The platform drops a second message with the same key, so an unknown outcome may be resent.
    idempotent: bool = False
    #: Replies need an opening (:class:`Opening`); without one they wait for the person's next message.
    windowed: bool = False
    #: We may write to somebody who has not written to us.
    first_contact: bool = False
    #: The platform tells of failed deliveries afterwards: a receipt is not yet an arrival.
    reports_failures: bool = False
    rate: Rate = field(default_factory=Rate)
    #: A notice is heard: the quiet hours of the night are kept.
    rings: bool = False
    #: Only approved texts can be sent: see :class:`Notice`.
    templated: bool = False
    #: Hours pass between two messages, so nothing is asked that can do without.
    slow: bool = False
    #: Nothing can be written there at all, as on a telephone line.
    mute: bool = False
    #: How long after a typed message another line of the same thought may follow; None: as the settings say.
    settle_s: float | None = None


class Channel(Protocol):
    """A platform we can send on."""

    name: str
    capabilities: Capabilities

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """Hand one message over that fits the capabilities; raises a DeliveryError, nothing else is expected.

        ``key`` is the idempotency key: the same for every try of one message.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file on its way from a platform to our store."""

    name: str
    content: AsyncIterator[bytes]


@runtime_checkable
class MediaSource(Protocol):
    """A platform that keeps the files people send, for a while."""

    async def fetch(self, *, account: str, media: Media) -> Fetched:
        """Open the file; raises DeliveryDelayedError to be asked again, DeliveryRefusedError when it is gone."""
        ...
