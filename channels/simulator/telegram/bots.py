"""One bot: its token, its way of getting updates, and those it has not got yet."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.simulator.telegram.limits import UPDATE_LIVES, SlidingWindow, thirty_a_second

_MESSAGES_SINCE = 1_700_000_000
#: Kinds that come only to bots which ask for them by name.
_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Webhook:
    """Where updates are pushed to, as given to setWebhook."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    last_error_at: datetime | None = None
    last_error: str = ""


@dataclass
class Update:
    """One update; ``body`` is what the bot gets."""

    id: int
    body: dict[str, Any]
    at: datetime
    in_flight: bool = False


@dataclass(kw_only=True)
class Bot:
    """A bot as its platform knows it."""

    token: str
    name: str
    username: str
    #: With privacy on, only commands, mentions and answers to the bot reach it from a group.
    privacy: bool = True
    webhook: Webhook | None = None
    allowed: tuple[str, ...] = ()
    pending: list[Update] = field(default_factory=list)
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    window: SlidingWindow = field(default_factory=thirty_a_second)
    quiet_until: datetime | None = None
    #: The getUpdates request that waits now; a newer one takes its place.
    poll: object | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _last_update: int = 0
    _last_message: int = 0

    def count_from(self, now: datetime) -> None:
        """Numbers go on from the time of day, so that a simulator begun anew repeats none to a product that goes on."""
        self._last_update = int(now.timestamp())
        self._last_message = self._last_update - _MESSAGES_SINCE

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def user(self) -> dict[str, Any]:
        """The bot as a User object."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def next_message_id(self) -> int:
        """A message id, never used before in any chat of this bot."""
        self._last_message += 1
        return self._last_message

    def queue(self, kind: str, payload: dict[str, Any], now: datetime) -> Update | None:
        """Add an update; None when the bot has not asked for its kind."""
        if kind not in self.allowed if self.allowed else kind in _ON_REQUEST:
            return None
        self._last_update += 1
        update = Update(self._last_update, {"update_id": self._last_update, kind: payload}, now)
        self.pending.append(update)
        self.wake()
        return update

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Kinds of updates wanted from now on; an empty list means all but those on request, None no change."""
        if kinds is not None:
            self.allowed = tuple(kinds)

    def waiting(self, now: datetime) -> list[Update]:
        """What the bot has not got yet, oldest first."""
        self.pending = [update for update in self.pending if now - update.at < UPDATE_LIVES]
        return self.pending

    def done(self, update: Update) -> None:
        """The bot has it."""
        if update in self.pending:
            self.pending.remove(update)

    def confirm(self, offset: int) -> None:
        """Everything before ``offset`` was got; negative: all but the last so many are forgotten."""
        if offset < 0:
            self.pending = self.pending[offset:]
        else:
            self.pending = [update for update in self.pending if update.id >= offset]

    def wake(self) -> None:
        """Let a waiting getUpdates look again."""
        self.arrived.set()
        self.arrived = asyncio.Event()
