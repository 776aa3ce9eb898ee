"""One person's walk through a playbook: a state that is plain data, and what follows on what is said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from knowledge.playbooks.matching import meant
from knowledge.playbooks.plans import (
    Ask,
    Attempt,
    Branch,
    Choice,
    Done,
    Escalate,
    Input,
    Node,
    Option,
    Plan,
    Put,
    Words,
)

#: A plan has been checked; a wrong one still must not hang anybody.
_MOST_PASSED = 100
_LONGEST_FACT = 300


class Stop(BaseModel):
    """Where the person was asked something, with what was known then."""

    model_config = ConfigDict(frozen=True)

    node: str
    facts: dict[str, str] = Field(default_factory=dict)


class Walk(BaseModel):
    """Everything there is to know of a walk under way; kept as JSON with the conversation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    #: Of the text it began with: an edit meanwhile changes nothing for who is under way.
    digest: str
    node: str
    facts: dict[str, str] = Field(default_factory=dict)
    trail: tuple[Stop, ...] = ()
    #: What was tried and did not help, by node.
    tried: tuple[str, ...] = ()
    #: How often in a row the answer was not understood.
    misses: int = 0


@dataclass(frozen=True)
class Step:
    """Where the walk stands now; at an end when ``end`` is set."""

    walk: Walk
    node: Node
    end: Done | Escalate | None = None


@dataclass(frozen=True)
class Answered:
    """What the person did: the ``value`` of a button, or words; ``works`` where they said whether it works.

    ``typed`` are sound things found in the words, by check: an invoice number, a date.
    """

    text: str = ""
    value: str = ""
    works: bool | None = None
    skips: bool = False
    typed: Mapping[str, str] | None = None


def begin(plan: Plan, known: Mapping[str, str]) -> Step:
    """At the first question that cannot be answered from what is ``known`` (by fact)."""
    facts = {name: value[:_LONGEST_FACT] for name, value in known.items() if name in plan.facts and value}
    return _on(plan, Walk(key=plan.key, digest=plan.digest, node=plan.start, facts=facts), plan.start)


def here(plan: Plan, walk: Walk) -> Step:
    """The question again."""
    return Step(walk, plan.nodes[walk.node])


def answer(plan: Plan, walk: Walk, said: Answered) -> Step | None:
    """On by an answer; none when it was not understood."""
    node = plan.nodes[walk.node]
    match node:
        case Choice():
            option = _chosen(node, said)
            return _take(plan, walk, node, option) if option else None
        case Input():
            return _input(plan, walk, node, said)
        case Ask():
            return _fill(plan, walk, node.fact, said.text, node.to) if said.text.strip() else None
        case Attempt():
            works = {"solved": True, "else": False}.get(said.value, said.works)
            if works is None:
                return None
            tried = walk.tried if works else (*walk.tried, walk.node)
            left = _left(walk).model_copy(update={"tried": tried})
            return _on(plan, left, node.solved if works else node.otherwise)
    return None


def missed(walk: Walk) -> Walk:
    """It was not understood."""
    return walk.model_copy(update={"misses": walk.misses + 1})


def back(plan: Plan, walk: Walk) -> Step:
    """The question before, with what was known then; at the first one, that again."""
    if not walk.trail:
        return here(plan, walk)
    *before, last = walk.trail
    tried = tuple(key for key in walk.tried if key != last.node)
    update = {"node": last.node, "facts": last.facts, "trail": tuple(before), "tried": tried, "misses": 0}
    return here(plan, walk.model_copy(update=update))


def restart(plan: Plan, known: Mapping[str, str]) -> Step:
    """From the beginning, with what was known before it."""
    return begin(plan, known)


def _chosen(node: Choice, said: Answered) -> Option | None:
    if said.value:
        return next((option for option in node.options if option.key == said.value), None)
    return meant(said.text, node.options)


def _take(plan: Plan, walk: Walk, node: Choice, option: Option) -> Step:
    gained = {**option.set, **({node.fact: option.key} if node.fact else {})}
    left = _left(walk)
    return _on(plan, left.model_copy(update={"facts": walk.facts | gained}), option.to)


def _input(plan: Plan, walk: Walk, node: Input, said: Answered) -> Step | None:
    if node.skip and (said.skips or said.value == "skip" or (said.text and meant(said.text, (node.skip,)))):
        return _on(plan, _left(walk), node.skip.to)
    value = (said.typed or {}).get(node.check, "")
    # Who writes the same kind of thing twice means it.
    if not value and walk.misses and said.text.strip():
        value = said.text
    return _fill(plan, walk, node.fact, value, node.to) if value.strip() else None


def _fill(plan: Plan, walk: Walk, fact: str, value: str, to: str) -> Step:
    facts = walk.facts | {fact: value.strip()[:_LONGEST_FACT]}
    return _on(plan, _left(walk).model_copy(update={"facts": facts}), to)


def _left(walk: Walk) -> Walk:
    stop = Stop(node=walk.node, facts=walk.facts)
    return walk.model_copy(update={"trail": (*walk.trail, stop), "misses": 0})


def _on(plan: Plan, walk: Walk, to: str) -> Step:
    """Along to the next node at which somebody has to say something, or to an end."""
    for _ in range(_MOST_PASSED):
        node = plan.nodes[to]
        walk = walk.model_copy(update={"node": to})
        match node:
            case Put():
                walk, to = walk.model_copy(update={"facts": walk.facts | dict(node.values)}), node.to
            case Branch():
                value = walk.facts.get(node.fact, "")
                to = next((target for values, target in node.whens if value in values), node.otherwise)
            case Choice() | Ask() | Input() if (following := _known(walk, node)) is not None:
                walk, to = following
            case Done() | Escalate():
                return Step(walk, node, node)
            case _:
                return Step(walk, node)
    msg = f"{plan.key}: a round without a question at {to}"
    raise RuntimeError(msg)


def _known(walk: Walk, node: Choice | Ask | Input) -> tuple[Walk, str] | None:
    """What is known is not asked again."""
    value = walk.facts.get(node.fact, "") if node.fact else ""
    if not value:
        return None
    if not isinstance(node, Choice):
        return walk, node.to
    option = next((one for one in node.options if one.key == value), None) or meant(value, node.options)
    if option is None:
        return None
    facts = walk.facts | {**option.set, node.fact: option.key}
    return walk.model_copy(update={"facts": facts}), option.to


def told(plan: Plan, walk: Walk) -> list[tuple[Words, Words]]:
    """What was found out: the name of each fact, and its value; a chosen answer by its label."""
    labels = {
        (node.fact, option.key): option.label
        for node in plan.nodes.values()
        if isinstance(node, Choice) and node.fact
        for option in node.options
    }
    known = [(name, value) for name, value in walk.facts.items() if name in plan.facts and value]
    return [(plan.facts[name].label, labels.get((name, value), {"zh": value, "en": value})) for name, value in known]


def dumped(walk: Walk) -> dict[str, Any]:
    """As it is kept."""
    return walk.model_dump(mode="json", exclude_defaults=True)


def with_digest(walk: Walk, plan: Plan) -> Walk:
    """The same walk on another text of the playbook, at the nearest place that is still there."""
    stops = [stop for stop in walk.trail if stop.node in plan.nodes]
    node = walk.node if walk.node in plan.nodes else (stops.pop().node if stops else plan.start)
    return walk.model_copy(update={"digest": plan.digest, "node": node, "trail": tuple(stops)})
