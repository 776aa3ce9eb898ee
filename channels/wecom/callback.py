"""What a callback says: that there is something to pull, of which account, and with which token. Pure.

The envelope is signed as a whole, so it is looked at with two patterns and no parser: entities, nesting and
duplicates have nothing to work on. Format: developer.work.weixin.qq.com/document/path/96466 and 94670.
"""

import json
import re
from dataclasses import dataclass

#: What a callback may weigh before anybody looks into it.
MAX_BYTES = 64 * 1024
#: The event that stands for messages and events of 客服.
NEWS = "kf_msg_or_event"
_ENCRYPTED = re.compile(r"<Encrypt>\s*(?:<!\[CDATA\[)?\s*([A-Za-z0-9+/=]+)\s*(?:\]\]>)?\s*</Encrypt>")


@dataclass(frozen=True, kw_only=True)
class Callback:
    """The event's name; for news, whose and the token to pull with."""

    event: str
    open_kfid: str
    token: str


def encrypted_part(body: bytes) -> str | None:
    """The cipher text of an envelope, XML or JSON; None when there is none, or more than one."""
    try:
        text = body.decode("utf8")
    except UnicodeDecodeError:
        return None
    if text.lstrip("\ufeff \r\n\t").startswith("{"):
        return _of_json(text.lstrip("\ufeff"))
    found: list[str] = _ENCRYPTED.findall(text)
    return found[0] if len(found) == 1 and text.count("<Encrypt>") == 1 else None


def read_callback(text: str) -> Callback | None:
    """The event in a decrypted callback; None when it is none."""
    event = _field(text, "Event")
    if not event:
        return None
    return Callback(event=event, open_kfid=_field(text, "OpenKfId"), token=_field(text, "Token"))


def _of_json(text: str) -> str | None:
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError):
        return None
    encrypted = envelope.get("encrypt") or envelope.get("Encrypt") if isinstance(envelope, dict) else None
    return encrypted if isinstance(encrypted, str) else None


def _field(text: str, name: str) -> str:
    found = re.findall(rf"<{name}>\s*(?:<!\[CDATA\[)?\s*([^\s<>\]]*)\s*(?:\]\]>)?\s*</{name}>", text)
    return str(found[0]) if len(found) == 1 else ""
