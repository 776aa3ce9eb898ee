"""Every call the simulated platform knows, and the order in which it looks at one: token, quota, then the rules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from channels.simulator.calls import Call
from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.wechat import files, lookups, menus, notices, sending
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.granting import classic_token, stable_token
from channels.simulator.wechat.rules import WORDS

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform

Handle: TypeAlias = Callable[["WeChatPlatform", OfficialAccount, Asked], Answer]


@dataclass(frozen=True)
class _Api:
    method: str
    handle: Handle
    #: Verified accounts alone may call it.
    verified: bool = False


_APIS = {
    "message/custom/send": _Api("POST", sending.send_message, verified=True),
    "message/custom/typing": _Api("POST", sending.show_typing, verified=True),
    "message/template/send": _Api("POST", notices.send_template, verified=True),
    "message/subscribe/bizsend": _Api("POST", notices.send_subscription, verified=True),
    "template/get_all_private_template": _Api("GET", notices.list_templates, verified=True),
    "media/upload": _Api("POST", files.upload),
    "media/get": _Api("GET", files.download),
    "menu/create": _Api("POST", menus.create_menu, verified=True),
    "menu/get": _Api("GET", menus.get_menu, verified=True),
    "menu/delete": _Api("GET", menus.delete_menu, verified=True),
    "qrcode/create": _Api("POST", lookups.create_code, verified=True),
    "user/info": _Api("GET", lookups.user_info, verified=True),
    "clear_quota": _Api("POST", lookups.clear_quota),
    "get_api_domain_ip": _Api("GET", lookups.addresses),
    "getcallbackip": _Api("GET", lookups.addresses),
    "customservice/getkflist": _Api("GET", lookups.servicers, verified=True),
    "wxaapi/newtmpl/gettemplate": _Api("GET", notices.list_subscriptions, verified=True),
}
_GRANTING = {"stable_token": ("POST", stable_token), "token": ("GET", classic_token)}


def answer_call(platform: "WeChatPlatform", asked: Asked) -> Answer:
    """Carry a call out; raises RefusedError, and remembers what broke a rule."""
    call = Call(path=asked.path, body=asked.shown, at=platform.clock.now())
    platform.log.note(call)
    try:
        return _carry_out(platform, asked)
    except RefusedError as refused:
        if refused.foreseen:
            platform.log.forbid(call, refused.code, refused.text)
        raise


def _carry_out(platform: "WeChatPlatform", asked: Asked) -> Answer:
    if asked.path in _GRANTING:
        method, grant = _GRANTING[asked.path]
        _check_method(asked, method)
        return grant(platform, asked)
    api = _APIS.get(asked.path)
    if api is None:
        raise RefusedError(40066, "invalid url")
    _check_method(asked, api.method)
    now = platform.clock.now()
    account = platform.tokens.account_of(asked.query.get("access_token", ""), now)
    if api.verified and not account.verified:
        raise RefusedError(48001, WORDS[48001])
    platform.quotas.count(account.app_id, asked.path, now)
    return api.handle(platform, account, asked)


def _check_method(asked: Asked, method: str) -> None:
    if asked.method != method:
        raise RefusedError(43002, WORDS[43002] if method == "POST" else "require GET method")
