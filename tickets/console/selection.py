"""What of the queue somebody wants to see: the filters of the address, checked."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query

from kit.text import clean_text
from tickets.stages import Priority, Stage

LONGEST_SEARCH = 80
_FAR = 10**6


class Tab(StrEnum):
    """The ways to look at the queue; each has a text ``console.tab.<tab>``."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    FIRST_REPLY = "first_reply"
    ALARMS = "alarms"
    CONFIRMING = "confirming"
    SOLVED = "solved"


class Assigned(StrEnum):
    """Whose tickets."""

    ANYONE = ""
    MINE = "mine"
    UNASSIGNED = "unassigned"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One view of the queue; ``after`` is the cursor of its page."""

    tab: Tab = Tab.OPEN
    stage: Stage | None = None
    team: int | None = None
    assigned: Assigned = Assigned.ANYONE
    priority: Priority | None = None
    channel: str = ""
    alarm: bool = False
    waiting: bool = False
    text: str = ""
    after: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab is chosen."""
        return replace(self, after="", tab=Tab.OPEN) != Selection()

    def query(self, **changes: Any) -> str:
        """The address of this view with something changed; a changed view begins at its first page."""
        changed = replace(self, **{"after": "", **changes})
        named = {
            "tab": changed.tab.value,
            "stage": changed.stage.value if changed.stage else "",
            "team": changed.team or "",
            "assigned": changed.assigned.value,
            "priority": int(changed.priority) if changed.priority else "",
            "channel": changed.channel,
            "alarm": "1" if changed.alarm else "",
            "waiting": "1" if changed.waiting else "",
            "q": changed.text,
            "after": changed.after,
        }
        return "?" + urlencode({name: value for name, value in named.items() if value != ""})


def _selection(  # noqa: PLR0917 - FastAPI fills each by its name in the address.
    tab: str = "",
    stage: str = "",
    team: str = "",
    assigned: str = "",
    priority: str = "",
    channel: Annotated[str, Query(max_length=40)] = "",
    alarm: str = "",
    waiting: str = "",
    q: str = "",
    after: Annotated[str, Query(max_length=1000)] = "",
) -> Selection:
    # A filter nobody knows is no filter: an old bookmark still shows the queue.
    number = _number(priority)
    return Selection(
        tab=Tab(tab) if tab in set(Tab) else Tab.OPEN,
        stage=Stage(stage) if stage in set(Stage) else None,
        team=_number(team),
        assigned=Assigned(assigned) if assigned in set(Assigned) else Assigned.ANYONE,
        priority=Priority(number) if number in set(Priority) else None,
        channel=clean_text(channel),
        alarm=bool(alarm),
        waiting=bool(waiting),
        text=clean_text(q)[:LONGEST_SEARCH],
        after=after,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < len(str(_FAR)) else None


SelectionDep = Annotated[Selection, Depends(_selection)]
