"""The words a story is written in: who came, what was said and done, how long after the beginning."""

from dataclasses import dataclass, field

from kit.access.identity import Role
from kit.settings import Locale
from tickets.stages import Stage


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody at the desk; ``teams`` are keys of the default configuration."""

    login: str
    name: str
    role: Role
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Somebody who comes to the chat; every value is made up."""

    name: str
    locale: Locale = "zh"
    phone: str | None = None
    company: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Says:
    """The customer writes."""

    text: str


@dataclass(frozen=True)
class Answers:
    """The bot writes; with a slug it gives that article, which did or did not help."""

    text: str
    slug: str | None = None
    helped: bool | None = None


@dataclass(frozen=True)
class Opens:
    """A ticket is opened about ``text``."""

    text: str
    category: str
    facts: dict[str, str] = field(default_factory=dict)
    wants_person: bool = False


@dataclass(frozen=True)
class Replies:
    """A colleague writes to the customer."""

    who: str
    text: str


@dataclass(frozen=True)
class Notes:
    """A colleague writes for colleagues only."""

    who: str
    text: str


@dataclass(frozen=True)
class Moves:
    """A colleague sets the stage."""

    who: str
    target: Stage


@dataclass(frozen=True)
class Promises:
    """A colleague promises a result ``minutes`` after this step."""

    who: str
    minutes: int


@dataclass(frozen=True)
class Lapses:
    """The promised moment goes by."""


@dataclass(frozen=True)
class Resolves:
    """A colleague says what was done."""

    who: str
    solution: str


@dataclass(frozen=True)
class Confirms:
    """The customer says it works."""


@dataclass(frozen=True)
class Reopens:
    """The customer says it does not."""

    reason: str


@dataclass(frozen=True)
class Rates:
    """The customer is asked how it went, and answers."""

    score: int
    comment: str = ""


Deed = Says | Answers | Opens | Replies | Notes | Moves | Promises | Lapses | Resolves | Confirms | Reopens | Rates


@dataclass(frozen=True, kw_only=True)
class Story:
    """One customer's matter. It began ``began`` minutes ago; each step says how many minutes after that."""

    customer: Customer
    began: int
    steps: tuple[tuple[int, Deed], ...]
