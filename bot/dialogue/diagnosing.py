"""A walk through a playbook within the dialogue: pure. Whatever else somebody says comes first, and then we go on."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from bot.dialogue.decisions import (
    AddToTicket,
    Answer,
    Decision,
    Explain,
    MarkHelped,
    OfferPlaybook,
    OpenTicket,
    RunPlaybook,
    Say,
    ShowStatus,
)
from bot.dialogue.entities import EntityKind, extract
from bot.dialogue.intents import Intent
from bot.dialogue.memory import CHOSEN, Draft, Memory, Step
from bot.dialogue.presses import Action, Press
from bot.dialogue.situation import Situation, Turn
from knowledge.playbooks import walking
from knowledge.playbooks.matching import folded
from knowledge.playbooks.plans import Ask, Attempt, Done, Escalate, Node, Plan
from knowledge.search.calibration import Outcome

#: What an input of a playbook may be checked for.
CHECKS = frozenset({*(kind.value for kind in EntityKind), "date", "number", "text"})
KNOWN = frozenset(kind.value for kind in EntityKind)
_WANTS_STEPS = re.compile(
    r"一步一?步|带我查|带我排查|帮我排查|排查一下|怎么排查|逐步|walk me through|step by step|troubleshoot",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？]|怎么|如何|为什么|为啥|什么|吗\b|吗$|how |what |why |can i", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}月\d{1,2}[日号]|今天|昨天|前天|today|yesterday", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
#: Somebody's words and a phrasing of a playbook share so much when they mean the same.
_NEAR = 0.75
#: So often in a row not understood, and a person is offered.
_MISSES = 2


def plan_for(situation: Situation, slug: str | None) -> Plan | None:
    """The playbook that is offered under an article, unless it was walked already."""
    plan = next((plan for plan in situation.plans.values() if slug in plan.articles), None)
    return plan if plan and plan.key not in situation.memory.walked else None


def plan_wanted(situation: Situation) -> Plan | None:
    """The playbook somebody asks for in so many words, or nearly so many."""
    said = folded(situation.said.text)
    nearest = max(
        ((_likeness(said, way), plan) for plan in situation.plans.values() for way in plan.phrasings),
        key=lambda one: one[0],
        default=None,
    )
    if nearest is not None and nearest[0] >= _NEAR:
        return nearest[1]
    if not _WANTS_STEPS.search(situation.said.text):
        return None
    hits = situation.found.hits if situation.found and situation.found.outcome is not Outcome.ABSTAIN else ()
    slugs = [situation.memory.slug, *(hit.article for hit in hits)]
    return next((fits for slug in slugs if (fits := plan_for(situation, slug))), None)


def _likeness(one: str, other: str) -> float:
    """The share of pairs of characters that two texts have in common."""
    ours, theirs = _pairs(one), _pairs(other)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else float(one == other)


@lru_cache(maxsize=2048)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(text)))


def begin_walk(situation: Situation, plan: Plan, *before: Decision) -> Turn:
    """At the first question whose answer is not known."""
    memory = situation.memory
    problem = memory.question or situation.said.text
    asked = memory.model_copy(update={"question": problem, "walked": (*memory.walked, plan.key)})
    step = walking.begin(plan, _known(situation, plan, asked, situation.said.text))
    return _stand(situation, asked, plan, step, *before, lead="begin")


def offer_walk(situation: Situation, plan: Plan, *before: Decision) -> Turn:
    """Ask whether to go through it together."""
    return Turn((*before, OfferPlaybook(plan)), situation.memory.at(Step.WALK_OFFER))


def on_walk(situation: Situation) -> Turn | None:
    """What was typed while a question of a playbook stands."""
    if (elsewhere := _moved(situation)) is not None:
        return elsewhere
    walk, plan = situation.memory.walk, situation.plan
    if walk is None or plan is None:
        return None
    node, memory = plan.nodes[walk.node], situation.memory
    match situation.said.intent:
        case Intent.BACK:
            return _stand(situation, memory, plan, walking.back(plan, walk))
        case Intent.RESTART:
            return _stand(
                situation, memory, plan, walking.begin(plan, _known(situation, plan, memory, "")), lead="restart"
            )
        case Intent.CLOSE:
            return Turn((Say("walk_stopped", ("ticket", "person")),), stopped(memory))
        case Intent.LATER:
            return Turn((Say("take_your_time"),), memory)
        case Intent.TICKET_STATUS:
            return _again(situation, plan, walk, ShowStatus(situation.said.ticket_number))
    if (between := _question_between(situation, node)) is not None:
        return _again(situation, plan, walk, between)
    step = walking.answer(plan, walk, _answered(situation, node))
    return _stand(situation, memory, plan, step) if step else _not_understood(situation, plan, walk)


def on_walk_press(situation: Situation, press: Press) -> Turn:
    """Begin one, or the button of a question; one of an earlier question only shows where we are."""
    walk, plan, memory = situation.memory.walk, situation.plan, situation.memory
    if press.action is Action.WALK:
        chosen = situation.plans.get(press.value)
        return begin_walk(situation, chosen) if chosen else Turn((Say("too_late"),), memory)
    if walk is None or plan is None:
        return Turn((Say("too_late"),), memory)
    if (elsewhere := _moved(situation)) is not None:
        return elsewhere
    name, value = press.value, press.values[1] if len(press.values) > 1 else ""
    step = walking.answer(plan, walk, walking.Answered(value=value)) if name == walk.node else None
    return _stand(situation, memory, plan, step) if step else _again(situation, plan, walk)


def back_press(situation: Situation) -> Turn:
    """The button of that name."""
    walk, plan = situation.memory.walk, situation.plan
    if walk is None or plan is None:
        return Turn((Say("too_late"),), situation.memory)
    return _moved(situation) or _stand(situation, situation.memory, plan, walking.back(plan, walk))


def _moved(situation: Situation) -> Turn | None:
    """The text the walk began with is gone and the one in force goes another way: on from the nearest place."""
    walk, plan = situation.memory.walk, situation.plan
    if walk is None or plan is None or walk.digest == plan.digest or walk.node in plan.nodes:
        return None
    memory = situation.memory.model_copy(update={"walk": walking.with_digest(walk, plan)})
    return _stand(situation, memory, plan, walking.here(plan, walking.with_digest(walk, plan)), lead="moved")


def stopped(memory: Memory) -> Memory:
    """Without the walk."""
    return memory.model_copy(update={"walk": None, "step": None})


def _known(situation: Situation, plan: Plan, memory: Memory, text: str) -> Mapping[str, str]:
    """What was said before, here or on the open ticket, and need not be asked again, by fact."""
    heard: dict[str, str] = {}
    ticket = situation.ticket.facts if situation.ticket and situation.ticket.is_open else {}
    for said in (text, memory.question, *memory.known.values(), *ticket.values()):
        for entity in extract(said):
            if entity.problem is None:
                heard.setdefault(entity.kind.value, entity.value)
    found = {name: heard.get(fact.known, "") for name, fact in plan.facts.items()}
    return {name: value for name, value in found.items() if value}


def _stand(
    situation: Situation, memory: Memory, plan: Plan, step: walking.Step, *before: Decision, lead: str = ""
) -> Turn:
    """Ask the next question, or come to the end."""
    run = RunPlaybook(plan, step, lead)
    memory = memory.model_copy(update={"walk": step.walk, "step": Step.WALK})
    match step.end:
        case Done():
            marked = (MarkHelped(memory.slug, helped=True),) if memory.slug else ()
            over = {"slug": None, "candidates": (), "question": ""}
            return Turn((*before, run, *marked), stopped(memory).model_copy(update=over))
        case Escalate() as end:
            return _hand_over(situation, memory, plan, end, (*before, run))
    return Turn((*before, run), memory)


def _hand_over(situation: Situation, memory: Memory, plan: Plan, end: Escalate, before: tuple[Decision, ...]) -> Turn:
    """People take over; what was found out stays in the memory until it is in the ticket."""
    if situation.ticket and situation.ticket.is_open and not situation.ticket.awaits_confirmation:
        return Turn((*before, AddToTicket()), memory.at(None))
    draft = Draft(problem=memory.question, component=plan.topic, sure=CHOSEN, facts=memory.known)
    opened = OpenTicket(category=end.category, priority=end.priority)
    return Turn((*before, opened), memory.model_copy(update={"draft": draft, "step": None}))


def _again(situation: Situation, plan: Plan, walk: walking.Walk, *before: Decision) -> Turn:
    lead = "go_on" if before else ""
    return Turn((*before, RunPlaybook(plan, walking.here(plan, walk), lead)), situation.memory.at(Step.WALK))


def _question_between(situation: Situation, node: Node) -> Answer | None:
    """A question of another kind: answered when we are sure, without losing the thread."""
    result = situation.found
    asks = Intent.QUESTION in {situation.said.intent, *situation.said.also} and _ASKS.search(situation.said.text)
    if not asks or result is None or result.outcome is not Outcome.ANSWER:
        return None
    if isinstance(node, Ask) and situation.said.entities:
        return None
    walk, plan = situation.memory.walk, situation.plan
    if walk and plan and not isinstance(node, Ask) and walking.answer(plan, walk, _answered(situation, node)):
        return None
    return Answer(result.hits[0].article, ask=False)


def _answered(situation: Situation, node: Node) -> walking.Answered:
    said = situation.said
    works = None
    if isinstance(node, Attempt):
        works = {Intent.YES: True, Intent.THANKS: True, Intent.NO: False, Intent.STILL_BROKEN: False}.get(said.intent)
    text = said.text or ("📎" if situation.has_files and isinstance(node, Ask) else "")
    return walking.Answered(text=text, works=works, skips=said.intent is Intent.SKIP, typed=_typed(situation))


def _typed(situation: Situation) -> dict[str, str]:
    said = situation.said
    found = {entity.kind.value: entity.value for entity in said.entities if entity.problem is None}
    for name, pattern in (("date", _DATE), ("number", _NUMBER)):
        if match := pattern.search(said.text):
            found[name] = match[0]
    return {**found, "text": said.text}


def _not_understood(situation: Situation, plan: Plan, walk: walking.Walk) -> Turn:
    """Say how to answer; after the second time a person is offered beside."""
    doubts = [Explain(entity) for entity in situation.said.entities if entity.problem is not None]
    missed = walking.missed(walk)
    memory = situation.memory.model_copy(update={"walk": missed, "step": Step.WALK})
    lead = "" if doubts else "missed_again" if missed.misses >= _MISSES else "missed"
    return Turn((*doubts, RunPlaybook(plan, walking.here(plan, missed), lead)), memory)
