"""Our messages as the platform takes them. Pure.

Limits: 发送消息 (developer.work.weixin.qq.com/document/path/96427): text 2048 bytes; a menu's head and tail 1024 each,
at most ten entries, an entry's id 64 and its words 128 bytes.
"""

from typing import Any

from channels.compose import split_text
from channels.port import Button, Outbound, TextUnit

#: A little below the platform's 2048, which counts what it adds.
TEXT_BYTES = 2000
LABEL_BYTES, MENU_ENTRIES = 128, 10
_ID_BYTES, _HEAD_BYTES = 64, 1024


def text_body(message: Outbound) -> dict[str, Any]:
    """A text, or a menu where there are quick replies."""
    entries = [_entry(button) for button in message.buttons if len(button.id.encode()) <= _ID_BYTES]
    if not entries:
        return {"msgtype": "text", "text": {"content": message.text}}
    head, tail = _around(message.text)
    menu = {"head_content": head, "list": entries[:MENU_ENTRIES], "tail_content": tail}
    return {"msgtype": "msgmenu", "msgmenu": menu if tail else {key: menu[key] for key in ("head_content", "list")}}


def media_body(kind: str, media_id: str) -> dict[str, Any]:
    """A file that was uploaded before."""
    return {"msgtype": kind, kind: {"media_id": media_id}}


def _entry(button: Button) -> dict[str, Any]:
    return {"type": "click", "click": {"id": button.id, "content": cut(button.label, LABEL_BYTES)}}


def _around(text: str) -> tuple[str, str]:
    """What stands above the entries and what below: a text too long for the head goes on under them."""
    parts = split_text(text, _HEAD_BYTES, TextUnit.UTF8)
    head, tail = parts[0] if parts else "", "\n".join(parts[1:])
    if len(tail.encode()) > _HEAD_BYTES:
        head = cut(text, _HEAD_BYTES)
        tail = cut(text[len(head) :], _HEAD_BYTES)
    return head, tail


def cut(text: str, limit: int) -> str:
    """The beginning that fits so many bytes, with no character cut in two."""
    return text.encode()[:limit].decode(errors="ignore")
