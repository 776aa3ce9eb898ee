"""Who does something to a ticket."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of doers."""

    CUSTOMER = "customer"
    STAFF = "staff"
    BOT = "bot"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """A doer; ``id`` and ``name`` for staff only."""

    kind: ActorKind
    id: int | None = None
    name: str | None = None


CUSTOMER = Actor(ActorKind.CUSTOMER)
BOT = Actor(ActorKind.BOT)
SYSTEM = Actor(ActorKind.SYSTEM)
