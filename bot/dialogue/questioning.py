"""A question and what follows it: an answer, a choice, the next best, or an honest "I do not know"."""

from dataclasses import replace

from bot.dialogue.decisions import Abstain, AddToTicket, Answer, Clarify, Decision, Explain, MarkHelped, Say
from bot.dialogue.diagnosing import begin_walk, offer_walk, plan_for, plan_wanted
from bot.dialogue.drafting import begin_draft
from bot.dialogue.entities import Entity
from bot.dialogue.facts import found
from bot.dialogue.intents import Intent
from bot.dialogue.memory import CHOSEN, Memory, Step
from bot.dialogue.situation import Situation, Turn
from knowledge.search.calibration import Outcome

_CHOICES = 3
_CHOICE_DIGITS = {"1": 0, "2": 1, "3": 2}


def answer_question(situation: Situation) -> Turn:
    """Answer if sure, ask back if half sure, else say so and offer a ticket."""
    said = situation.said
    memory = _new_question(situation)
    doubts: tuple[Decision, ...] = tuple(Explain(entity) for entity in _doubts(said.entities))
    if doubts and _is_little_else(situation):
        return Turn(doubts, memory)
    if situation.slow and situation.ticket and situation.ticket.is_open and not situation.ticket.awaits_confirmation:
        # Who writes on an open matter by letter writes to those who work on it.
        return Turn((AddToTicket(acknowledge=False),), memory)
    result = situation.found
    if Intent.GRIEVANCE in said.also and (result is None or result.outcome is not Outcome.ANSWER):
        about_us = memory.model_copy(update={"component": "complaint", "sure": CHOSEN})
        if situation.slow:
            return _abstain(situation, about_us, doubts)
        return Turn((*doubts, Say("calm", ("ticket", "person"))), about_us.at(Step.OFFER))
    if (plan := plan_wanted(situation)) is not None and not situation.slow:
        return begin_walk(replace(situation, memory=memory), plan, *doubts)
    if said.text.isdecimal() and not said.entities:
        return Turn((Say("say_more", ("person",)),), memory)
    if result is None or result.outcome is Outcome.ABSTAIN or not result.hits:
        return _abstain(situation, memory, doubts)
    slugs = tuple(hit.article for hit in result.hits)
    if result.outcome is Outcome.CLARIFY:
        choice = memory.model_copy(
            update={"candidates": slugs[:_CHOICES], "sure": result.confidence, "step": Step.CHOICE}
        )
        if situation.slow:
            return _abstain(situation, choice.at(None), doubts)
        return Turn((*doubts, Clarify(slugs[:_CHOICES])), choice)
    # What it is about stays the first, surest one's matter, however many others are tried and do not help.
    about = {"slug": slugs[0], "component": situation.components.get(slugs[0]), "candidates": slugs[1:_CHOICES]}
    learnt = memory.model_copy(update={**about, "sure": result.confidence, "step": Step.SOLVED})
    return Turn((*doubts, Answer(slugs[0], walk=_offered(situation, slugs[0]))), learnt)


def _new_question(situation: Situation) -> Memory:
    known = situation.memory.known | found(situation.said.entities)
    fresh = {"question": situation.said.text, "slug": None, "component": None, "candidates": (), "known": known}
    return situation.memory.model_copy(update={**fresh, "step": None, "walk": None, "walked": ()})


def _doubts(entities: tuple[Entity, ...]) -> list[Entity]:
    return [entity for entity in entities if entity.problem is not None]


def _is_little_else(situation: Situation) -> bool:
    """Whether the message is hardly more than the thing that looks wrong."""
    named = sum(end - start for start, end in (entity.span for entity in situation.said.entities))
    return len(situation.said.text) - named < 6  # noqa: PLR2004 - shorter than any question.


def _abstain(situation: Situation, memory: Memory, doubts: tuple[Decision, ...]) -> Turn:
    if situation.ticket and situation.ticket.is_open and not situation.ticket.awaits_confirmation:
        return Turn((*doubts, AddToTicket()), memory)
    if situation.slow:
        started = begin_draft(replace(situation, memory=memory))
        return Turn((*doubts, *started.decisions), started.memory)
    return Turn((*doubts, Abstain()), memory.at(Step.OFFER))


def on_solved(situation: Situation) -> Turn | None:
    """The answer to "解决了吗？"; who wants to go through it together says so."""
    if (plan := plan_wanted(situation)) is not None:
        return begin_walk(situation, plan)
    if situation.said.intent is Intent.YES:
        return solved(situation)
    if situation.said.intent is Intent.NO or _is_plain_still_broken(situation):
        return not_solved(situation)
    return None


def _is_plain_still_broken(situation: Situation) -> bool:
    said = situation.said
    return said.intent is Intent.STILL_BROKEN and len(said.text) <= 12 and not said.entities  # noqa: PLR2004 - "还是不行".


def solved(situation: Situation) -> Turn:
    """The article helped."""
    memory = situation.memory
    marked: tuple[Decision, ...] = (MarkHelped(memory.slug, helped=True),) if memory.slug else ()
    forget = {"step": None, "slug": None, "candidates": (), "question": ""}
    return Turn((*marked, Say("glad")), memory.model_copy(update=forget))


def not_solved(situation: Situation) -> Turn:
    """The next best article if there is one, else a ticket; a day between two guesses would be too much."""
    memory = situation.memory
    marked: tuple[Decision, ...] = (MarkHelped(memory.slug, helped=False),) if memory.slug else ()
    if memory.step is Step.WALK_OFFER:
        # Who said no once is not asked again about this question.
        marked, memory = (), memory.model_copy(update={"walked": (*memory.walked, *situation.plans)})
        situation = replace(situation, memory=memory)
    elif (plan := plan_for(situation, memory.slug)) is not None and not situation.slow:
        return offer_walk(situation, plan, *marked)
    if memory.candidates and not situation.slow:
        best, *rest = memory.candidates
        following = {"slug": best, "candidates": tuple(rest), "step": Step.SOLVED}
        return Turn((*marked, Answer(best, again=True)), memory.model_copy(update=following))
    if situation.ticket and situation.ticket.is_open:
        return Turn((*marked, AddToTicket()), memory.at(None))
    started = begin_draft(situation)
    return Turn((*marked, *started.decisions), started.memory)


def on_choice(situation: Situation) -> Turn | None:
    """One of the offered titles by its digit, or none of them."""
    memory, said = situation.memory, situation.said
    place = _CHOICE_DIGITS.get(said.text.strip())
    if place is not None and place < len(memory.candidates):
        return pick(situation, memory.candidates[place])
    if said.intent in {Intent.NO, Intent.STILL_BROKEN} and len(said.text) <= 8:  # noqa: PLR2004 - "都不是".
        return Turn((Abstain(tried=True),), memory.at(Step.OFFER))
    return None


def pick(situation: Situation, slug: str) -> Turn:
    """Answer with the title that was chosen; the others stay the next best."""
    others = tuple(other for other in situation.memory.candidates if other != slug)
    chosen = {"slug": slug, "component": situation.components.get(slug), "candidates": others, "step": Step.SOLVED}
    answer = Answer(slug, walk=_offered(situation, slug))
    return Turn((answer,), situation.memory.model_copy(update={**chosen, "sure": CHOSEN}))


def _offered(situation: Situation, slug: str) -> str:
    """The playbook to offer under an article; by letter nobody is asked one question after another."""
    plan = None if situation.slow else plan_for(situation, slug)
    return plan.key if plan else ""


def on_walk_offer(situation: Situation) -> Turn | None:
    """The answer to whether to go through it together."""
    said = situation.said
    plan = plan_for(situation, situation.memory.slug)
    if plan is not None and (said.intent is Intent.YES or plan_wanted(situation) is not None):
        return begin_walk(situation, plan)
    if said.intent in {Intent.NO, Intent.SKIP, Intent.CLOSE} or _is_plain_still_broken(situation):
        return not_solved(situation)
    return None
