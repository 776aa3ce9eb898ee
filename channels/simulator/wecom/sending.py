"""kf/send_msg and kf/send_msg_on_event: every rule a message has to keep."""

import re
import secrets
from typing import TYPE_CHECKING, Any

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.people import Arrived
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.customer import Customer, Tap
from channels.simulator.wecom.rules import (
    CLICK_CONTENT_BYTES,
    CLICK_ID_BYTES,
    FAILED_REFUSED_BY_CUSTOMER,
    MENU_ITEMS,
    MENU_WORDS_BYTES,
    SPEAKABLE,
    TEXT_BYTES,
    VIEW_BYTES,
    WORDS,
)

if TYPE_CHECKING:
    from channels.simulator.wecom.state import WeComPlatform

_MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")


def send_message(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """Check and deliver one message; a customer who refuses it is found out afterwards."""
    body = asked.json
    customer = customer_of(platform, corp, body.get("open_kfid"), body.get("touser"))
    arrived = _arrived(platform, corp, body, via="send_msg")
    msgid = _msgid(platform, customer, body)
    _check_state(platform, customer)
    customer.session.use(platform.now)
    _deliver(platform, customer, msgid, arrived)
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


def send_on_event(platform: "WeComPlatform", corp: Corp, asked: Asked) -> Answer:
    """One message for the code of an event, while it is good; it costs nothing of the five."""
    body = asked.json
    if body.get("msgtype") not in {"text", "msgmenu"}:
        raise RefusedError(40008, WORDS[40008])
    arrived = _arrived(platform, corp, body, via="send_msg_on_event")
    customer = _owner(platform, corp, str(body.get("code", "")))
    msgid = _msgid(platform, customer, body)
    customer.session.codes.pop(body["code"])
    customer.session.addressed_at = platform.now
    _deliver(platform, customer, msgid, arrived)
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


def customer_of(platform: "WeComPlatform", corp: Corp, open_kfid: Any, external_userid: Any) -> Customer:
    """Who is meant by a call; raises RefusedError."""
    if open_kfid not in corp.accounts:
        raise RefusedError(95004, WORDS[95004])
    customer = platform.customers.get((str(open_kfid), str(external_userid)))
    if customer is None:
        raise RefusedError(84061, WORDS[84061])
    return customer


def _check_state(platform: "WeComPlatform", customer: Customer) -> None:
    """Only the bot's sessions; it is no fault of the product that it has not been told of a change yet."""
    if customer.state in SPEAKABLE:
        return
    read_to = platform.journal.read_to.get(customer.account.open_kfid, 0)
    raise RefusedError(95018, WORDS[95018], foreseen=customer.session.told_in <= read_to)


def _owner(platform: "WeComPlatform", corp: Corp, code: str) -> Customer:
    for customer in platform.customers.values():
        found = customer.session.codes.get(code)
        if customer.corp is corp and found is not None and found.expires_at > platform.now:
            return customer
    raise RefusedError(95025, WORDS[95025])


def _msgid(platform: "WeComPlatform", customer: Customer, body: dict[str, Any]) -> str:
    msgid = body.get("msgid") or secrets.token_hex(16)
    if not isinstance(msgid, str) or not _MSGID.fullmatch(msgid):
        raise RefusedError(40058, f"{WORDS[40058]}: msgid")
    if (customer.account.open_kfid, msgid) in platform.used:
        # Allowed: it is how a message whose outcome is unknown is asked about.
        raise RefusedError(40058, f"{WORDS[40058]}: msgid repeated", foreseen=False)
    return msgid


def _deliver(platform: "WeComPlatform", customer: Customer, msgid: str, arrived: Arrived) -> None:
    platform.used.add((customer.account.open_kfid, msgid))
    if not customer.refuses:
        customer.sees(arrived)
        return
    failed = {"event_type": "msg_send_fail", "fail_msgid": msgid, "fail_type": FAILED_REFUSED_BY_CUSTOMER}
    platform.soon(platform.happened(customer, customer.event(failed)))


def _arrived(platform: "WeComPlatform", corp: Corp, body: dict[str, Any], *, via: str) -> Arrived:
    kind = str(body.get("msgtype"))
    content = body.get(kind)
    if not isinstance(content, dict):
        raise RefusedError(40008, WORDS[40008])
    match kind:
        case "text":
            text = content.get("content")
            _check_bytes(text, TEXT_BYTES)
            return Arrived(kind=kind, text=str(text), via=via, raw=body)
        case "image" | "voice" | "video" | "file":
            stored = platform.media.get(corp.corp_id, str(content.get("media_id")), platform.now)
            if stored.kind != kind:
                raise RefusedError(40007, WORDS[40007])
            return Arrived(kind=kind, media=stored.content, media_name=stored.name, via=via, raw=body)
        case "msgmenu":
            return _menu(content, body, via)
        case "link":
            platform.media.get(corp.corp_id, str(content.get("thumb_media_id")), platform.now)
            title, url = str(content.get("title", "")), str(content.get("url", ""))
            return Arrived(kind=kind, text=title, links={title: url}, via=via, raw=body)
        case _:
            raise RefusedError(40008, WORDS[40008])


def _menu(menu: dict[str, Any], body: dict[str, Any], via: str) -> Arrived:
    items = menu.get("list")
    if not isinstance(items, list) or not items or len(items) > MENU_ITEMS:
        raise RefusedError(95008, WORDS[95008])
    words = [str(menu.get("head_content", "")), str(menu.get("tail_content", ""))]
    if any(len(word.encode()) > MENU_WORDS_BYTES for word in words):
        raise RefusedError(45002, WORDS[45002])
    shown = Arrived(kind="msgmenu", via=via, raw=body)
    lines = [_item(shown, item) for item in items]
    shown.text = "\n".join(line for line in (words[0], *lines, words[1]) if line)
    return shown


def _item(shown: Arrived, item: Any) -> str:
    """Check one item and put it on the screen; returns its words."""
    kind = item.get("type") if isinstance(item, dict) else None
    content = item.get(str(kind)) if kind in {"click", "view", "text"} else None
    if not isinstance(content, dict):
        raise RefusedError(95009, WORDS[95009])
    label = str(content.get("content", ""))
    match kind:
        case "click":
            _check_bytes(content.get("id") or "", CLICK_ID_BYTES)
            _check_bytes(label, CLICK_CONTENT_BYTES)
            shown.taps[label] = Tap(id=str(content["id"]), content=label)
            shown.buttons.append(label)
        case "view":
            _check_bytes(content.get("url") or "", VIEW_BYTES)
            _check_bytes(label, MENU_WORDS_BYTES)
            shown.links[label] = str(content["url"])
        case _:
            _check_bytes(label, MENU_WORDS_BYTES)
    return label


def _check_bytes(text: Any, most: int) -> None:
    if not isinstance(text, str) or not text.strip():
        raise RefusedError(44004, WORDS[44004])
    if len(text.encode()) > most:
        raise RefusedError(45002, WORDS[45002])
