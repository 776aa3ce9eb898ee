"""A chat as one bot sees it, and what may be said in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.simulator.people import Arrived, Inbox
from channels.simulator.telegram.keyboards import buttons_of
from channels.simulator.telegram.limits import SlidingWindow, one_a_second
from channels.simulator.telegram.refusals import Refusal, bad_request


@dataclass
class Shown(Arrived):
    """A message of the bot on the screens of a chat."""

    id: int = 0
    markup: dict[str, Any] | None = None

    def set_markup(self, markup: dict[str, Any] | None) -> None:
        """Replace the keyboard."""
        self.markup = markup
        buttons = buttons_of(markup)
        self.taps = {button["text"]: button["callback_data"] for button in buttons if "callback_data" in button}
        self.links |= {button["text"]: button["url"] for button in buttons if "url" in button}
        self.buttons = list(self.taps)


@dataclass(kw_only=True)
class Chat:
    """``kind`` is private, group or supergroup; ``shut`` is why the bot may not speak, in Telegram's words."""

    id: int
    kind: str
    head: dict[str, Any]
    shut: str | None = None
    #: The bot was told that the chat is shut, and nothing has changed since.
    told: bool = False
    moved_to: int | None = None
    quiet_until: datetime | None = None
    windows: list[SlidingWindow] = field(default_factory=lambda: [one_a_second()])
    #: Everything the bot has said here, newest last; shared by all who are in the chat.
    seen: Inbox = field(default_factory=Inbox)
    #: What people have said here, as the bot got it.
    said: dict[int, dict[str, Any]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)

    def check_open(self) -> None:
        """Raise Refusal when the bot may not speak here."""
        if self.moved_to is not None:
            text = "group chat was upgraded to a supergroup chat"
            raise bad_request(text, migrate_to_chat_id=self.moved_to)
        if self.shut is not None:
            refusal = Refusal(403, f"Forbidden: {self.shut}", forbidden=self.told)
            self.told = True
            raise refusal

    def shut_with(self, words: str | None) -> None:
        """The bot may not speak here any more, or (None) again."""
        self.shut, self.told = words, False

    def shown(self, message_id: int) -> Shown | None:
        """The bot's message of that number."""
        found = (one for one in self.seen.inbox if isinstance(one, Shown) and one.id == message_id)
        return next(found, None)

    def showing(self, label: str) -> Shown:
        """The newest message that has a button of that label; raises LookupError."""
        for one in reversed(self.seen.inbox):
            if isinstance(one, Shown) and label in {**one.taps, **one.links}:
                return one
        offered = [one.buttons for one in self.seen.inbox if one.buttons][-1:]
        message = f"no button {label!r}; the last ones were {offered}"
        raise LookupError(message)
