"""What an administrator enters for a mailbox."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, JsonValue, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from channels.platform import AccountForm

CHANNEL = "email"
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")
_ADVANCED: dict[str, JsonValue] = {"advanced": True}


class EmailSettings(AccountForm):
    """One mailbox. Servers and ports are those the provider names; ``none`` is for loopback only."""

    address: str
    sender_name: str = ""
    receive: Literal["imap", "smtp"] = "imap"
    imap_host: str = ""
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_security: Literal["tls", "starttls", "none"] = Field(default="tls", json_schema_extra=_ADVANCED)
    folder: str = Field(default="INBOX", json_schema_extra=_ADVANCED)
    smtp_host: str = ""
    smtp_port: int = Field(default=465, ge=1, le=65535)
    smtp_security: Literal["tls", "starttls", "none"] = "tls"
    #: The name to sign in with, where it is not the address.
    username: str = Field(default="", json_schema_extra=_ADVANCED)
    #: What our own mail server calls itself in Authentication-Results; other servers' words are not believed.
    authserv_id: str = Field(default="", json_schema_extra=_ADVANCED)
    #: The provider delivers ``name+anything@domain`` here too.
    plus_addresses: bool = Field(default=False, json_schema_extra=_ADVANCED)
    #: What the provider lets one mailbox send.
    per_minute: int = Field(default=30, ge=1, le=6000, json_schema_extra=_ADVANCED)
    quote_history: bool = Field(default=True, json_schema_extra=_ADVANCED)

    @field_validator("address")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise PydanticCustomError("channels.email.address.bad", "not an address")
        return value.lower()

    @field_validator("imap_security", "smtp_security")
    @classmethod
    def _no_password_in_plain_text(cls, value: str, info: ValidationInfo) -> str:
        host = info.data.get(f"{str(info.field_name).partition('_')[0]}_host", "")
        if value == "none" and not _is_here(host):
            raise PydanticCustomError("channels.email.security.bad", "a password in plain text")
        return value


class EmailSecrets(AccountForm):
    """The password, which Chinese providers call 授权码; ``smtp_password`` where sending has its own."""

    password: str = ""
    smtp_password: str = Field(default="", json_schema_extra=_ADVANCED)


def name_of(settings: Mapping[str, Any], _secrets: Mapping[str, str]) -> str:
    """The address of the mailbox."""
    return str(settings.get("address", ""))


def _is_here(host: str) -> bool:
    """The machine we run on; sinks of tests and an MX beside us are there."""
    try:
        return host in {"", "localhost"} or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
