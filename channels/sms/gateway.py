"""What both providers do for us."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from channels.accounts.book import Account
from channels.sms.templates import Filled, Template


class Approval(StrEnum):
    """How far a provider's review of a signature or a template has come."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    #: The provider does not tell it by what we have.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a provider says of a signature or a template; ``text`` is a template's approved text, where it is told."""

    approval: Approval
    said: str = ""
    text: str = ""


class Gateway(Protocol):
    """One provider. Everything may raise ProviderError for its no, and a DeliveryError where there was no answer."""

    async def send(self, account: Account, *, key: str, address: str, filled: Filled) -> str:
        """Hand one message over; returns the provider's name for it. ``key`` comes back with the report, if it can."""
        ...

    async def review_sign(self, account: Account) -> Review:
        """How the signature stands; also shows that the key works."""
        ...

    async def review_template(self, account: Account, template: Template) -> Review:
        """How a template stands."""
        ...
