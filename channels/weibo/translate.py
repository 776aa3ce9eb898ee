"""From a push to what the product knows. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from channels.port import Inbound, Media, MediaKind, Opening
from channels.weibo.reading import Push
from channels.weibo.settings import CHANNEL

_UID = re.compile(r"\d{1,20}")
_LONGEST_KEY, _LONGEST_REF = 128, 256
_COMMAND_PREFIX = "cmd:"
_COMMANDS = frozenset({"start", "status", "human", "lang", "link"})
_MEDIA = {"image": MediaKind.IMAGE, "voice": MediaKind.VOICE}
#: What a person does besides writing, and the rule of the reply window it falls under.
_ACTS = {
    "follow": "follow",
    "subscribe": "follow",
    "scan": "scan",
    "scan_follow": "scan",
    "click": "menu",
    "mention": "mention",
    "status": "mention",
    "comment": "mention",
}
_LEFT = frozenset({"unfollow", "unsubscribe"})
#: A menu that opens a page has told the person everything.
_UNNEEDED = frozenset({"view"})
_DATES = "%a %b %d %H:%M:%S %z %Y"
_DIGITS = 16


class NotUnderstoodError(ValueError):
    """A push that is not as the documents say."""


@dataclass(frozen=True)
class Left:
    """The person has unfollowed: nothing may be sent any more."""

    address: str


def translate(push: Push, *, uid: str, rules: Mapping[str, Opening]) -> Inbound | Left | None:
    """None for what nobody needs to know; raises NotUnderstoodError."""
    if push.receiver_id != uid:
        raise NotUnderstoodError("for another account")
    if not _UID.fullmatch(push.sender_id):
        raise NotUnderstoodError("no sender")
    kind = push.data.get("subtype", "").lower() if push.type == "event" else push.type
    if push.type == "event" and kind in _LEFT:
        return Left(push.sender_id)
    return None if kind in _UNNEEDED else _inbound(push, kind, rules)


def _inbound(push: Push, kind: str, rules: Mapping[str, Opening]) -> Inbound:
    plain = Inbound(
        channel=CHANNEL,
        account=push.receiver_id,
        address=push.sender_id,
        platform_id=_name_of(push),
        sent_at=_moment(push.created_at),
        back_in_reach=kind != "mention",
        raw={"type": push.type, "text": push.text, **push.data},
    )
    if push.type != "event" and kind != "mention":
        return replace(_message(plain, push, kind), opening=rules["message"])
    if kind not in _ACTS:
        raise NotUnderstoodError(f"an event of a kind nobody knows: {kind[:_LONGEST_KEY]}")
    return replace(_act(plain, push, _ACTS[kind]), opening=rules[_ACTS[kind]])


def _message(plain: Inbound, push: Push, kind: str) -> Inbound:
    if kind == "text":
        return replace(plain, text=push.text)
    if kind == "position":
        point = f"({push.data.get('latitude', '')}, {push.data.get('longitude', '')})"
        return replace(plain, text=" ".join(part for part in ("📍", push.text, point) if part))
    if kind in _MEDIA:
        ref = push.data.get("tovfid", "")
        if not 0 < len(ref) <= _LONGEST_REF:
            raise NotUnderstoodError(f"{kind} without tovfid")
        return replace(plain, media=(Media(ref=ref, kind=_MEDIA[kind]),))
    raise NotUnderstoodError(f"a message of a kind nobody knows: {kind[:_LONGEST_KEY]}")


def _act(plain: Inbound, push: Push, by: str) -> Inbound:
    key = push.data.get("key", "")[:_LONGEST_KEY]
    if by == "mention":
        return replace(plain, text=push.text)
    if by != "menu":
        return replace(plain, command="start", argument=key if by == "scan" else "")
    command, _, argument = key.removeprefix(_COMMAND_PREFIX).partition(":")
    if key.startswith(_COMMAND_PREFIX) and command in _COMMANDS:
        return replace(plain, command=command, argument=argument)
    return replace(plain, button=key)


def _name_of(push: Push) -> str:
    """The platform names no message: who, when and what tell two of them apart, and a repeated one is the same."""
    told = "\0".join((push.type, push.text, *(f"{name}={push.data[name]}" for name in sorted(push.data))))
    digest = hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]
    return f"{push.sender_id}:{push.created_at[:40]}:{push.id[:40]}:{digest}"


def _moment(text: str) -> datetime | None:
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        return datetime.strptime(text, _DATES).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
