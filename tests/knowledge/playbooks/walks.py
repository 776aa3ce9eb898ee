"""Every way through a playbook, found by itself: what somebody would have to answer to get along each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.defaults import CATEGORIES
from bot.dialogue.diagnosing import CHECKS, KNOWN
from bot.installation import CONTENT
from knowledge.loader import COMPONENTS, read_folder
from knowledge.playbooks.checking import Surroundings
from knowledge.playbooks.plans import Ask, Attempt, Branch, Choice, Input, Node, Plan, Put
from knowledge.playbooks.reading import read_plan

FOLDER = CONTENT / "playbooks"
KEYS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
#: Something sound of each kind that is checked for.
SOUND = {
    "invoice_number": "24312000000123456789",
    "invoice_code": "031002100104",
    "credit_code": "91110108MA01ABCD3T",
    "phone": "13800138000",
    "date": "11月20日",
    "number": "3",
    "text": "就这样",
}


@dataclass(frozen=True)
class Answer:
    """At a node: the ``value`` of the button, the words of who types, and what is typed where there is no button."""

    node: str
    value: str
    words: str


@cache
def plan_of(key: str) -> Plan:
    plan, faults = read_plan(Path(FOLDER / f"{key}.yaml").read_text(encoding="utf-8"))
    assert plan is not None
    assert faults == []
    return plan


@cache
def surroundings() -> Surroundings:
    return Surroundings(
        articles=frozenset(file.slug for file in read_folder(CONTENT)),
        topics=COMPONENTS,
        categories=frozenset(leaf.key for root in CATEGORIES for leaf in root.leaves),
        checks=CHECKS,
        known=KNOWN,
    )


def answers(key: str, node: Node) -> Iterator[tuple[Answer, str]]:
    """What can be answered at a node, and where each leads."""
    match node:
        case Choice():
            for option in node.options:
                yield Answer(key, option.key, option.label["zh"]), option.to
        case Attempt():
            yield Answer(key, "solved", "好了"), node.solved
            yield Answer(key, "else", "还是不行"), node.otherwise
        case Input():
            yield Answer(key, "", SOUND[node.check]), node.to
            if node.skip:
                yield Answer(key, "skip", node.skip.label["zh"]), node.skip.to
        case Ask():
            yield Answer(key, "", "提示：签名服务器返回异常"), node.to
        case Put() | Branch():
            msg = "the shipped ones do without; a walk of those is told by hand"
            raise NotImplementedError(msg)


def ways_to_ends(plan: Plan) -> list[tuple[Answer, ...]]:
    """One way along each answer of each node, on to an end; every end and every answer is on one of them."""
    to: dict[str, tuple[Answer, ...]] = {plan.start: ()}
    waiting = [plan.start]
    steps: list[tuple[Answer, str]] = []
    while waiting:
        key = waiting.pop(0)
        for answer, target in answers(key, plan.nodes[key]):
            steps.append((answer, target))
            if target not in to:
                to[target] = (*to[key], answer)
                waiting.append(target)
    onward = _onward(plan)
    return [(*to[answer.node], answer, *onward[target]) for answer, target in steps]


def _onward(plan: Plan) -> dict[str, tuple[Answer, ...]]:
    """The shortest way from each node to an end."""
    found: dict[str, tuple[Answer, ...]] = {}
    while len(found) < len(plan.nodes):
        before = len(found)
        for key, node in plan.nodes.items():
            following = list(answers(key, node))
            if key in found:
                continue
            if not following:
                found[key] = ()
            for answer, target in following:
                if target in found:
                    found[key] = (answer, *found[target])
                    break
        assert len(found) > before, "somewhere there is no way to an end"
    return found
