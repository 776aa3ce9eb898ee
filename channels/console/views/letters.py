"""Messages that did not arrive, as their list shows them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.console.views.health import ICONS, OTHER_ICON
from channels.console.words import channel_title, word
from channels.models import Delivery, DeliveryState, UnparsedPush
from channels.port import Outbound
from kit.i18n import Locale
from kit.masking import mask_address
from kit.phones import readable

#: A shorter address may be part of any word.
_NAMES_SOMEBODY = 7
#: So much of a push is shown; the whole of it can be saved.
SHOWN_BODY = 4000


@dataclass(frozen=True, kw_only=True)
class LetterRow:
    """One message: what was said to whom, what the platform said about it, and what that means."""

    id: int
    key: str
    state: str
    account: str
    icon: str
    address: str
    thread: str
    text: str
    files: list[str]
    author: str
    said: str
    meaning: str
    attempts: int
    parts_sent: int
    queued_at: datetime
    unsure: bool


@dataclass(frozen=True, kw_only=True)
class PushRow:
    """One push that could not be read."""

    id: int
    account: str
    icon: str
    reason: str
    body: str
    cut: bool
    size: int
    received_at: datetime


def letter_row(delivery: Delivery, labels: Mapping[tuple[str, str], str], locale: Locale) -> LetterRow:
    message = Outbound.model_validate(delivery.body)
    code = delivery.error_code or ""
    return LetterRow(
        id=delivery.id,
        key=delivery.key,
        state=delivery.state,
        account=account_label(delivery.channel, delivery.account, labels, locale),
        icon=ICONS.get(delivery.channel, OTHER_ICON),
        address=mask_address(delivery.address),
        thread=delivery.thread,
        text=message.text,
        files=[file.name for file in message.attachments],
        author=message.author_name or word(f"channels.author.{message.author}", locale, message.author),
        said=f"{code} {_without(delivery.address, delivery.error_text)}".strip() if delivery.error_text else "",
        meaning=_meaning(delivery, code, locale),
        attempts=delivery.attempts,
        parts_sent=delivery.parts_sent,
        queued_at=delivery.queued_at,
        unsure=delivery.state == DeliveryState.UNKNOWN,
    )


def _without(address: str, said: str) -> str:
    """The platform's words; mail servers above all repeat in them to whom the message was."""
    national = readable(address).replace(" ", "") if address.startswith("+") else address
    forms = [re.escape(form) for form in (address, national) if len(form) >= _NAMES_SOMEBODY]
    return re.sub("|".join(forms), lambda _: mask_address(address), said, flags=re.IGNORECASE) if forms else said


def _meaning(delivery: Delivery, code: str, locale: Locale) -> str:
    """In plain words: of the platform's code where somebody wrote any, of our own, else of the state."""
    for key in (f"channels.{delivery.channel}.code.{code}", f"channels.code.{code}"):
        if code and (known := word(key, locale)):
            return known
    return word(f"channels.meaning.{delivery.state}", locale)


def push_row(push: UnparsedPush, labels: Mapping[tuple[str, str], str], locale: Locale) -> PushRow:
    text = push.body.decode("utf8", errors="replace")
    return PushRow(
        id=push.id,
        account=account_label(push.channel, push.account, labels, locale),
        icon=ICONS.get(push.channel, OTHER_ICON),
        reason=push.reason,
        body=text[:SHOWN_BODY],
        cut=len(text) > SHOWN_BODY,
        size=len(push.body),
        received_at=push.received_at,
    )


def account_label(channel: str, name: str, labels: Mapping[tuple[str, str], str], locale: Locale) -> str:
    """The account as it is called here; one that was removed by its name on the platform."""
    title = channel_title(channel, locale)
    label = labels.get((channel, name), "" if channel == "webchat" else name)
    return f"{title} · {label}" if label else title
