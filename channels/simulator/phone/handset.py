"""What the page can do on a platform, and what it shows of it: the same few things for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from channels.simulator.people import Arrived


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One entry of the menu below the chat; it either tells the account its key or opens a page."""

    label: str
    key: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something the platform knows about a person; ``key`` names the text ``phone.fact.<key>``.

    Values that are datetimes are shown as the time of day.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    alarming: bool = False


class Handset(Protocol):
    """One platform, as the page uses it. What a person does goes to the product before the method returns."""

    platform: Any
    #: What can be done besides: names of texts ``phone.do.<name>``, and the person's method for each.
    abilities: Mapping[str, str]
    #: The kinds of files that can be sent.
    kinds: Sequence[str]

    async def person(self, key: str, name: str) -> Any:
        """The person of that key, made when new; able to write at once."""
        ...

    async def press(self, person: Any, arrived: Arrived, label: str) -> tuple[str, Any]:
        """Press a quick reply of that message; returns the words that appear in the chat, and how it went."""
        ...

    def able(self, person: Any) -> Sequence[str]:
        """Which of the abilities make sense now."""
        ...

    def menu(self, person: Any) -> Sequence[MenuItem]:
        """The menu below the chat."""
        ...

    def facts(self, person: Any) -> Sequence[Fact]:
        """What the platform knows and allows."""
        ...

    def taken(self, result: Any) -> bool:
        """Whether the product has taken what a person did, by what the action returned."""
        ...
