"""A ticket in the making: one fact at a time, each skippable, questions in between answered."""

from bot.dialogue.decisions import AddToTicket, Answer, AskFact, CallPerson, Decision, OpenTicket, Say
from bot.dialogue.facts import BY_NAME, doubtful, found, wanted
from bot.dialogue.intents import Intent
from bot.dialogue.memory import Draft, Memory, Step
from bot.dialogue.situation import Situation, Turn
from knowledge.search.calibration import Outcome

_MAX_FACT = 300
#: A letter no longer than this says nothing besides: "转人工", "call me back".
_BARE_WISH = 12


def begin_draft(situation: Situation, *, ask: bool = True) -> Turn:
    """Start a ticket about the question at hand; without ``ask`` it is opened with what is known."""
    memory, said = situation.memory, situation.said
    if ask and situation.ticket and situation.ticket.is_open and not situation.ticket.awaits_confirmation:
        return Turn((AddToTicket(),), memory.at(None))
    known = memory.known | found(said.entities)
    problem = memory.question or _own_words(situation)
    if problem:
        known = {**known, "problem": problem}
    component = memory.component or situation.components.get(memory.slug or next(iter(memory.candidates), ""))
    pending = wanted(component, known) if ask and not situation.slow else ()
    draft = Draft(problem=problem, component=component, sure=memory.sure, facts=known, pending=pending)
    return _ask_next(memory.model_copy(update={"draft": draft, "known": known}), first=True)


def hand_over(situation: Situation) -> Turn:
    """Get a person: on the open ticket, or on a new one opened at once."""
    memory = situation.memory
    if situation.ticket and situation.ticket.is_open:
        return Turn((CallPerson(),), memory.at(None))
    started = begin_draft(situation, ask=False)
    return Turn((OpenTicket(wants_person=True),), started.memory)


def _own_words(situation: Situation) -> str:
    """What was said, when it is more than a button or a wish for a person; a letter always says what it is about."""
    said = situation.said
    if situation.slow and len(said.text) > _BARE_WISH:
        return said.text
    return said.text if situation.press is None and said.intent in {Intent.QUESTION, Intent.COMPLAINT} else ""


def _ask_next(memory: Memory, *, first: bool = False, before: tuple[Decision, ...] = ()) -> Turn:
    draft = _draft(memory)
    if draft.pending:
        ask = AskFact(draft.pending[0], first=first)
        return Turn((*before, ask), memory.at(Step.FACT))
    return Turn((*before, OpenTicket()), memory.at(None))


def _draft(memory: Memory) -> Draft:
    return memory.draft or Draft(problem=memory.question)


def on_fact(situation: Situation) -> Turn | None:
    """What was said while a fact was asked for."""
    draft = _draft(situation.memory)
    if not draft.pending:
        return None
    name, said = draft.pending[0], situation.said
    match said.intent:
        case Intent.SKIP:
            return skip_fact(situation)
        case Intent.NO if len(said.text) <= 6:  # noqa: PLR2004 - "没有", "不知道".
            return skip_fact(situation)
        case Intent.BACK:
            return step_back(situation)
        case Intent.CLOSE:
            dropped = situation.memory.model_copy(update={"draft": None, "step": None})
            return Turn((Say("draft_dropped"),), dropped)
        case Intent.RESTART:
            return None
        case Intent.LATER:
            return Turn((Say("take_your_time"),), situation.memory)
        case Intent.TICKET_STATUS | Intent.GREETING | Intent.THANKS:
            return Turn((Say("still_asking"), AskFact(name)), situation.memory)
    return _fact_value(situation, draft, name)


def _fact_value(situation: Situation, draft: Draft, name: str) -> Turn:
    said, memory = situation.said, situation.memory
    facts = found(said.entities)
    if name in facts:
        kept = {name: said.text[:_MAX_FACT]} if BY_NAME[name].wordy else {}
        return _filled(memory, draft, facts | kept)
    if (answer := _question_between(situation)) is not None:
        return Turn((answer, AskFact(name)), memory)
    doubt = doubtful(name, said.entities)
    fact = BY_NAME[name]
    if (doubt or fact.typed) and draft.doubted != name:
        again = memory.model_copy(update={"draft": draft.model_copy(update={"doubted": name})})
        return Turn((AskFact(name, doubt=doubt),), again)
    value = said.text[:_MAX_FACT] if said.text else ("📎" if situation.has_files else "")
    return _filled(memory, draft, {**facts, name: value}) if value else Turn((AskFact(name),), memory)


def _question_between(situation: Situation) -> Answer | None:
    """A question asked while we ask: answered when we are sure, without losing the thread."""
    result = situation.found
    asks = Intent.QUESTION in {situation.said.intent, *situation.said.also}
    if not asks or result is None or result.outcome is not Outcome.ANSWER:
        return None
    return Answer(result.hits[0].article, ask=False)


def _filled(memory: Memory, draft: Draft, facts: dict[str, str]) -> Turn:
    name = draft.pending[0]
    gathered = draft.facts | facts
    following = {
        "facts": gathered,
        "problem": draft.problem or facts.get("problem", ""),
        "pending": tuple(other for other in draft.pending[1:] if other not in gathered),
        "asked": (*draft.asked, name),
        "doubted": None,
    }
    update = {"draft": draft.model_copy(update=following), "known": memory.known | facts}
    return _ask_next(memory.model_copy(update=update))


def skip_fact(situation: Situation) -> Turn:
    """Without this one; the ticket is opened all the same."""
    memory = situation.memory
    draft = _draft(memory)
    following = {"pending": draft.pending[1:], "asked": (*draft.asked, *draft.pending[:1]), "doubted": None}
    return _ask_next(memory.model_copy(update={"draft": draft.model_copy(update=following)}))


def step_back(situation: Situation) -> Turn:
    """Ask the previous fact again; what was answered there is forgotten."""
    memory = situation.memory
    draft = _draft(memory)
    if not draft.asked:
        return _ask_next(memory)
    *before, last = draft.asked
    facts = {name: value for name, value in draft.facts.items() if name != last}
    known = {name: value for name, value in memory.known.items() if name != last}
    earlier = {"pending": (last, *draft.pending), "asked": tuple(before), "facts": facts, "doubted": None}
    return _ask_next(memory.model_copy(update={"draft": draft.model_copy(update=earlier), "known": known}))
