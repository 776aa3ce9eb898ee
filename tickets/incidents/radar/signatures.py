"""What complaints have in common: the marks by which they are counted together, fine and coarse."""

from dataclasses import dataclass
from datetime import datetime

#: Every complaint carries it, so that an outage of everything is seen although it has no one face.
EVERYTHING = "everything"
#: Stands before a wording that is not quoted: the title of what people's words are like.
ALIKE = "≈"


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of a complaint; an empty text where nothing is."""

    component: str = ""
    region: str = ""
    version: str = ""
    code: str = ""
    #: What was quoted from the screen, or the name of the group it is like.
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """One or two marks together; ``name`` is what it is stored by and stays the same."""

    name: str
    component: str = ""
    version: str = ""

    @property
    def is_wide(self) -> bool:
        """Common to so many that only a sudden rise says anything."""
        return self.name == EVERYTHING or self.name.startswith("region:")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody says that something does not work; ``at`` is in UTC."""

    at: datetime
    person: int
    signatures: tuple[Signature, ...]


def signatures(marks: Marks) -> tuple[Signature, ...]:
    """All marks a complaint is counted by, the finest first."""
    part, found = marks.component, []
    for kind, value in (("code", marks.code), ("wording", marks.wording)):
        if value:
            found.append(Signature(f"{kind}:{value}", part))
    if part:
        if marks.region:
            found.append(Signature(f"component:{part}|region:{marks.region}", part))
        if marks.version:
            found.append(Signature(f"component:{part}|version:{marks.version}", part, marks.version))
        found.append(Signature(f"component:{part}", part))
    if marks.region:
        found.append(Signature(f"region:{marks.region}"))
    return (*found, Signature(EVERYTHING))


def marks_in(name: str) -> dict[str, str]:
    """The marks a signature of that name asks for, by the names of :class:`Marks`; nothing for everything."""
    kind, _, value = name.partition(":")
    if kind in {"code", "wording"}:
        return {kind: value}
    pairs = (part.partition(":") for part in name.split("|") if name != EVERYTHING)
    return {kind: value for kind, _, value in pairs}
