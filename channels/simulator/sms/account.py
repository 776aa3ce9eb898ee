"""A customer of a provider: keys, signatures and templates under review, money, and the address to call back."""

from dataclasses import dataclass, field
from enum import StrEnum


class Maker(StrEnum):
    """Which provider is played."""

    ALIYUN = "aliyun"
    TENCENT = "tencent"


class State(StrEnum):
    """How far a review has come."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"


@dataclass(kw_only=True)
class ApprovedText:
    """A template under review; ``links`` are taken in its variables where its domain is registered."""

    text: str
    state: State = State.APPROVED
    links: bool = True


@dataclass(kw_only=True)
class SmsCustomer:
    """What the provider knows of one customer; ``money`` is the number of messages paid for."""

    maker: Maker
    key_id: str
    secret: str
    hook_url: str
    app_id: str = ""
    signs: dict[str, State] = field(default_factory=dict)
    sign_ids: dict[int, str] = field(default_factory=dict)
    templates: dict[str, ApprovedText] = field(default_factory=dict)
    money: int = 10_000
