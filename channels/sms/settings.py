"""What an administrator enters for one signature at one provider."""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from channels.accounts.book import Account
from channels.errors import AccountClosedError
from channels.platform import AccountForm
from channels.sms.templates import Provider, Template, check_template

CHANNEL = "sms"
#: Where each provider is, in which region, and how many messages a day it lets one number have unless told otherwise.
API_URLS = {Provider.ALIYUN: "https://dysmsapi.aliyuncs.com", Provider.TENCENT: "https://sms.tencentcloudapi.com"}
REGIONS = {Provider.ALIYUN: "cn-hangzhou", Provider.TENCENT: "ap-guangzhou"}
DAILY_LIMITS = {Provider.ALIYUN: 50, Provider.TENCENT: 10}

_ADVANCED: JsonDict = {"advanced": True}
_SIGN = re.compile(r"[\w（）()·&-]{2,30}")
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{10,128}")
_APP_ID = re.compile(r"\d{6,20}")
#: Somebody has to correct the account; looked at again after so many seconds.
_UNFIT_FOR_S = 600.0
Form = TypeVar("Form", bound=AccountForm)


class SmsSettings(AccountForm):
    """``daily_limit`` is per number and day, in China's time; 0: the provider's own. ``callers``: who may call back."""

    provider: Provider
    sign_name: str
    access_key_id: str
    sdk_app_id: str = ""
    templates: list[Template] = Field(default=[], max_length=60, json_schema_extra=_ADVANCED)
    price_cents: float = Field(default=4.5, ge=0, le=1000, json_schema_extra={"advanced": False})
    daily_limit: int = Field(default=0, ge=0, le=1000, json_schema_extra=_ADVANCED)
    variable_max: int = Field(default=35, ge=4, le=200, json_schema_extra=_ADVANCED)
    sign_id: str = Field(default="", json_schema_extra=_ADVANCED)
    callers: str = Field(default="", json_schema_extra=_ADVANCED)
    region: str = Field(default="", json_schema_extra=_ADVANCED)
    api_url: str = Field(default="", json_schema_extra=_ADVANCED)

    @field_validator("sign_name")
    @classmethod
    def _a_signature(cls, value: str) -> str:
        sign = value.removeprefix("【").removesuffix("】")
        if not _SIGN.fullmatch(sign):
            raise PydanticCustomError("channels.sms.sign_name.bad", "2 to 30 letters")
        return sign

    @field_validator("access_key_id")
    @classmethod
    def _a_key(cls, value: str) -> str:
        if not _KEY_ID.fullmatch(value):
            raise PydanticCustomError("channels.sms.access_key_id.bad", "not the id of a key")
        return value

    @field_validator("sdk_app_id")
    @classmethod
    def _an_app(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("provider") is Provider.TENCENT and not _APP_ID.fullmatch(value):
            raise PydanticCustomError("channels.sms.sdk_app_id.bad", "not an SdkAppId")
        return value

    @field_validator("templates")
    @classmethod
    def _approved(cls, value: list[Template], info: ValidationInfo) -> list[Template]:
        for template in value if "provider" in info.data else ():
            check_template(template, info.data["provider"])
        return value

    @field_validator("callers")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            for part in value.replace(",", " ").split():
                ip_network(part)
        except ValueError as error:
            raise PydanticCustomError("channels.sms.callers.bad", "not an address") from error
        return value

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
            raise PydanticCustomError("channels.sms.api_url.bad", "not an address")
        return value.rstrip("/")

    @property
    def url(self) -> str:
        """Where the provider is."""
        return self.api_url or API_URLS[self.provider]

    @property
    def host(self) -> str:
        """Its name, as it is signed."""
        return urlsplit(self.url).netloc

    @property
    def region_name(self) -> str:
        return self.region or REGIONS[self.provider]

    @property
    def most_a_day(self) -> int:
        """Messages one number may have in a day."""
        return self.daily_limit or DAILY_LIMITS[self.provider]

    def may_call(self, address: str) -> bool:
        """Whether a callback from that address is listened to."""
        if not self.callers:
            return True
        try:
            caller = ip_address(address)
        except ValueError:
            return False
        return any(caller in ip_network(part) for part in self.callers.replace(",", " ").split())


class SmsSecrets(AccountForm):
    """The secret of the access key."""

    access_key_secret: str = Field(min_length=16, max_length=200)


def name_of(settings: Mapping[str, Any], _secrets: Mapping[str, str]) -> str:
    """Provider and signature: what people see before every message."""
    provider, sign = settings.get("provider"), settings.get("sign_name")
    return f"{provider}-{sign}" if provider and sign else ""


def settings_of(account: Account) -> SmsSettings:
    """The account's settings; raises AccountClosedError for what no form of ours has let in."""
    return _entered(SmsSettings, account.settings)


def secret_of(account: Account) -> str:
    """As :func:`settings_of`."""
    return _entered(SmsSecrets, account.secrets).access_key_secret


def _entered(form: type[Form], values: Mapping[str, Any]) -> Form:
    try:
        return form.model_validate(values)
    except ValidationError as error:
        # What is wrong, without the values: they may be secrets.
        fields = ", ".join(str(each["loc"][0]) if each["loc"] else form.__name__ for each in error.errors())
        raise AccountClosedError("account_unfit", fields, retry_after_s=_UNFIT_FOR_S, broken=True) from None
