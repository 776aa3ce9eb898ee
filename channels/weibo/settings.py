"""What an administrator enters for a Weibo account."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from channels.accounts.book import Account
from channels.errors import AccountClosedError
from channels.platform import AccountForm
from channels.weibo.windows import read_rules

CHANNEL = "weibo"
API_URL = "https://m.api.weibo.com"
REPLY_PATH = "/2/messages/reply.json"
FILES_URL, FILES_PATH = "https://upload.api.weibo.com", "/2/mss/msget"

_ADVANCED: JsonDict = {"advanced": True}
_UID = re.compile(r"\d{4,20}")
_ADDRESS = re.compile(r"https?://[^\s?#]+")
_PATH = re.compile(r"/[\w./-]{1,100}")
#: Somebody has to correct the account; looked at again after so many seconds.
_UNFIT_FOR_S = 600.0


class WeiboSettings(AccountForm):
    """``windows`` changes the rules of the reply window; the addresses are those of the documents."""

    uid: str
    windows: str = Field(default="", json_schema_extra=_ADVANCED)
    reply_path: str = Field(default=REPLY_PATH, json_schema_extra=_ADVANCED)
    api_url: str = Field(default=API_URL, json_schema_extra=_ADVANCED)

    @field_validator("uid")
    @classmethod
    def _a_uid(cls, value: str) -> str:
        if not _UID.fullmatch(value):
            raise PydanticCustomError("channels.weibo.uid.bad", "not a UID")
        return value

    @field_validator("windows")
    @classmethod
    def _rules(cls, value: str) -> str:
        try:
            read_rules(value)
        except ValueError as error:
            raise PydanticCustomError("channels.weibo.windows.bad", "no rules") from error
        return value

    @field_validator("reply_path")
    @classmethod
    def _a_path(cls, value: str) -> str:
        if not _PATH.fullmatch(value):
            raise PydanticCustomError("channels.weibo.reply_path.bad", "not a path")
        return value

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise PydanticCustomError("channels.weibo.api_url.bad", "not an address")
        return value.rstrip("/")

    @property
    def reply_url(self) -> str:
        return self.api_url + self.reply_path

    @property
    def file_url(self) -> str:
        """Files lie on another host of the platform's; what stands in for the platform is one."""
        return (FILES_URL if self.api_url == API_URL else self.api_url) + FILES_PATH


class WeiboSecrets(AccountForm):
    """The secret of the application that signs the pushes, and the token that replies are sent with."""

    app_secret: str = Field(min_length=6, max_length=200)
    access_token: str = Field(min_length=6, max_length=400)


def name_of(settings: Mapping[str, Any], _secrets: Mapping[str, str]) -> str:
    """The account's UID: every push names it."""
    return str(settings.get("uid", ""))


def settings_of(account: Account) -> WeiboSettings:
    """The account's settings; raises AccountClosedError for what no form of ours has let in."""
    try:
        return WeiboSettings.model_validate(account.settings)
    except ValidationError as error:
        raise _unfit(error) from error


def secrets_of(account: Account) -> WeiboSecrets:
    """As :func:`settings_of`."""
    try:
        return WeiboSecrets.model_validate(account.secrets)
    except ValidationError as error:
        raise _unfit(error) from error


def _unfit(error: ValidationError) -> AccountClosedError:
    # Only the names: the values may be secrets.
    names = ", ".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))
    return AccountClosedError("settings", names, retry_after_s=_UNFIT_FOR_S, broken=True)
