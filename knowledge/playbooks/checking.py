"""Whether everybody who begins a playbook comes to an end of it, and whether what it names is there."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.playbooks.plans import Ask, Attempt, Branch, Choice, Escalate, Input, Node, Plan, Put, waits, ways
from knowledge.playbooks.reading import Fault, read_plan

#: The narrowest platform shows no more on a button.
LONGEST_LABEL = {"zh": 12, "en": 24}
MOST_OPTIONS = 9


@dataclass(frozen=True)
class Surroundings:
    """What a playbook may name."""

    articles: Collection[str]
    topics: Collection[str]
    categories: Collection[str]
    #: What an input may be checked for.
    checks: Collection[str]
    #: What of a person's words is known without asking.
    known: Collection[str]


def check_source(source: str, around: Surroundings) -> list[Fault]:
    """Everything that is wrong, by line; an empty list is a playbook that can be walked."""
    plan, faults = read_plan(source)
    if plan is None:
        return faults
    return sorted([*faults, *check_plan(plan, around)], key=lambda fault: (fault.line, fault.what))


def check_plan(plan: Plan, around: Surroundings) -> Iterator[Fault]:
    """What is wrong with a plan that could be read."""
    yield from _names(plan, around)
    if plan.start not in plan.nodes:
        yield _fault(plan, "", "no_such_node", name=plan.start)
        return
    for key, node in plan.nodes.items():
        for target in ways(node):
            if target and target not in plan.nodes:
                yield _fault(plan, key, "no_such_node", name=target)
        yield from _node(plan, key, node, around)
    yield from _unreached(plan)
    yield from _endless(plan)
    yield from _no_way_out(plan)


def _names(plan: Plan, around: Surroundings) -> Iterator[Fault]:
    if plan.topic and plan.topic not in around.topics:
        yield _fault(plan, "", "no_such_topic", name=plan.topic)
    for slug in plan.articles:
        if slug not in around.articles:
            yield _fault(plan, "", "no_such_article", name=slug)
    for fact in plan.facts.values():
        if fact.known and fact.known not in around.known:
            yield _fault(plan, "", "no_such_known", name=fact.known)


def _node(plan: Plan, key: str, node: Node, around: Surroundings) -> Iterator[Fault]:
    for fact in _facts_of(node):
        if fact not in plan.facts:
            yield _fault(plan, key, "no_such_fact", name=fact)
    match node:
        case Choice():
            yield from _options(plan, key, node)
        case Input() if node.check not in around.checks:
            yield _fault(plan, key, "no_such_check", name=node.check)
        case Attempt() if node.article and node.article not in around.articles:
            yield _fault(plan, key, "no_such_article", name=node.article)
        case Escalate() if node.category and node.category not in around.categories:
            yield _fault(plan, key, "no_such_category", name=node.category)


def _options(plan: Plan, key: str, node: Choice) -> Iterator[Fault]:
    if len(node.options) > MOST_OPTIONS:
        yield _fault(plan, key, "many_options", most=MOST_OPTIONS)
    for option in node.options:
        for locale, text in option.label.items():
            if len(text) > LONGEST_LABEL[locale]:
                yield _fault(plan, key, "long_label", label=text, most=LONGEST_LABEL[locale])


def _facts_of(node: Node) -> list[str]:
    match node:
        case Choice():
            put = [name for option in node.options for name in option.set]
            return [*([node.fact] if node.fact else []), *put]
        case Ask() | Input():
            return [node.fact]
        case Branch():
            return [node.fact]
        case Put():
            return list(node.values)
    return []


def reached(plan: Plan, start: str) -> set[str]:
    """The nodes somebody can come to from there."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key in plan.nodes and key not in seen:
            seen.add(key)
            waiting += ways(plan.nodes[key])
    return seen


def _unreached(plan: Plan) -> Iterator[Fault]:
    for key in plan.nodes.keys() - reached(plan, plan.start):
        yield _fault(plan, key, "unreached")


def _endless(plan: Plan) -> Iterator[Fault]:
    """A round in which nobody is asked anything would never end."""
    for key, node in plan.nodes.items():
        seen, at = {key}, [] if waits(node) else list(ways(node))
        while at:
            target = at.pop()
            if target == key:
                yield _fault(plan, key, "endless")
                break
            if target in plan.nodes and target not in seen and not waits(plan.nodes[target]):
                seen.add(target)
                at += ways(plan.nodes[target])


def _no_way_out(plan: Plan) -> Iterator[Fault]:
    """From every node there is a way to an end."""
    ends = {key for key, node in plan.nodes.items() if not list(ways(node))}
    for key in plan.nodes:
        if not ends & reached(plan, key):
            yield _fault(plan, key, "no_end")


def _fault(plan: Plan, node: str, what: str, **values: Any) -> Fault:
    return Fault(plan.lines.get(node, 1), node, what, values)
