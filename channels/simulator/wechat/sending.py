"""message/custom/send and customservice/typing: every rule a customer-service message has to keep."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.people import Arrived
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.person import Person
from channels.simulator.wechat.rules import TEXT_BYTES, WORDS
from channels.simulator.wechat.showing import media_message, menu_message, text_message

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform

_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
_VIA = "custom/send"
#: The indicator may be sent so long after the person was last active, and lasts so long.
_TYPING_AFTER = timedelta(seconds=30)
_TYPING_LASTS = timedelta(seconds=15)

OK = {"errcode": 0, "errmsg": "ok"}


def send_message(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """Check and deliver one message; the grant is used up last, when nothing else stands against it."""
    body = well_written(asked)
    person = platform.reachable(account, body.get("touser"))
    arrived = _arrived(platform, account, body)
    check_reach(person)
    code = person.grants.use(platform.clock.now())
    if code:
        raise RefusedError(code, WORDS[code], foreseen=not person.misled)
    person.typing_until = None
    person.sees(arrived)
    return OK


def show_typing(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """Show or hide that somebody is typing."""
    body = well_written(asked)
    person, now = platform.reachable(account, body.get("touser")), platform.clock.now()
    match body.get("command"):
        case "Typing":
            if person.active_at is None or now - person.active_at > _TYPING_AFTER:
                raise RefusedError(45080, WORDS[45080])
            if person.typing_until is not None and person.typing_until > now:
                raise RefusedError(45081, WORDS[45081])
            person.typing_until = now + _TYPING_LASTS
        case "CancelTyping":
            person.typing_until = None
        case _:
            raise RefusedError(45072, WORDS[45072])
    return OK


def well_written(asked: Asked) -> dict[str, Any]:
    """The body, which must be JSON in real UTF-8; raises RefusedError."""
    body = asked.json
    if _ESCAPE.search(asked.body):
        raise RefusedError(40033, WORDS[40033])
    return body


def check_reach(person: Person) -> None:
    """Raise RefusedError for a person who does not want messages; only the first one comes as a surprise."""
    code = 0
    if person.blacklisted:
        code = 43019
    elif not person.following:
        code = 43004
    elif person.refuses:
        code = 48002
    if code:
        raise person.refusal(code, WORDS[code])


def _arrived(platform: "WeChatPlatform", account: OfficialAccount, body: dict[str, Any]) -> Arrived:
    kind = body.get("msgtype")
    content = body.get(str(kind))
    if not isinstance(content, dict):
        raise RefusedError(40008, WORDS[40008])
    match kind:
        case "text":
            _check_text(content.get("content"))
            return text_message(content["content"], via=_VIA, raw=body)
        case "image" | "voice" | "video":
            return media_message(platform, account, kind, content.get("media_id"), _VIA, body)
        case "msgmenu":
            _check_menu(content)
            return menu_message(content, via=_VIA, raw=body)
        case "news":
            return _news(content, body)
        case _:
            raise RefusedError(40008, WORDS[40008])


def _check_text(text: Any) -> None:
    if not isinstance(text, str) or not text.strip():
        raise RefusedError(44004, WORDS[44004])
    if len(text.encode()) > TEXT_BYTES:
        raise RefusedError(45002, WORDS[45002])


def _check_menu(menu: dict[str, Any]) -> None:
    items = menu.get("list")
    if not isinstance(items, list) or not items:
        raise RefusedError(44004, WORDS[44004])
    if not all(isinstance(item, dict) and item.get("id") and item.get("content") for item in items):
        raise RefusedError(40035, WORDS[40035])
    words = [menu.get("head_content", ""), menu.get("tail_content", ""), *(str(item["content"]) for item in items)]
    if sum(len(word.encode()) for word in words) > TEXT_BYTES:
        raise RefusedError(45002, WORDS[45002])


def _news(content: dict[str, Any], body: dict[str, Any]) -> Arrived:
    articles = content.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise RefusedError(45008, WORDS[45008])
    (article,) = articles
    title = str(article.get("title", ""))
    text = "\n".join(part for part in (title, article.get("description", "")) if part)
    return Arrived(kind="news", text=text, links={title: str(article.get("url", ""))}, via=_VIA, raw=body)
