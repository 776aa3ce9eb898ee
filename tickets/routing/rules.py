"""Rules asked in order: pure, so that a dry run and a real ticket cannot differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tickets.conditions import Conditions, On, Traits, is_met


@dataclass(frozen=True, kw_only=True)
class Actions:
    """What a rule does; nothing where it leaves things as they are."""

    category: str | None = None
    team: str | None = None
    priority: int | None = None
    tags: tuple[str, ...] = ()
    #: What somebody has to know who is given the ticket.
    skill: str | None = None
    #: The login of who gets it, if this person has room.
    assign: str | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Actions":
        """From the row; what a later version may have written is left alone."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if stored.get(name) not in (None, "", [])}
        return cls(**{**known, "tags": tuple(stored.get("tags") or ())})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A row, read."""

    key: str
    name: str
    conditions: Conditions
    actions: Actions
    stop: bool = False


@dataclass(frozen=True)
class Asked:
    """What one rule made of a ticket; ``failed`` are the conditions that are not met."""

    rule: Rule
    failed: tuple[On, ...] = ()
    #: A rule before it ended the asking.
    skipped: bool = False

    @property
    def met(self) -> bool:
        return not self.failed and not self.skipped


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What all rules together decided; ``because`` has the rule that decided each thing last."""

    actions: Actions
    because: Mapping[str, Rule]
    asked: tuple[Asked, ...]


def ask(rules: Sequence[Rule], placed: Callable[[Actions], Traits]) -> Verdict:
    """Ask every rule in order, until one says stop; ``placed`` is the ticket after what was decided so far."""
    asked: list[Asked] = []
    decided: dict[str, Any] = {}
    because: dict[str, Rule] = {}
    traits, stopped = placed(Actions()), False
    for rule in rules:
        failed = () if stopped else failing(rule.conditions, traits)
        asked.append(Asked(rule, failed, skipped=stopped))
        if stopped or failed:
            continue
        said = {name: value for name in Actions.__dataclass_fields__ if (value := getattr(rule.actions, name))}
        decided |= {**said, "tags": (*decided.get("tags", ()), *rule.actions.tags)}
        because |= dict.fromkeys(said, rule)
        traits, stopped = placed(Actions(**decided)), rule.stop
    return Verdict(actions=Actions(**decided), because=because, asked=tuple(asked))


def failing(conditions: Conditions, traits: Traits) -> tuple[On, ...]:
    """Which conditions are not met."""
    return tuple(On(name) for name in conditions if not is_met({name: conditions[name]}, traits))
