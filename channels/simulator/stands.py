"""What each simulated platform needs to stand beside a product: credentials of its own making, and its host.

The settings and secrets are those an administrator would enter for the account; written down here a second time on
purpose, because the simulators share no code with the adapters.
"""

import itertools
import secrets as chance
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from starlette.applications import Starlette

from channels.simulator.calls import Call, Violation
from channels.simulator.crypto import new_aes_key
from channels.simulator.faults import Faults
from channels.simulator.sms.account import ApprovedText, Maker, SmsCustomer, State
from channels.simulator.sms.server import make_app as sms_app
from channels.simulator.sms.state import SmsPlatform
from channels.simulator.telegram.server import make_app as telegram_app
from channels.simulator.telegram.state import TelegramPlatform
from channels.simulator.wechat.account import Mode, OfficialAccount
from channels.simulator.wechat.server import make_app as wechat_app
from channels.simulator.wechat.state import WeChatPlatform
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.journal import Journal
from channels.simulator.wecom.server import make_app as wecom_app
from channels.simulator.wecom.state import WeComPlatform
from channels.simulator.weibo.account import VerifiedAccount
from channels.simulator.weibo.server import make_app as weibo_app
from channels.simulator.weibo.state import WeiboPlatform
from kit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """One account, as the product has it."""

    name: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


class Simulated(Protocol):
    """What every simulated platform has."""

    clock: Clock
    faults: Faults

    @property
    def calls(self) -> list[Call]: ...

    @property
    def violations(self) -> list[Violation]: ...

    def release(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Stand:
    """One platform. ``host`` is the real one's name; ``register`` makes the account known to the platform."""

    host: str
    make: Callable[[Clock, httpx.AsyncClient], Any]
    app: Callable[[Any], Starlette]
    credentials: Callable[[], Credentials]
    register: Callable[[Any, Credentials, str], None]


def _telegram_credentials() -> Credentials:
    token = f"7000000001:{chance.token_urlsafe(26)}"
    secrets = {"bot_token": token, "secret_token": chance.token_urlsafe(24)}
    return Credentials(name="7000000001", settings={"mode": "webhook"}, secrets=secrets)


def _register_bot(platform: TelegramPlatform, account: Credentials, hook_url: str) -> None:
    """In webhook mode updates go where setWebhook would have them; in polling mode nobody is called."""
    pushed = account.settings.get("mode", "webhook") == "webhook"
    secret = account.secrets["secret_token"]
    platform.add_account(account.secrets["bot_token"], hook_url=hook_url if pushed else "", secret_token=secret)


def _wechat_credentials() -> Credentials:
    secrets = {"app_secret": chance.token_hex(16), "token": chance.token_hex(12), "aes_key": new_aes_key()}
    settings = {"app_id": "wx51a0000000000001", "mode": "safe", "verified": True}
    return Credentials(name="gh_simulated01", settings=settings, secrets=secrets)


def _register_official_account(platform: WeChatPlatform, account: Credentials, hook_url: str) -> None:
    platform.add_account(
        OfficialAccount(
            gh_id=account.name,
            app_id=account.settings["app_id"],
            secret=account.secrets["app_secret"],
            token=account.secrets["token"],
            aes_key=account.secrets["aes_key"],
            hook_url=hook_url,
            mode=Mode(account.settings.get("mode", "safe")),
            verified=account.settings.get("verified", True),
        )
    )


def _wecom_credentials() -> Credentials:
    secrets = {"secret": chance.token_urlsafe(32), "token": chance.token_hex(12), "aes_key": new_aes_key()}
    return Credentials(name="wkSimulated0001", settings={"corp_id": "wwsimulated00001"}, secrets=secrets)


def _wecom(clock: Clock, http: httpx.AsyncClient) -> WeComPlatform:
    platform = WeComPlatform(clock, http)
    # From the time of day, so that a simulator begun anew stands behind no cursor of a product that goes on.
    platform.journal = Journal(_numbers=itertools.count(int(clock.now().timestamp())))
    return platform


def _register_corp(platform: WeComPlatform, account: Credentials, hook_url: str) -> None:
    corp = Corp(
        corp_id=account.settings["corp_id"],
        secret=account.secrets["secret"],
        token=account.secrets["token"],
        aes_key=account.secrets["aes_key"],
        hook_url=hook_url,
    )
    platform.add_account(corp, account.name)


def _sms_credentials() -> Credentials:
    texts = {
        "opened": "您反映的问题已登记，工单号${number}。",
        "replied": "您的工单${number}有新回复，请到网页查看，编号${token}。",
        "answer": "您的工单${number}有新消息。",
        "promised": "您的工单${number}会在${time}前给您答复。",
        "resolved": "您的工单${number}已处理完，请确认是否解决。",
    }
    templates = [
        {"kind": kind, "code": f"SMS_10000000{place}", "text": text} for place, (kind, text) in enumerate(texts.items())
    ]
    settings = {
        "provider": "aliyun",
        "sign_name": "应票",
        "access_key_id": f"LTAI5t{chance.token_hex(9)}",
        "templates": templates,
    }
    secrets = {"access_key_secret": chance.token_urlsafe(24)}
    return Credentials(name="aliyun-应票", settings=settings, secrets=secrets)


def _register_customer(platform: SmsPlatform, account: Credentials, hook_url: str) -> None:
    """Everything the product has entered was approved."""
    settings = account.settings
    platform.add_customer(
        SmsCustomer(
            maker=Maker(settings["provider"]),
            key_id=settings["access_key_id"],
            secret=account.secrets["access_key_secret"],
            hook_url=hook_url,
            app_id=settings.get("sdk_app_id", ""),
            signs={settings["sign_name"]: State.APPROVED},
            templates={one["code"]: ApprovedText(text=one["text"]) for one in settings["templates"]},
        )
    )


def _weibo_credentials() -> Credentials:
    secrets = {"app_secret": chance.token_hex(16), "access_token": chance.token_urlsafe(24)}
    # Told in another way than by its own address, so that files are fetched from the simulator too.
    settings = {"uid": "1902538057", "api_url": "http://m.api.weibo.com"}
    return Credentials(name="1902538057", settings=settings, secrets=secrets)


def _register_verified(platform: WeiboPlatform, account: Credentials, hook_url: str) -> None:
    platform.add_account(
        VerifiedAccount(
            uid=account.name,
            secret=account.secrets["app_secret"],
            token=account.secrets["access_token"],
            hook_url=hook_url,
        )
    )


STANDS: Mapping[str, Stand] = {
    "telegram": Stand(
        host="api.telegram.org",
        make=TelegramPlatform,
        app=telegram_app,
        credentials=_telegram_credentials,
        register=_register_bot,
    ),
    "wechat": Stand(
        host="api.weixin.qq.com",
        make=WeChatPlatform,
        app=wechat_app,
        credentials=_wechat_credentials,
        register=_register_official_account,
    ),
    "wecom": Stand(
        host="qyapi.weixin.qq.com",
        make=_wecom,
        app=wecom_app,
        credentials=_wecom_credentials,
        register=_register_corp,
    ),
    "sms": Stand(
        host="dysmsapi.aliyuncs.com",
        make=SmsPlatform,
        app=sms_app,
        credentials=_sms_credentials,
        register=_register_customer,
    ),
    "weibo": Stand(
        host="m.api.weibo.com",
        make=WeiboPlatform,
        app=weibo_app,
        credentials=_weibo_credentials,
        register=_register_verified,
    ),
}
