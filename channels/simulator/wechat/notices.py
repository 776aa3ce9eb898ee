"""Template messages and subscription notices: what may be sent when the reply window is shut."""

import re
from typing import TYPE_CHECKING, Any

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.people import Arrived
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.person import Person
from channels.simulator.wechat.rules import WORDS
from channels.simulator.wechat.sending import OK, well_written

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform

#: How long a field may be, by the letters of its name; fields of other kinds are not checked here.
_LONGEST = {"thing": 20, "number": 32, "letter": 32, "character_string": 32, "phrase": 5, "name": 10, "const": 20}
_KIND = re.compile(r"^([a-z_]+?)\d*$")


def send_template(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """Send a template message; whether it arrived is told later by an event."""
    body = well_written(asked)
    if body.get("template_id") not in account.templates:
        raise RefusedError(40037, WORDS[40037])
    person = _follower(platform, account, body)
    data = _checked(body)
    number = platform.next_number() + 2_000_000_000
    blocked = person.refuses or person.blacklisted
    if not blocked:
        person.sees(_shown("template", data, body, via="template/send"))
    status = "failed:user block" if blocked else "success"
    event = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": number, "Status": status}
    platform.soon(platform.push(person, event, key=f"job:{number}"))
    return {**OK, "msgid": number}


def send_subscription(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """Send a subscription notice, which uses up one consent of the person."""
    body = well_written(asked)
    template = body.get("template_id")
    if template not in account.subscription_templates:
        raise RefusedError(40037, WORDS[40037])
    person = _follower(platform, account, body)
    data = _checked(body)
    if not person.consents.get(str(template)):
        raise RefusedError(43101, WORDS[43101])
    person.consents[str(template)] -= 1
    person.sees(_shown("subscription", data, body, via="subscribe/bizsend"))
    number = platform.next_number() + 2_000_000_000
    sent = {"TemplateId": template, "MsgID": number, "ErrorCode": 0, "ErrorStatus": "success"}
    listed = platform.listed(account, "SubscribeMsgSentEvent", [sent])
    event = {"MsgType": "event", "Event": "subscribe_msg_sent_event", **listed}
    platform.soon(platform.push(person, event, key=f"job:{number}"))
    return {**OK, "msgid": number}


def list_templates(_platform: "WeChatPlatform", account: OfficialAccount, _asked: Asked) -> Answer:
    """The template messages the account may send."""
    return {"template_list": [{"template_id": each, "title": each} for each in sorted(account.templates)]}


def list_subscriptions(_platform: "WeChatPlatform", account: OfficialAccount, _asked: Asked) -> Answer:
    """The subscription notices the account may send."""
    listed = [{"priTmplId": each, "title": each, "type": 2} for each in sorted(account.subscription_templates)]
    return {**OK, "data": listed}


def _follower(platform: "WeChatPlatform", account: OfficialAccount, body: dict[str, Any]) -> Person:
    person = platform.reachable(account, body.get("touser"))
    if not person.following:
        raise person.refusal(43004, WORDS[43004])
    return person


def _checked(body: dict[str, Any]) -> dict[str, str]:
    """The fields' values; raises RefusedError for one that is empty or too long for its kind."""
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        raise RefusedError(47003, WORDS[47003])
    values = {}
    for name, entry in data.items():
        value = entry.get("value") if isinstance(entry, dict) else None
        kind = _KIND.match(name)
        longest = _LONGEST.get(kind[1]) if kind else None
        if not isinstance(value, str) or not value or (longest is not None and len(value) > longest):
            raise RefusedError(47003, f"{WORDS[47003]}.{name}.value invalid")
        values[name] = value
    return values


def _shown(kind: str, data: dict[str, str], body: dict[str, Any], *, via: str) -> Arrived:
    text = "\n".join(data.values())
    url = str(body.get("url") or body.get("page") or "")
    return Arrived(kind=kind, text=text, links={"详情": url} if url else {}, via=via, raw=body)
