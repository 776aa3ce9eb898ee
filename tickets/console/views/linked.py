"""A person's addresses as the side panel shows them: masked, as everything personal is."""

from dataclasses import dataclass
from datetime import datetime

from kit.i18n import translate
from kit.masking import mask_address, mask_email, mask_number
from kit.settings import Locale
from tickets.calls.talks import LINE
from tickets.console.queries.linked import LinkedRecord, LinkRecord
from tickets.console.views.queue import CHANNEL_ICONS, OTHER_CHANNEL_ICON
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.linking.conflicts import conflicts
from tickets.linking.service import UNDO_WITHIN
from tickets.timeline import spoken

USUAL_NIGHTS = ("20:00-09:00", "22:00-08:00", "23:00-07:00")
_MASKS = {"phone": mask_number, "email": mask_email, "tax_id": mask_number}


@dataclass(frozen=True)
class Address:
    """Where the person writes from."""

    conversation_id: int
    icon: str
    label: str
    preferred: bool
    fallback: bool
    #: News can be written there; on a telephone line nothing can.
    readable: bool
    last_at: datetime


@dataclass(frozen=True)
class Joined:
    """Two addresses that belong to one person; it can be undone for a while."""

    id: int
    one: str
    other: str
    at: datetime | None
    can_undo: bool


@dataclass(frozen=True)
class Waiting:
    """Two addresses of which staff have to say whether they are one person's: label, one value, the other."""

    id: int
    one: str
    other: str
    differences: list[tuple[str, str, str]]


@dataclass(frozen=True)
class LinkedView:
    """The part of the side panel about addresses."""

    addresses: list[Address]
    #: What staff may choose: value, label, and whether it is chosen.
    quiet: list[tuple[str, str, bool]]
    joined: list[Joined]
    waiting: list[Waiting]

    @property
    def mute(self) -> bool:
        """Nothing that is written reaches the person."""
        return not any(address.readable for address in self.addresses)

    @property
    def prefers(self) -> bool:
        return any(address.preferred for address in self.addresses)


def linked_view(record: LinkedRecord, now: datetime, locale: Locale) -> LinkedView:
    return LinkedView(
        addresses=[_address(talk, record, locale) for talk in record.talks],
        quiet=_quiet(record.quiet_hours, locale),
        joined=[_joined(one, now, locale) for one in record.joined],
        waiting=[_waiting(one, locale) for one in record.pending],
    )


def _address(talk: Conversation, record: LinkedRecord, locale: Locale) -> Address:
    return Address(
        talk.id,
        CHANNEL_ICONS.get(talk.channel, OTHER_CHANNEL_ICON),
        _label(talk, locale),
        preferred=talk.thread == record.preferred,
        fallback=talk.thread == record.fallback,
        readable=talk.channel != LINE.channel,
        last_at=talk.last_message_at,
    )


def _quiet(own: str | None, locale: Locale) -> list[tuple[str, str, bool]]:
    """The usual nights, and the person's own where it is another."""
    nights = sorted({*USUAL_NIGHTS, *([own] if own else [])})
    return [
        ("org", translate("console.linked.quiet.org", locale), own is None),
        ("", translate("console.linked.quiet.never", locale), own == ""),
        *((hours, translate("console.linked.quiet.at", locale, hours=hours), own == hours) for hours in nights),
    ]


def _label(talk: Conversation, locale: Locale) -> str:
    return f"{spoken('console.channel', talk.channel, locale)} {mask_address(talk.address)}"


def _joined(record: LinkRecord, now: datetime, locale: Locale) -> Joined:
    at = record.link.linked_at
    can_undo = at is not None and at + UNDO_WITHIN >= now
    return Joined(
        record.link.id, _label(record.shown_in, locale), _label(record.given_in, locale), at, can_undo=can_undo
    )


def _waiting(record: LinkRecord, locale: Locale) -> Waiting:
    differences = []
    if record.contacts:
        one, other = record.contacts
        differences = [
            (spoken("console.fact", name, locale), _masked(one, name), _masked(other, name))
            for name in conflicts(one, other)
        ]
    return Waiting(record.link.id, _label(record.shown_in, locale), _label(record.given_in, locale), differences)


def _masked(contact: Contact, name: str) -> str:
    return _MASKS[name](getattr(contact, name))
