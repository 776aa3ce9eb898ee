"""The platform's messages and events, translated. Pure.

Source: 接收消息和事件 (developer.work.weixin.qq.com/document/path/94670). The platform adds kinds over the years: an
unknown kind of message is still a message, and an unknown event is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from channels.port import Inbound, Media, MediaKind
from channels.wecom.settings import CHANNEL
from kit.i18n import translate as say
from kit.text import clean_text

#: Whose words they are.
_CUSTOMER, _EVENT, _SERVICER = 3, 4, 5
_MEDIA = {
    "image": MediaKind.IMAGE,
    "voice": MediaKind.VOICE,
    "video": MediaKind.VIDEO,
    "file": MediaKind.FILE,
}
#: Values deeper than this belong to nobody's message.
_DEEPEST = 20


class UnreadableError(Exception):
    """Not an item the platform's document describes."""


@dataclass(frozen=True, kw_only=True)
class CustomerSaid:
    """A message of a customer."""

    inbound: Inbound


@dataclass(frozen=True, kw_only=True)
class ServicerSaid:
    """A message of a servicer, written in the 企业微信 app."""

    platform_id: str
    customer: str
    servicer: str
    text: str
    media: tuple[Media, ...]
    sent_at: datetime
    raw: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A customer has opened the chat; with a ``code`` one greeting may go out, see :mod:`channels.wecom.sessions`."""

    inbound: Inbound
    code: str
    entered_at: datetime


@dataclass(frozen=True, kw_only=True)
class SendFailed:
    """A message of ours the platform had taken has not arrived."""

    customer: str
    msgid: str
    fail_type: int


@dataclass(frozen=True, kw_only=True)
class SessionChanged:
    """A session has changed hands in the 企业微信 app."""

    customer: str
    change_type: int
    servicer: str
    code: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ServicerChanged:
    """A servicer has begun or stopped receiving customers."""

    servicer: str
    receiving: bool


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """The customer has taken a message back."""

    customer: str
    msgid: str


@dataclass(frozen=True, kw_only=True)
class OtherEvent:
    """An event we do nothing about."""

    name: str


Item: TypeAlias = (
    CustomerSaid | ServicerSaid | Entered | SendFailed | SessionChanged | ServicerChanged | Recalled | OtherEvent
)


def read_item(item: object, account: str) -> Item:
    """One item of a page; raises UnreadableError."""
    if not isinstance(item, dict):
        raise UnreadableError("not an object")
    kind, origin = item.get("msgtype"), item.get("origin")
    if kind == "event":
        return _event(item, account)
    if origin == _CUSTOMER:
        return CustomerSaid(inbound=_inbound(item, account))
    if origin == _SERVICER:
        return _servicer_said(item)
    raise UnreadableError(f"origin {origin!r}")


def _inbound(item: Mapping[str, Any], account: str) -> Inbound:
    text, media = _content(item)
    return Inbound(
        channel=CHANNEL,
        account=account,
        address=_named(item, "external_userid"),
        platform_id=_named(item, "msgid"),
        text=text,
        button=_string(_part(item, "text"), "menu_id") or None,
        media=media,
        sent_at=_moment(item),
        raw=cleaned(item),
    )


def _servicer_said(item: Mapping[str, Any]) -> ServicerSaid:
    text, media = _content(item)
    return ServicerSaid(
        platform_id=_named(item, "msgid"),
        customer=_named(item, "external_userid"),
        servicer=_string(item, "servicer_userid"),
        text=text,
        media=media,
        sent_at=_moment(item),
        raw=cleaned(item),
    )


def _content(item: Mapping[str, Any]) -> tuple[str, tuple[Media, ...]]:
    """The words of a message of any kind, and its file."""
    kind = _named(item, "msgtype")
    part = _part(item, kind)
    if kind in _MEDIA:
        return "", (Media(ref=_named(part, "media_id"), kind=_MEDIA[kind], name=_string(part, "filename")),)
    words = _WORDS.get(kind)
    if words is not None:
        return words(part), ()
    return say("channels.wecom.said.other", "zh", kind=kind), ()


def _text(part: Mapping[str, Any]) -> str:
    return _string(part, "content")


def _location(part: Mapping[str, Any]) -> str:
    place = " ".join(filter(None, (_string(part, "name"), _string(part, "address"))))
    where = f"{part.get('latitude', '?')}, {part.get('longitude', '?')}"
    return say("channels.wecom.said.location", "zh", place=place, where=where)


def _link(part: Mapping[str, Any]) -> str:
    lines = ("title", "desc", "url")
    return say("channels.wecom.said.link", "zh", link="\n".join(filter(None, (_string(part, line) for line in lines))))


def _menu(part: Mapping[str, Any]) -> str:
    """A menu, as servicers and other programs send it."""
    labels = [_string(_part(entry, str(entry.get("type"))), "content") for entry in _parts(part, "list")]
    return "\n".join(filter(None, (_string(part, "head_content"), *labels, _string(part, "tail_content"))))


def _merged(part: Mapping[str, Any]) -> str:
    names = dict.fromkeys(_string(entry, "sender_name") for entry in _parts(part, "item"))
    return say("channels.wecom.said.merged", "zh", title=_string(part, "title"), names="、".join(filter(None, names)))


def _titled(key: str, *fields: str) -> Callable[[Mapping[str, Any]], str]:
    """What is known by a line or two of its own."""

    def words(part: Mapping[str, Any]) -> str:
        return say(key, "zh", title=" ".join(filter(None, (_string(part, field) for field in fields))))

    return words


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "text": _text,
    "location": _location,
    "link": _link,
    "msgmenu": _menu,
    "merged_msg": _merged,
    "business_card": _titled("channels.wecom.said.card", "userid"),
    "miniprogram": _titled("channels.wecom.said.miniprogram", "title"),
    "channels": _titled("channels.wecom.said.channels", "nickname", "title"),
    "channels_shop_product": _titled("channels.wecom.said.product", "shop_nickname", "title"),
    "channels_shop_order": _titled("channels.wecom.said.order", "shop_nickname", "order_id", "product_titles"),
}


def _event(item: Mapping[str, Any], account: str) -> Item:
    event = _part(item, "event")
    name = _named(event, "event_type")
    reader = _EVENTS.get(name)
    return reader(item, event, account) if reader else OtherEvent(name=name)


def _entered(item: Mapping[str, Any], event: Mapping[str, Any], account: str) -> Entered:
    inbound = Inbound(
        channel=CHANNEL,
        account=account,
        address=_named(event, "external_userid"),
        platform_id=_named(item, "msgid"),
        command="start",
        # The parameter is made by us for one person, the scene stands on every copy of a link.
        argument=_string(event, "scene_param") or _string(event, "scene"),
        sent_at=_moment(item),
        raw=cleaned(item),
    )
    return Entered(inbound=inbound, code=_string(event, "welcome_code"), entered_at=_moment(item))


def _send_failed(_item: Mapping[str, Any], event: Mapping[str, Any], _account: str) -> SendFailed:
    return SendFailed(
        customer=_string(event, "external_userid"),
        msgid=_named(event, "fail_msgid"),
        fail_type=_number(event, "fail_type"),
    )


def _session_changed(item: Mapping[str, Any], event: Mapping[str, Any], _account: str) -> SessionChanged:
    return SessionChanged(
        customer=_named(event, "external_userid"),
        change_type=_number(event, "change_type"),
        servicer=_string(event, "new_servicer_userid"),
        code=_string(event, "msg_code"),
        changed_at=_moment(item),
    )


def _servicer_changed(_item: Mapping[str, Any], event: Mapping[str, Any], _account: str) -> ServicerChanged:
    # 1: receives customers; 2: does not.
    return ServicerChanged(servicer=_named(event, "servicer_userid"), receiving=_number(event, "status") == 1)


def _recalled(_item: Mapping[str, Any], event: Mapping[str, Any], _account: str) -> Recalled:
    return Recalled(customer=_named(event, "external_userid"), msgid=_named(event, "recall_msgid"))


_EVENTS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], str], Item]] = {
    "enter_session": _entered,
    "msg_send_fail": _send_failed,
    "session_status_change": _session_changed,
    "servicer_status_change": _servicer_changed,
    "user_recall_msg": _recalled,
}


def cleaned(value: Any, depth: int = 0) -> Any:
    """The value as any database can keep it: no NUL, no lone surrogates, not endlessly deep."""
    if depth > _DEEPEST:
        raise UnreadableError("nested too deep")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): cleaned(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [cleaned(each, depth + 1) for each in value]
    return value


def _part(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = item.get(name)
    return part if isinstance(part, dict) else {}


def _parts(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    parts = part.get(name)
    return [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []


def _string(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return clean_text(value) if isinstance(value, str) else ""


def _named(part: Mapping[str, Any], name: str) -> str:
    value = _string(part, name)
    if not value:
        raise UnreadableError(f"no {name}")
    return value


def _number(part: Mapping[str, Any], name: str) -> int:
    value = part.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnreadableError(f"{name} is no number")
    return value


def _moment(item: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(_number(item, "send_time"), UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise UnreadableError("send_time is no moment") from error
