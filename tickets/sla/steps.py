"""What happens around the end of a clock: when, and what is done then. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tickets.sla.errors import StepInvalidError
from tickets.sla.models import ClockKind

__all__ = ["Audience", "Deed", "DeedKind", "Step", "readable_steps"]

_TEAM = "team:"
_NOBODY = "nobody"
_MOST = 3


class Audience(StrEnum):
    """Who is told; each has a text ``sla.audience.<name>``."""

    OWNER = "owner"
    TEAM = "team"
    SUPERVISORS = "supervisors"


class DeedKind(StrEnum):
    """What a step can do; each has a text ``sla.deed.<name>``."""

    NOTIFY = "notify"
    RAISE = "raise"
    ASSIGN = "assign"


@dataclass(frozen=True)
class Deed:
    """``value`` is an audience, by how much the priority is raised, or the key of a team (none: nobody's)."""

    kind: DeedKind
    value: str

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Deed":
        [(name, value)] = raw.items()
        return cls(DeedKind(name), _checked(DeedKind(name), str(value)))


@dataclass(frozen=True)
class Step:
    """At ``at`` counted seconds before or after the end of a clock, or at a ``share`` of its target."""

    clock: ClockKind
    deeds: tuple[Deed, ...]
    at: int = 0
    share: float | None = None

    @property
    def name(self) -> str:
        """By which a clock remembers that it was done."""
        return f"at {self.at}" if self.share is None else f"share {self.share:g}"

    @property
    def warns(self) -> bool:
        """It comes before the end."""
        return self.at < 0 if self.share is None else self.share < 1

    def threshold(self, target_s: float) -> float:
        """How much has been counted when it is due; what would come before the beginning comes never."""
        return target_s + self.at if self.share is None else target_s * self.share

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Step":
        """Raises StepInvalidError with what nobody can carry out."""
        try:
            deeds = tuple(Deed.of(deed) for deed in raw.get("do", ()))
            share = float(raw["share"]) if raw.get("share") is not None else None
            if share is not None and not 0 < share <= _MOST:
                raise StepInvalidError(text=str(share))
            return cls(ClockKind(raw["clock"]), deeds, int(raw.get("at") or 0), share)
        except (KeyError, ValueError, TypeError, AttributeError) as problem:
            raise StepInvalidError(text=str(dict(raw))) from problem


def _checked(kind: DeedKind, value: str) -> str:
    match kind:
        case DeedKind.NOTIFY:
            return Audience(value).value
        case DeedKind.RAISE:
            return value if 0 < int(value) <= _MOST else _refuse(value)
        case DeedKind.ASSIGN if value == _NOBODY:
            return ""
        case DeedKind.ASSIGN if value.startswith(_TEAM) and value != _TEAM:
            return value.removeprefix(_TEAM)
    return _refuse(value)


def _refuse(value: str) -> str:
    raise StepInvalidError(text=value)


def readable_steps(raw: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Those that can be carried out: a broken one must not keep tickets from being opened."""
    return tuple(step for step in map(_readable, raw) if step is not None)


def _readable(raw: Mapping[str, Any]) -> Step | None:
    try:
        return Step.of(raw)
    except StepInvalidError:
        return None
