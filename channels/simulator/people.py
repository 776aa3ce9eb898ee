"""What a person sees on the phone, whichever the platform."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(kw_only=True)
class Arrived:
    """One message that reached a person; ``raw`` is what the product sent.

    ``kind`` is the platform's own word; ``media`` is the file's bytes where there is one.
    """

    kind: str
    text: str = ""
    #: Labels of what can be pressed, in order.
    buttons: list[str] = field(default_factory=list)
    #: By label, what a press of it says to the platform.
    taps: dict[str, Any] = field(default_factory=dict)
    #: By label, the address it opens.
    links: dict[str, str] = field(default_factory=dict)
    #: How it came, in the platform's terms: a call's name, or an answer to the push itself.
    via: str = ""
    media: bytes | None = None
    media_name: str = ""
    raw: Any = None
    at: datetime | None = None


@dataclass
class Inbox:
    """What reached one person, newest last."""

    inbox: list[Arrived] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The words of everything that has words."""
        return [arrived.text for arrived in self.inbox if arrived.text]

    @property
    def last(self) -> Arrived:
        """The newest message; IndexError when nothing came."""
        return self.inbox[-1]
