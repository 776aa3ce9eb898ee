"""What of the queue somebody wants to see: the filters of the address, checked."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection

from kit.text import clean_text
from kit.web.deps import held
from tickets.stages import Priority, Stage

LONGEST_SEARCH = 200
_LONGEST_WORD = 80
_LONGEST_CURSOR = 1000
_FAR = 10**9


class Tab(StrEnum):
    """The ways to look at the queue; each has a text ``console.tab.<tab>``."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    FIRST_REPLY = "first_reply"
    ALARMS = "alarms"
    CONFIRMING = "confirming"
    SNOOZED = "snoozed"
    SOLVED = "solved"


class Assigned(StrEnum):
    """Whose tickets."""

    ANYONE = ""
    MINE = "mine"
    UNASSIGNED = "unassigned"


class Due(StrEnum):
    """When the nearest clock of a ticket ends; each has a text ``console.due.<due>``."""

    ANY = ""
    LATE = "late"
    #: Within the hour.
    SOON = "soon"
    #: Before midnight, the late ones too.
    TODAY = "today"


class Sort(StrEnum):
    """What comes first; each but the natural one has a text ``console.sort.<sort>``."""

    #: What was looked for by how well it fits, solved tickets by when they were solved, others by urgency.
    NATURAL = ""
    #: Priority, then the nearest end of a clock, then age.
    URGENCY = "urgency"
    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"
    DUE = "due"
    #: Who has been waiting for us longest.
    WAITING = "waiting"


class Incident(StrEnum):
    """Whether a ticket belongs to an incident, where not one incident is meant."""

    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One view of the queue; ``after`` is the cursor of its page, ``view`` the saved view it came from.

    Snoozed tickets are left out of the open ones unless ``snoozed`` asks for them too.
    """

    view: int | None = None
    tab: Tab = Tab.OPEN
    stage: Stage | None = None
    team: int | None = None
    assigned: Assigned = Assigned.ANYONE
    assignee: int | None = None
    priority: Priority | None = None
    channel: str = ""
    region: str = ""
    category: int | None = None
    component: str = ""
    incident: Incident | int | None = None
    tag: str = ""
    language: str = ""
    due: Due = Due.ANY
    waiting: bool = False
    alarm: bool = False
    snoozed: bool = False
    followed: bool = False
    text: str = ""
    sort: Sort = Sort.NATURAL
    after: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab, the order and the view it came from is chosen."""
        return replace(self, after="", tab=Tab.OPEN, sort=Sort.NATURAL, view=None) != Selection()

    @property
    def anywhere(self) -> bool:
        """Whether solved tickets are meant too: a number or word is looked for everywhere, as is a stage."""
        return self.tab is Tab.OPEN and bool(self.text or self.stage)

    def query(self, **changes: Any) -> str:
        """The address of this view with something changed; a changed view begins at its first page."""
        return _address(replace(self, **{"after": "", **changes}))


#: The names in the address that differ from those of the fields.
_NAMES = {"text": "q"}


@lru_cache(maxsize=2000)
def _address(selection: Selection) -> str:
    # A page has dozens, and the same ones each time somebody looks.
    written = {_NAMES.get(one.name, one.name): getattr(selection, one.name) for one in fields(selection)}
    written["tab"] = selection.tab.value
    return "?" + urlencode({name: _written(value) for name, value in written.items() if value or name == "tab"})


def _written(value: Any) -> str:
    if value is True:
        return "1"
    return str(int(value)) if isinstance(value, int) else str(value)


def from_query(query: str) -> Selection:
    """The selection of an address, with or without its question mark; what nobody knows is no filter."""
    return _selection(dict(parse_qsl(query.removeprefix("?"), max_num_fields=100)))


def _selection(asked: dict[str, str]) -> Selection:
    # A filter nobody knows is no filter: an old bookmark still shows the queue.
    chosen = {one.name: _READERS[one.name](asked.get(_NAMES.get(one.name, one.name), "")) for one in fields(Selection)}
    return Selection(**chosen)


def _one_of(kind: type[StrEnum], otherwise: StrEnum | None) -> Callable[[str], Any]:
    return lambda text: kind(text) if text in set(kind) else otherwise


def _priority(text: str) -> Priority | None:
    number = _number(text)
    return Priority(number) if number in set(Priority) else None


def _incident(text: str) -> Incident | int | None:
    return Incident(text) if text in set(Incident) else _number(text)


def _number(text: str) -> int | None:
    known = text.isdecimal() and text.isascii() and len(text) < len(str(_FAR))
    return int(text) or None if known else None


def _word(text: str) -> str:
    return clean_text(text)[:_LONGEST_WORD]


def _searched(text: str) -> str:
    return clean_text(text)[:LONGEST_SEARCH]


def _cursor(text: str) -> str:
    # One that is cut is refused where it is read.
    return text[: _LONGEST_CURSOR + 1]


_READERS: dict[str, Callable[[str], Any]] = {
    "view": _number,
    "tab": _one_of(Tab, Tab.OPEN),
    "stage": _one_of(Stage, None),
    "team": _number,
    "assigned": _one_of(Assigned, Assigned.ANYONE),
    "assignee": _number,
    "priority": _priority,
    "channel": _word,
    "region": _word,
    "category": _number,
    "component": _word,
    "incident": _incident,
    "tag": _word,
    "language": _word,
    "due": _one_of(Due, Due.ANY),
    "waiting": bool,
    "alarm": bool,
    "snoozed": bool,
    "followed": bool,
    "text": _searched,
    "sort": _one_of(Sort, Sort.NATURAL),
    "after": _cursor,
}


def _of_request(connection: HTTPConnection) -> Selection:
    return _selection(dict(connection.query_params))


SelectionDep = Annotated[Selection, held(_of_request)]
