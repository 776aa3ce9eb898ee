"""The policies in force, and which of them a ticket follows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tickets.conditions import Conditions, Traits, is_met
from tickets.errors import ConditionUnknownError
from tickets.sla.models import ClockKind
from tickets.sla.steps import Step
from tickets.sla.working_time import Always, Time
from tickets.stages import Priority, Stage

__all__ = ["BROUGHT_ALONG", "DEFAULTS", "Policy", "Rules", "Target"]

_HOUR = 3600
#: What holds until an organisation sets its own: a first reply within a day, faster when it is worse.
DEFAULTS: dict[Priority, tuple[int, int]] = {
    Priority.URGENT: (1 * _HOUR, 8 * _HOUR),
    Priority.HIGH: (4 * _HOUR, 24 * _HOUR),
    Priority.NORMAL: (24 * _HOUR, 72 * _HOUR),
    Priority.LOW: (24 * _HOUR, 120 * _HOUR),
}
PAUSES = (Stage.WAITING, Stage.CONFIRMING)


@dataclass(frozen=True, kw_only=True)
class Target:
    """How fast tickets of a priority are answered, answered again and solved; nothing: no clock runs."""

    priority: int
    first_reply_s: int | None
    next_reply_s: int | None
    resolution_s: int | None

    def seconds(self, kind: ClockKind) -> int | None:
        match kind:
            case ClockKind.FIRST_REPLY:
                return self.first_reply_s
            case ClockKind.NEXT_REPLY:
                return self.next_reply_s
            case ClockKind.RESOLUTION:
                return self.resolution_s


def default_target(priority: int) -> Target:
    """What we bring along; a further reply is due as fast as the first."""
    first_reply_s, resolution_s = DEFAULTS[Priority(priority)]
    return Target(priority=priority, first_reply_s=first_reply_s, next_reply_s=first_reply_s, resolution_s=resolution_s)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Targets, how their time is counted, and what happens around their end.

    ``time`` counts the targets; ``business`` counts what reports call working time, also where targets run on at night.
    """

    id: int | None
    key: str
    names: Mapping[str, str]
    conditions: Conditions = field(default_factory=dict)
    active: bool = True
    calendar_id: int | None = None
    time: Time = field(default_factory=Always)
    business: Time = field(default_factory=Always)
    targets: Mapping[int, Target] = field(default_factory=dict)
    pauses: frozenset[str] = frozenset(PAUSES)
    steps: tuple[Step, ...] = ()

    def target(self, priority: int) -> Target:
        return self.targets.get(priority) or default_target(priority)

    def target_s(self, kind: ClockKind, priority: int) -> int | None:
        return self.target(priority).seconds(kind)

    def due(self, kind: ClockKind, priority: int, start: datetime) -> datetime:
        """The end of a clock that starts and is never paused; where none runs, by what we bring along."""
        seconds = self.target_s(kind, priority)
        if seconds is None:
            return start + timedelta(seconds=default_target(priority).seconds(kind) or 0)
        return self.time.add(start, timedelta(seconds=seconds))


BROUGHT_ALONG = Policy(id=None, key="", names={"zh": "默认时限", "en": "Default targets"})


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All of it at one moment; replaced as a whole."""

    policies: tuple[Policy, ...] = ()
    categories: Mapping[int, str] = field(default_factory=dict)
    teams: Mapping[int, str] = field(default_factory=dict)

    def match(self, traits: Traits) -> Policy:
        """Exactly one: the first active one whose conditions are met, else what we bring along."""
        return next((one for one in self.policies if one.active and _holds(one, traits)), BROUGHT_ALONG)

    def policy(self, policy_id: int | None) -> Policy:
        return next((one for one in self.policies if one.id == policy_id), BROUGHT_ALONG)

    @property
    def general(self) -> Policy:
        """The one of tickets nothing special is known of."""
        return next((one for one in self.policies if one.active and not one.conditions), BROUGHT_ALONG)


def _holds(policy: Policy, traits: Traits) -> bool:
    """A condition of a later version that nobody here can check is not met."""
    try:
        return is_met(policy.conditions, traits)
    except ConditionUnknownError:
        return False
