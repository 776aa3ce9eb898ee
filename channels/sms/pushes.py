"""What the providers call us with: reports of the networks, and what people answer. Pure."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from channels.sms.outcomes import ZONE
from channels.sms.templates import Provider
from kit.phones import e164
from kit.text import clean_text

_AT_HOME = re.compile(r"1\d{10}")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of one message; ``key`` is ours, where the provider gives it back."""

    provider_id: str
    address: str
    arrived: bool
    code: str
    text: str
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What somebody answered; ``id`` is unique per provider."""

    id: str
    address: str
    text: str
    sign: str
    sent_at: datetime | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Unread:
    """One entry that is neither, or lacks what it needs."""

    body: bytes
    reason: str


Entry: TypeAlias = Report | Reply | Unread


def read_push(body: bytes, provider: Provider) -> list[Entry]:
    """Everything in one request: whatever it is, nothing is raised."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        return [Unread(body=body, reason=f"no JSON: {error!r}")]
    entries = parsed if isinstance(parsed, list) else [parsed]
    read = _aliyun if provider is Provider.ALIYUN else _tencent
    return [_read(entry, read) for entry in entries]


def _read(entry: object, read: "Callable[[_Fields], Entry]") -> Entry:
    body = json.dumps(entry, ensure_ascii=False).encode(errors="replace")
    if not isinstance(entry, dict):
        return Unread(body=body, reason="no object")
    try:
        return read(_Fields(entry))
    except _MissingError as missing:
        return Unread(body=body, reason=str(missing))


class _MissingError(Exception):
    """A field that is needed is not there, or not what it should be."""


class _Fields:
    """The fields of one entry; texts are cleaned, numbers are texts."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.entry = entry

    def __contains__(self, name: str) -> bool:
        return name in self.entry

    def text(self, name: str) -> str:
        value = self.entry.get(name)
        if value is None or isinstance(value, dict | list | bool):
            return ""
        return clean_text(str(value))

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise _MissingError(f"{name} is missing")
        return value

    def raw(self) -> dict[str, str]:
        """What is kept beside a message, in short."""
        return {clean_text(name): self.text(name)[:200] for name in self.entry if name not in {"content", "text"}}


def _aliyun(fields: _Fields) -> Entry:
    if "biz_id" in fields:
        success = fields.entry.get("success")
        return Report(
            provider_id=fields.needed("biz_id"),
            address=_address(fields.needed("phone_number")),
            arrived=success is True or success in {"true", "1"},
            code=fields.text("err_code"),
            text=fields.text("err_msg"),
            key=fields.text("out_id"),
        )
    if "content" not in fields:
        raise _MissingError("neither a report nor a reply")
    return Reply(
        id=fields.needed("sequence_id"),
        address=_address(fields.needed("phone_number")),
        text=fields.text("content"),
        sign=fields.text("sign_name"),
        sent_at=_moment(fields.text("send_time")),
        raw=fields.raw(),
    )


def _tencent(fields: _Fields) -> Entry:
    if "sid" in fields:
        return Report(
            provider_id=fields.needed("sid"),
            address=_abroad(fields),
            arrived=fields.needed("report_status").upper() == "SUCCESS",
            code=fields.text("errmsg"),
            text=fields.text("description"),
            key=fields.text("ext"),
        )
    if "text" not in fields:
        raise _MissingError("neither a report nor a reply")
    return Reply(
        id=_made_up_id(fields),
        address=_abroad(fields),
        text=fields.text("text"),
        sign=fields.text("sign"),
        sent_at=_moment(fields.text("time")),
        raw=fields.raw(),
    )


def _made_up_id(fields: _Fields) -> str:
    """Tencent names no reply: the same words of the same second are the same reply."""
    parts = [fields.text(name) for name in ("nationcode", "mobile", "time", "extend", "sign", "text")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _abroad(fields: _Fields) -> str:
    return _number(f"+{fields.text('nationcode') or '86'}{fields.needed('mobile')}")


def _address(raw: str) -> str:
    """A number at home comes without its country, any other without its plus."""
    digits = raw.removeprefix("+").removeprefix("00")
    return _number(f"+86{digits}" if _AT_HOME.fullmatch(digits) else f"+{digits}")


def _number(raw: str) -> str:
    number = e164(raw)
    if number is None:
        raise _MissingError(f"no number: {raw}")
    return number


def _moment(said: str) -> datetime | None:
    """In China's time, as a date or in seconds; nothing depends on it."""
    if said.isascii() and said.isdecimal() and len(said) == len("1457336869"):
        return datetime.fromtimestamp(int(said), ZONE)
    for form in _TIMES:
        try:
            return datetime.strptime(said, form).replace(tzinfo=ZONE)
        except ValueError:
            continue
    return None
