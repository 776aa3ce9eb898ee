"""One customer's session with one account: its state, and what may be sent in it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.simulator.errors import RefusedError
from channels.simulator.wecom.rules import MOVES, QUOTA, WINDOW, WORDS

NEW, BOT, POOL, HUMAN, ENDED = range(5)


@dataclass
class EventCode:
    """Good for one message, for a while."""

    value: str
    expires_at: datetime


@dataclass
class Session:
    """``state`` is ENDED also before there was any session."""

    state: int = ENDED
    servicer: str = ""
    written_at: datetime | None = None
    left: int = 0
    #: When the customer was last greeted or written to.
    addressed_at: datetime | None = None
    #: The journal's entry that told of the present state, where people and not the interface made it.
    told_in: int = 0
    codes: dict[str, EventCode] = field(default_factory=dict)

    def customer_writes(self, now: datetime) -> None:
        """A message of the customer: five more may be sent, and what had ended begins anew."""
        self.look(now)
        if self.state == ENDED:
            self.state, self.servicer, self.told_in = NEW, "", 0
        self.written_at, self.left = now, QUOTA

    def look(self, now: datetime) -> int:
        """The state; a session ends by itself 48 hours after the customer's last message."""
        if self.state != ENDED and self.written_at is not None and self.written_at + WINDOW <= now:
            self.state, self.servicer, self.told_in = ENDED, "", 0
        return self.state

    def move(self, target: int, servicer: str, now: datetime, *, read_to: int) -> None:
        """A change by interface; raises RefusedError when it is not allowed.

        ``read_to`` is how much of the journal the product has read: what stands behind that, it could not know.
        """
        state, foreseen = self.look(now), self.told_in <= read_to
        if state == ENDED:
            raise RefusedError(95013, WORDS[95013], foreseen=foreseen)
        if target not in MOVES[state]:
            raise RefusedError(95016, WORDS[95016], foreseen=foreseen)
        self.state, self.servicer, self.told_in = target, servicer if target == HUMAN else "", 0

    def may_greet(self, now: datetime) -> bool:
        """Neither greeted nor written to within 48 hours, and the customer has not written either."""
        moments = (self.addressed_at, self.written_at)
        return all(moment is None or moment + WINDOW <= now for moment in moments)

    def new_code(self, now: datetime, lasts: timedelta) -> str:
        """A code for one message because of an event."""
        value = "sim-code-" + secrets.token_urlsafe(24)
        self.codes[value] = EventCode(value, now + lasts)
        return value

    def use(self, now: datetime) -> None:
        """Take one message of the five; raises RefusedError."""
        if self.written_at is None or self.written_at + WINDOW <= now:
            raise RefusedError(95002, WORDS[95002])
        if not self.left:
            raise RefusedError(95001, WORDS[95001])
        self.left -= 1
        self.addressed_at = now
