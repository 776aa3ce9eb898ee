"""Every call the simulated platform knows: the token and the address first, then the rules."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from channels.simulator.calls import Call
from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.wecom import sending, service
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.rules import WORDS

if TYPE_CHECKING:
    from channels.simulator.wecom.state import WeComPlatform

Handle: TypeAlias = Callable[["WeComPlatform", Corp, Asked], Answer]

_APIS: dict[str, tuple[frozenset[str], Handle]] = {
    "kf/sync_msg": (frozenset({"POST"}), service.sync_messages),
    "kf/send_msg": (frozenset({"POST"}), sending.send_message),
    "kf/send_msg_on_event": (frozenset({"POST"}), sending.send_on_event),
    "kf/service_state/get": (frozenset({"POST"}), service.get_state),
    "kf/service_state/trans": (frozenset({"POST"}), service.change_state),
    "kf/servicer/list": (frozenset({"GET"}), service.list_servicers),
    "kf/account/list": (frozenset({"GET", "POST"}), service.list_accounts),
    "kf/customer/batchget": (frozenset({"POST"}), service.list_customers),
    "kf/add_contact_way": (frozenset({"POST"}), service.contact_way),
    "media/upload": (frozenset({"POST"}), service.upload),
    "media/get": (frozenset({"GET"}), service.download),
    "getcallbackip": (frozenset({"GET"}), service.addresses),
    "get_api_domain_ip": (frozenset({"GET"}), service.addresses),
}


def answer_call(platform: "WeComPlatform", asked: Asked) -> Answer:
    """Carry a call out; raises RefusedError, and remembers what broke a rule."""
    call = Call(path=asked.path, body=asked.shown, at=platform.now)
    platform.log.note(call)
    try:
        return _carry_out(platform, asked)
    except RefusedError as refused:
        if refused.foreseen:
            platform.log.forbid(call, refused.code, refused.text)
        raise


def _carry_out(platform: "WeComPlatform", asked: Asked) -> Answer:
    if asked.path == "gettoken":
        return _grant(platform, asked)
    if asked.path not in _APIS:
        raise RefusedError(40066, "invalid url")
    methods, handle = _APIS[asked.path]
    if asked.method not in methods:
        raise RefusedError(43002, WORDS[43002])
    corp = platform.tokens.corp_of(asked.query.get("access_token", ""), platform.now)
    if corp.whitelist is not None and asked.client not in corp.whitelist:
        raise RefusedError(60020, f"{WORDS[60020]}, from ip: {asked.client}", foreseen=False)
    return handle(platform, corp, asked)


def _grant(platform: "WeComPlatform", asked: Asked) -> Answer:
    corp = platform.corps.get(asked.query.get("corpid", ""))
    if corp is None:
        raise RefusedError(40013, WORDS[40013], foreseen=False)
    if asked.query.get("corpsecret") != corp.secret:
        raise RefusedError(40001, WORDS[40001], foreseen=False)
    value, seconds = platform.tokens.grant(corp, platform.now)
    return {"errcode": 0, "errmsg": "ok", "access_token": value, "expires_in": seconds}
