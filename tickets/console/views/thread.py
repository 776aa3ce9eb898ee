"""What was said and what happened, in one order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from kit.settings import Locale
from tickets.conversations.models import Author, Message
from tickets.models import EventKind, TicketEvent
from tickets.sending.models import HeldReply
from tickets.timeline import describe, spoken

#: These lines only say that a message was written, and the message itself is shown.
_SHOWN_AS_MESSAGES = {EventKind.REPLIED, EventKind.NOTED, EventKind.CUSTOMER_WROTE}
#: What a virus scanner said of a file.
_CLEAN, _INFECTED = "clean", "infected"
#: States of a delivery that staff must not overlook.
_NOT_ARRIVED = {"failed", "unknown", "expired"}
#: States that are told of the bot's words too: that they arrived is the rule.
_EXCEPTIONS = {*_NOT_ARRIVED, "parked"}


class Voice(StrEnum):
    """How an entry looks; NOTE is for staff only and must never be taken for anything else."""

    CUSTOMER = "customer"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"
    NOTE = "note"
    EVENT = "event"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A bubble, or a line between bubbles."""

    id: str
    voice: Voice
    who: str
    at: datetime
    text: str
    delivery: "Outcome | None" = None
    buttons: list[str] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    files: list["ShownFile"] = field(default_factory=list)
    #: What it said before the person edited it, oldest first, each with the moment it was replaced.
    earlier: list[tuple[str, datetime]] = field(default_factory=list)
    #: What must be known of it at first sight.
    marks: list["Mark"] = field(default_factory=list)
    #: Where the whole of it is shown, if this is only a part.
    original: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a message on its platform; ``bad`` ones the customer may not have."""

    text: str
    bad: bool


@dataclass(frozen=True)
class Mark:
    """A word on a message, and what follows from it."""

    name: str
    text: str
    help: str


@dataclass(frozen=True)
class ShownFile:
    """A file of a message: a picture, a player, a link; without ``href`` it could not be had from its platform.

    ``blocked``: it holds a virus. ``unscanned``: it comes from outside, and no scanner has looked at it.
    """

    id: str
    name: str
    href: str
    kilobytes: int
    kind: str
    blocked: bool
    unscanned: bool


@dataclass(frozen=True)
class Waiting:
    """A reply that has not left yet; ``mine`` can be taken back."""

    id: int
    who: str
    text: str
    files: list[str]
    send_at: datetime
    mine: bool


def waiting_replies(held: Iterable[HeldReply], staff_id: int) -> list[Waiting]:
    """In the order in which they will leave."""
    return [
        Waiting(
            one.id,
            one.staff_name,
            one.text,
            [str(file.get("name", "")) for file in one.attachments],
            one.send_at,
            mine=one.staff_id == staff_id,
        )
        for one in held
    ]


def last_heard(messages: Iterable[Message]) -> int:
    """The newest message between desk and customer; what the bot says needs no second look before an answer."""
    told = {Author.CUSTOMER, Author.STAFF}
    return max((said.id for said in messages if said.author in told and not said.internal), default=0)


def thread_of(messages: Iterable[Message], events: Iterable[TicketEvent], locale: Locale, zone: str) -> list[Entry]:
    """Messages and the events between them, oldest first."""
    bubbles = [_bubble(message, locale) for message in messages]
    lines = [_line(event, locale, zone) for event in events if event.kind not in _SHOWN_AS_MESSAGES]
    return sorted([*bubbles, *lines], key=lambda entry: entry.at)


def _bubble(message: Message, locale: Locale) -> Entry:
    voice = Voice.NOTE if message.internal else Voice(message.author)
    outgoing = message.author != Author.CUSTOMER and not message.internal
    return Entry(
        id=f"m{message.id}",
        voice=voice,
        who=message.author_name or spoken("console.actor", message.author, locale),
        at=message.created_at,
        text=message.text,
        delivery=_delivery(message, locale) if outgoing and _is_told(message) else None,
        buttons=[str(button.get("label", "")) for button in message.buttons],
        links=[link for link in message.links if is_web(str(link.get("url", "")))],
        files=[_file(message, file, locale) for file in message.attachments],
        earlier=[(str(old["text"]), datetime.fromisoformat(old["at"])) for old in message.revisions or ()],
        marks=[_mark(name, locale) for name in message.marks or ()],
        original=message.original if message.original and is_web(message.original) else "",
    )


def _mark(name: str, locale: Locale) -> Mark:
    return Mark(name, spoken("console.mark", name, locale), spoken("console.mark.help", name, locale))


def _is_told(message: Message) -> bool:
    # That the bot's own words arrived is the rule and not recorded; only the exceptions are.
    return message.author != Author.BOT or message.delivery in _EXCEPTIONS


def _delivery(message: Message, locale: Locale) -> Outcome:
    # Nothing is recorded before the first try.
    state = message.delivery or "queued"
    return Outcome(spoken("console.delivery", state, locale), bad=state in _NOT_ARRIVED)


def is_web(url: str) -> bool:
    """Whether it may stand in a link: an address of ours or of the web, never a script."""
    return url.startswith(("https://", "http://")) or (url.startswith("/") and not url.startswith("//"))


def _file(message: Message, file: dict[str, Any], locale: Locale) -> ShownFile:
    file_id, major = str(file.get("id") or ""), str(file.get("mime", "")).partition("/")[0]
    scan = file.get("scan") or ""
    return ShownFile(
        id=f"f{message.id}-{file_id}",
        # What could not be fetched often has no name but its kind.
        name=spoken("console.file", str(file.get("name", "")), locale),
        href=f"/console/files/{message.id}/{file_id}" if file_id else "",
        kilobytes=max(1, int(file.get("size", 0)) // 1024),
        kind=major if major in {"image", "audio", "video"} else "file",
        blocked=scan == _INFECTED,
        unscanned=message.author == Author.CUSTOMER and scan != _CLEAN,
    )


def _line(event: TicketEvent, locale: Locale, zone: str) -> Entry:
    return Entry(
        id=f"e{event.id}",
        voice=Voice.EVENT,
        who=event.actor_name or spoken("console.actor", event.actor, locale),
        at=event.at,
        text=describe(event, locale, zone, stages="console.stages"),
    )
