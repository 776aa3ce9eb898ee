"""A platform with every kind of field, a check in steps and a way around a shut window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field, field_validator
from pydantic_core import PydanticCustomError

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryError
from channels.platform import AccountForm, Checked, Platform
from channels.port import Receipt
from channels.testing import FakeChannel
from kit.db import AsyncSession

TOKEN_UNTIL = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


class Rule(BaseModel):
    quota: int = 5
    hours: float = 48


class Settings(AccountForm):
    app_id: str = Field(pattern=r"^wx[0-9a-f]{4,}$")
    mode: Literal["plain", "safe"] = "safe"
    verified: bool = True
    wait_s: float = Field(default=4.5, gt=0, le=4.8)
    windows: dict[str, Rule] = Field(default_factory=lambda: {"message": Rule()})
    api_url: str = "https://api.example.com"


class Secrets(AccountForm):
    app_secret: str = Field(min_length=8)
    old_key: str = ""

    @field_validator("old_key")
    @classmethod
    def _whole(cls, value: str) -> str:
        if value and len(value) < 4:
            raise PydanticCustomError("channels.form.pattern", "not a key")
        return value


@dataclass
class FakeFallback:
    """Notices to people who agreed."""

    agreed: set[str] = field(default_factory=set)
    reminded: list[str] = field(default_factory=list)
    refusal: DeliveryError | None = None

    async def available(self, session: AsyncSession, thread: str) -> bool:
        return thread in self.agreed

    async def remind(self, thread: str) -> Receipt:
        if self.refusal is not None:
            raise self.refusal
        self.reminded.append(thread)
        return Receipt(provider_id="notice")


@dataclass
class NoticingChannel(FakeChannel):
    """A channel that can remind people."""

    notices: FakeFallback = field(default_factory=FakeFallback)


async def check(_context: ChannelContext, account: Account) -> list[Checked]:
    """The secret opens everything but the white list."""
    if account.secrets["app_secret"] != "the right secret":
        return [Checked(step="token", ok=False, text="channels.form.missing", said="40001 invalid credential")]
    return [
        Checked(step="token", ok=True, text="channels.copied"),
        Checked(step="callback", ok=True, text="channels.form.at_least", values={"bound": 3}),
    ]


async def expiries(_session: AsyncSession, names: Sequence[str]) -> Mapping[str, datetime]:
    return dict.fromkeys(names, TOKEN_UNTIL)


def make_platform(channel: FakeChannel) -> Platform:
    return Platform(
        name="fake",
        build=lambda _context: channel,
        settings_form=Settings,
        secrets_form=Secrets,
        callback="/hooks/fake/{hook}",
        check=check,
        token_expiries=expiries,
    )
