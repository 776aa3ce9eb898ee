"""Quick replies: their ids, which come back from the platform, and what a press means."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a button asks for; an id is the action and, after colons, its values."""

    YES = "yes"
    NO = "no"
    ARTICLE = "article"
    NONE = "none"
    TICKET = "ticket"
    PERSON = "person"
    SKIP = "skip"
    BACK = "back"
    STATUS = "status"
    WORKS = "works"
    BROKEN = "broken"
    RATE = "rate"
    LANG = "lang"
    LINK = "link"
    UNLINK = "unlink"
    #: Begin the playbook of that key.
    WALK = "walk"
    #: The question of a playbook, and the answer to it.
    STEP = "step"


_ACTIONS: dict[str, Action] = {action.value: action for action in Action}


@dataclass(frozen=True)
class Press:
    """A pressed button."""

    action: Action
    values: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The first value, or empty."""
        return self.values[0] if self.values else ""

    def number(self, place: int) -> int | None:
        """The value at a place as a whole number, if it is one."""
        text = self.values[place] if len(self.values) > place else ""
        return int(text) if text.isascii() and text.isdecimal() else None


def press_id(action: Action, *values: object) -> str:
    """The id to put on a button."""
    return ":".join([action, *(str(value) for value in values)])


def parse_press(button: str | None) -> Press | None:
    """The meaning of an id that came back; None for none, and for what is no id of ours."""
    if not button:
        return None
    action, *values = button.split(":")
    return Press(_ACTIONS[action], tuple(values)) if action in _ACTIONS else None
