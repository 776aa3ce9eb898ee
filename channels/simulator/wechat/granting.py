"""stable_token and token: who gets one, and how often."""

from typing import TYPE_CHECKING

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.rules import WORDS
from channels.simulator.wechat.tokens import Token

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform


def stable_token(platform: "WeChatPlatform", asked: Asked) -> Answer:
    """The token in use, or a new one when forced."""
    body = asked.json
    account = _known(platform, asked, body.get("appid"), body.get("secret"))
    if body.get("grant_type") != "client_credential":
        raise RefusedError(40002, WORDS[40002])
    now, forced = platform.clock.now(), body.get("force_refresh") is True
    platform.quotas.count(account.app_id, "stable_token", now)
    if forced:
        platform.quotas.count(account.app_id, "stable_token:forced", now)
    return _granted(platform, platform.tokens.stable(account, now, forced=forced))


def classic_token(platform: "WeChatPlatform", asked: Asked) -> Answer:
    """A new token at every call."""
    account = _known(platform, asked, asked.query.get("appid"), asked.query.get("secret"))
    if asked.query.get("grant_type") != "client_credential":
        raise RefusedError(40002, WORDS[40002])
    now = platform.clock.now()
    platform.quotas.count(account.app_id, "token", now)
    return _granted(platform, platform.tokens.classic(account, now))


def _known(platform: "WeChatPlatform", asked: Asked, app_id: object, secret: object) -> OfficialAccount:
    account = platform.accounts.get(str(app_id))
    if account is None:
        raise RefusedError(40013, WORDS[40013], foreseen=False)
    if secret != account.secret:
        raise RefusedError(40125, WORDS[40125], foreseen=False)
    if account.whitelist is not None and asked.client not in account.whitelist:
        raise RefusedError(40164, WORDS[40164].format(ip=asked.client), foreseen=False)
    return account


def _granted(platform: "WeChatPlatform", token: Token) -> Answer:
    return {"access_token": token.value, "expires_in": token.seconds_left(platform.clock.now())}
