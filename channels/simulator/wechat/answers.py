"""What the product answered to a push: nothing, a message for the person, or nonsense."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from channels.simulator.crypto import UnreadableError, signature
from channels.simulator.wechat.account import Format, Mode, OfficialAccount
from channels.simulator.wechat.rules import TEXT_BYTES
from channels.simulator.xml import NotXMLError, read_xml

_KINDS = {"text", "image", "voice", "video", "music", "news", "transfer_customer_service"}


class NonsenseError(ValueError):
    """The answer is none the platform can use: the person is told that the account is out of service."""


@dataclass(frozen=True, kw_only=True)
class PassiveReply:
    """A message in the answer to a push; ``fields`` as they were written."""

    kind: str
    fields: Mapping[str, Any]


def read_answer(account: OfficialAccount, openid: str, response: httpx.Response) -> PassiveReply | None:
    """The reply, None for no reply; raises NonsenseError."""
    body = response.content.decode("utf-8", errors="strict") if _is_utf8(response.content) else None
    if body is None:
        raise NonsenseError("not UTF-8")
    if body in {"", "success"}:
        return None
    fields = _clear_fields(account, _read(account, body))
    _check(account, openid, fields)
    return PassiveReply(kind=fields["MsgType"], fields=fields)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read(account: OfficialAccount, body: str) -> dict[str, Any]:
    try:
        fields = json.loads(body) if account.format is Format.JSON else read_xml(body)
    except (ValueError, NotXMLError) as error:
        raise NonsenseError(f"not {account.format}: {body[:80]}") from error
    if not isinstance(fields, dict):
        raise NonsenseError("no fields")
    return fields


def _clear_fields(account: OfficialAccount, fields: dict[str, Any]) -> dict[str, Any]:
    """Decrypt where the mode asks for it: in safe mode a clear answer is nonsense."""
    if "Encrypt" not in fields:
        if account.mode is Mode.SAFE:
            raise NonsenseError("not encrypted")
        return fields
    if account.mode is Mode.PLAIN:
        raise NonsenseError("encrypted in plain mode")
    parts = (str(fields.get(name, "")) for name in ("TimeStamp", "Nonce", "Encrypt"))
    if signature(account.token, *parts) != fields.get("MsgSignature"):
        raise NonsenseError("wrong signature")
    try:
        return _read(account, account.cipher.decrypt(fields["Encrypt"]))
    except UnreadableError as error:
        raise NonsenseError(f"cannot be decrypted: {error}") from error


def _check(account: OfficialAccount, openid: str, fields: Mapping[str, Any]) -> None:
    if fields.get("ToUserName") != openid or fields.get("FromUserName") != account.gh_id:
        raise NonsenseError("to or from somebody else")
    if not str(fields.get("CreateTime", "")).isdigit():
        raise NonsenseError("no CreateTime")
    if fields.get("MsgType") not in _KINDS:
        raise NonsenseError(f"no such MsgType: {fields.get('MsgType')}")
    if fields["MsgType"] == "text":
        content = fields.get("Content", "")
        if not content or len(content.encode()) > TEXT_BYTES:
            raise NonsenseError("empty or too long")
