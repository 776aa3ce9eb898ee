"""What an administrator enters for one 客服账号; its name on the platform is the open_kfid."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from channels.accounts.book import Account
from channels.errors import AccountClosedError
from channels.platform import AccountForm
from channels.port import Opening
from channels.tencent.cipher import MessageCipher, key_bytes

CHANNEL = "wecom"
API_URL = "https://qyapi.weixin.qq.com"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOKEN = re.compile(r"[!-~]{1,64}")
#: Somebody has to correct the account; looked at again after so many seconds.
_UNFIT_FOR_S = 600.0
Form = TypeVar("Form", bound=AccountForm)
#: The rule behind a customer's message, and the one behind a customer who only opened the chat.
BY_MESSAGE = "message"
BY_ENTERING = "enter_session"


class WeComSettings(AccountForm):
    """``window_*`` is the platform's rule for answers: so many messages within so many hours of a customer's."""

    corp_id: str
    api_url: str = Field(default=API_URL, json_schema_extra={"advanced": True})
    window_quota: int = Field(default=5, ge=1, json_schema_extra={"advanced": True})
    window_hours: int = Field(default=48, ge=1, json_schema_extra={"advanced": True})

    @field_validator("corp_id")
    @classmethod
    def _an_id(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise PydanticCustomError("channels.wecom.corp_id.bad", "not a corp id")
        return value

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        address = urlsplit(value or API_URL)
        if address.scheme not in {"http", "https"} or not address.netloc:
            raise PydanticCustomError("channels.wecom.api_url.bad", "not an address")
        return (value or API_URL).rstrip("/")

    @property
    def opening(self) -> Opening:
        """What a customer's message allows us."""
        return Opening(by=BY_MESSAGE, quota=self.window_quota, lasts=timedelta(hours=self.window_hours))


class WeComSecrets(AccountForm):
    """``secret`` is that of the application which may use the 客服 interface; token and key are the callback's."""

    secret: str
    token: str
    aes_key: str
    #: The key before the last change: messages sealed with it still open.
    old_aes_key: str = Field(default="", json_schema_extra={"advanced": True})

    @field_validator("secret")
    @classmethod
    def _given(cls, value: str) -> str:
        if not value:
            raise PydanticCustomError("channels.wecom.secret.bad", "empty")
        return value

    @field_validator("token")
    @classmethod
    def _a_token(cls, value: str) -> str:
        if not _TOKEN.fullmatch(value):
            raise PydanticCustomError("channels.wecom.token.bad", "1 to 64 characters without blanks")
        return value

    @field_validator("aes_key", "old_aes_key")
    @classmethod
    def _a_key(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "old_aes_key":
            return value
        try:
            key_bytes(value)
        except ValueError as error:
            raise PydanticCustomError("channels.wecom.aes_key.bad", "not an EncodingAESKey") from error
        return value


def settings_of(account: Account) -> WeComSettings:
    """The account's settings; raises AccountClosedError for what no form of ours has let in."""
    return _entered(WeComSettings, account.settings)


def secrets_of(account: Account) -> WeComSecrets:
    """As :func:`settings_of`."""
    return _entered(WeComSecrets, account.secrets)


def _entered(form: type[Form], values: Mapping[str, Any]) -> Form:
    try:
        return form.model_validate(values)
    except ValidationError as error:
        # What is wrong, without the values: they may be secrets.
        fields = ", ".join(str(each["loc"][0]) if each["loc"] else form.__name__ for each in error.errors())
        raise AccountClosedError("account_unfit", fields, retry_after_s=_UNFIT_FOR_S, broken=True) from None


def cipher_of(account: Account) -> MessageCipher:
    """What opens the callbacks of the account's corporation."""
    secrets = secrets_of(account)
    return MessageCipher(
        aes_key=secrets.aes_key, receiver_id=settings_of(account).corp_id, old_aes_key=secrets.old_aes_key
    )
