"""Carry out the steps of a playbook: what is said at each, what a ticket is told of it, what is counted."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.dialogue import decisions, speech
from bot.dialogue.diagnosing import stopped
from bot.dialogue.scene import Scene
from bot.dialogue.speech import Speech
from kit.i18n import Locale
from kit.log import log
from knowledge.articles import ArticleView
from knowledge.errors import ArticleNotFoundError
from knowledge.playbooks.counting import note_walk
from knowledge.playbooks.plans import Attempt, Done, Plan
from knowledge.playbooks.walking import Walk, told

#: Facts that the desk knows by a name of its own, some of them masked.
_DESK_FACTS = {"credit_code": "tax_id", "invoice_number": "invoice_number", "phone": "phone"}
_LONGEST_TRIED = 60


async def _run(scene: Scene, decision: decisions.RunPlaybook) -> Speech:
    step, node = decision.step, decision.step.node
    state = "under_way" if step.end is None else "fixed" if isinstance(step.end, Done) else "escalated"
    await note_walk(
        scene.session, scene.now, scene.conversation.thread, step.walk, begins=decision.lead == "begin", state=state
    )
    slug = node.article if isinstance(node, Attempt) else ""
    return speech.walk(decision, _article(scene, slug), scene.locale)


def _article(scene: Scene, slug: str) -> ArticleView | None:
    """Nothing where it was retired after the playbook was approved: the words of the step stand alone."""
    try:
        return scene.library.article(slug, scene.locale) if slug else None
    except ArticleNotFoundError:
        log.warning("playbook leads to an article that is gone", slug=slug)
        return None


async def _offer(scene: Scene, decision: decisions.OfferPlaybook) -> Speech:
    return speech.offer_walk(decision, scene.locale)


def walked_facts(plan: Plan | None, walk: Walk | None, locale: Locale, tried_label: str) -> dict[str, str]:
    """What a walk found out, for a ticket: by the desk's names where it has any, else by their labels."""
    if plan is None or walk is None:
        return {}
    found = {label[locale]: value[locale] for label, value in told(plan, walk)}
    for name, fact in plan.facts.items():
        if (desk := _DESK_FACTS.get(fact.known)) and walk.facts.get(name):
            found.pop(fact.label[locale], None)
            found[desk] = walk.facts[name]
    tried = [_short(plan, key, locale) for key in walk.tried if key in plan.nodes]
    return {**found, tried_label: "；".join(tried)} if tried else found


async def take_walk(scene: Scene) -> dict[str, str]:
    """The facts of the walk in hand, which is over by that."""
    walk = scene.memory.walk
    if walk is None:
        return {}
    # Who asked for a person on the way did not just leave.
    await note_walk(scene.session, scene.now, scene.conversation.thread, walk, begins=False, state="escalated")
    scene.memory = stopped(scene.memory)
    return walked_facts(scene.plan, walk, scene.locale, scene.tell("walk.tried"))


def _short(plan: Plan, key: str, locale: Locale) -> str:
    node = plan.nodes[key]
    words = node.words.get(locale, "") if isinstance(node, Attempt) else ""
    text = " ".join(words.split()) or (node.article if isinstance(node, Attempt) else key)
    return text if len(text) <= _LONGEST_TRIED else f"{text[: _LONGEST_TRIED - 1]}…"


DIAGNOSED: Mapping[type, Callable[[Scene, Any], Awaitable[Speech]]] = {
    decisions.RunPlaybook: _run,
    decisions.OfferPlaybook: _offer,
}
