"""What an administrator enters for an Official Account."""

import re
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from channels.platform import AccountForm
from channels.tencent.cipher import key_bytes
from channels.wechat.notice_template import read_template
from channels.wechat.windows import read_rules

API_URL = "https://api.weixin.qq.com"
#: An answer later than this may come too late: the platform cuts the connection after 5 s.
LONGEST_WAIT_S = 4.5
#: The platform's own retries and the drift of clocks take so much; a smaller tolerance would refuse what is genuine.
LEAST_TOLERANCE_S = 30

_APP_ID = re.compile(r"wx[0-9A-Za-z]{8,30}")
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_ADDRESS = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
_ADVANCED: JsonDict = {"advanced": True}


class Mode(StrEnum):
    """消息加解密方式, as chosen in the platform's console."""

    PLAIN = "plain"
    #: Both in one body; only the encrypted part is trusted.
    COMPATIBLE = "compatible"
    SAFE = "safe"


class WeChatSettings(AccountForm):
    """What the staff may see. ``verified``: the account has the customer service interface (客服消息)."""

    app_id: str
    mode: Mode = Mode.SAFE
    verified: bool = True
    #: 模板消息 and 订阅通知, for news when the reply window is shut; empty: not used.
    template_id: str = Field(default="", json_schema_extra=_ADVANCED)
    subscription_id: str = Field(default="", json_schema_extra=_ADVANCED)
    #: How long a push may wait for its answer; an account that cannot send by itself always waits as long as it can.
    passive_wait_s: float = Field(default=0.3, ge=0, le=LONGEST_WAIT_S)
    #: How far a push's time may lie from ours; 0: any time, only repeated messages are dropped.
    timestamp_tolerance_s: float = Field(default=0, ge=0, le=86_400)
    #: Changes to the reply quotas, as ``message=5/48h scan=3/1m``; see :mod:`channels.wechat.windows`.
    windows: str = Field(default="", json_schema_extra=_ADVANCED)
    api_url: str = Field(default=API_URL, json_schema_extra=_ADVANCED)

    @field_validator("app_id")
    @classmethod
    def _an_app_id(cls, value: str) -> str:
        if not _APP_ID.fullmatch(value):
            raise PydanticCustomError("channels.wechat.app_id.bad", "not an AppID")
        return value

    @field_validator("template_id", "subscription_id")
    @classmethod
    def _a_template(cls, value: str) -> str:
        try:
            read_template(value)
        except ValueError as error:
            raise PydanticCustomError("channels.wechat.template_id.bad", "no template with its fields") from error
        return value

    @field_validator("timestamp_tolerance_s")
    @classmethod
    def _not_too_strict(cls, value: float) -> float:
        if 0 < value < LEAST_TOLERANCE_S:
            raise PydanticCustomError("channels.wechat.timestamp_tolerance_s.bad", "0, or not so strict")
        return value

    @field_validator("windows")
    @classmethod
    def _rules(cls, value: str) -> str:
        try:
            read_rules(value)
        except ValueError as error:
            raise PydanticCustomError("channels.wechat.windows.bad", "no rules") from error
        return value

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not value:
            return API_URL
        if not _ADDRESS.fullmatch(value):
            raise PydanticCustomError("channels.wechat.api_url.bad", "not an address")
        return value.rstrip("/")


class WeChatSecrets(AccountForm):
    """What nobody sees again. While the key is changed over, the one before stands in ``old_aes_key``."""

    app_secret: str = Field(min_length=1)
    token: str
    aes_key: str = ""
    old_aes_key: str = Field(default="", json_schema_extra=_ADVANCED)

    @field_validator("token")
    @classmethod
    def _a_token(cls, value: str) -> str:
        if not _TOKEN.fullmatch(value):
            raise PydanticCustomError("channels.wechat.token.bad", "3 to 32 letters and digits")
        return value

    @field_validator("aes_key", "old_aes_key")
    @classmethod
    def _a_key(cls, value: str) -> str:
        try:
            return value if not value or key_bytes(value) else ""
        except ValueError as error:
            raise PydanticCustomError("channels.wechat.aes_key.bad", "not an EncodingAESKey") from error

    @model_validator(mode="after")
    def _old_beside_new(self) -> Self:
        if self.old_aes_key and not self.aes_key:
            raise PydanticCustomError("channels.wechat.old_aes_key.bad", "an old key stands beside a new one")
        return self
