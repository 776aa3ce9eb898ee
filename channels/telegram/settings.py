"""What an administrator enters for a bot."""

import re
import secrets as chance
from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from channels.platform import AccountForm

CHANNEL = "telegram"
#: Where the Bot API lives. It cannot be reached from everywhere: a relay or a Bot API server of one's own stands in.
API_URL = "https://api.telegram.org"

_TOKEN = re.compile(r"(\d{1,20}):[A-Za-z0-9_-]{20,200}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class TelegramSettings(AccountForm):
    """Polling is for installations without a public address: nothing has to reach us."""

    mode: Literal["webhook", "polling"] = "webhook"
    api_url: str = Field(default=API_URL, json_schema_extra={"advanced": True})

    @field_validator("api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not value:
            return API_URL
        if not _is_address(value):
            raise PydanticCustomError("channels.telegram.api_url.bad", "not an address")
        return value.rstrip("/")


class TelegramSecrets(AccountForm):
    """An empty ``secret_token`` is made here: nobody has to invent one."""

    bot_token: str = ""
    secret_token: str = Field(default="", json_schema_extra={"advanced": True})

    @field_validator("bot_token")
    @classmethod
    def _a_token(cls, value: str) -> str:
        if not _TOKEN.fullmatch(value):
            raise PydanticCustomError("channels.telegram.bot_token.bad", "not a bot token")
        return value

    @model_validator(mode="after")
    def _a_secret(self) -> Self:
        if not self.secret_token:
            self.secret_token = chance.token_urlsafe(32)
        if not _SECRET.fullmatch(self.secret_token):
            raise PydanticCustomError("channels.telegram.secret_token.bad", "1 to 256 of A-Z a-z 0-9 _ -")
        return self


def name_of(_settings: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """The bot's id, which is the part of its token before the colon."""
    return secrets.get("bot_token", "").partition(":")[0]


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
