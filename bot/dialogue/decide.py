"""Decide a turn: pure, a table of steps and a table of intents."""

from collections.abc import Callable
from dataclasses import replace

from bot.dialogue.decisions import (
    Abstain,
    AddReason,
    AddToTicket,
    Confirm,
    Greet,
    KeepComment,
    Rate,
    Reopen,
    Say,
    ShowStatus,
    Thank,
)
from bot.dialogue.diagnosing import back_press, on_walk, on_walk_press
from bot.dialogue.drafting import begin_draft, hand_over, on_fact, skip_fact, step_back
from bot.dialogue.emoji import is_grateful
from bot.dialogue.intents import Intent
from bot.dialogue.memory import Memory, Step
from bot.dialogue.presses import Action
from bot.dialogue.questioning import (
    answer_question,
    not_solved,
    on_choice,
    on_solved,
    on_walk_offer,
    pick,
    solved,
)
from bot.dialogue.situation import Glimpse, Situation, Turn
from bot.dialogue.understand import Understanding
from bot.dialogue.wishing import carry_wishes, decline, is_served_beside_staff, on_link, on_unlink, on_wish_press

#: A "no" longer than this tells what is wrong as well.
_SHORT_NO = 8
_SEARCHED = {Intent.QUESTION, Intent.COMPLAINT, Intent.STILL_BROKEN, Intent.UNKNOWN}


def needs_search(situation: Situation) -> bool:
    """Whether deciding this turn can need the knowledge base."""
    if situation.silent or situation.press or not situation.said.text:
        return False
    if (wished := carry_wishes(situation)) and not wished.goes_on:
        return False
    return situation.said.intent in _SEARCHED


def decide(situation: Situation) -> Turn:
    """What to do now: what was asked for outright, then what was said."""
    wished = carry_wishes(situation)
    if wished is None:
        return _on_talk(situation)
    if not wished.goes_on:
        return wished.turn
    talk = _on_talk(replace(situation, memory=wished.turn.memory, wishes=()))
    return Turn((*wished.turn.decisions, *talk.decisions), talk.memory)


def _on_talk(situation: Situation) -> Turn:
    """A wish for a person always wins, unless one is already here."""
    if situation.silent and not is_served_beside_staff(situation):
        beside = Thank(answer=False) if _only_thanks(situation) else AddToTicket(acknowledge=False)
        return Turn((beside,), situation.memory)
    if situation.press:
        return _on_press(situation)
    if situation.said.intent is Intent.WANTS_PERSON:
        return hand_over(situation)
    if situation.said.intent is Intent.ABUSE:
        return Turn((Say("calm", ("person", "ticket")),), situation.memory)
    step = situation.memory.step
    if step is not None and (turn := _STEPS[step](situation)) is not None:
        return turn
    return _by_intent(situation)


def _by_intent(situation: Situation) -> Turn:
    memory, intent = situation.memory.at(None), situation.said.intent
    match intent:
        case Intent.GREETING:
            return Turn((Greet(),), memory)
        case Intent.LATER:
            return Turn((Say("take_your_time"),), situation.memory)
        case Intent.RESTART:
            return Turn((Greet(),), memory.afresh())
        case Intent.THANKS | Intent.EMOJI_ONLY if says_thanks(situation.said):
            return Turn((Thank() if _is_done(situation.ticket) else Say("welcome"),), memory)
        case Intent.TICKET_STATUS:
            return Turn((ShowStatus(situation.said.ticket_number),), memory)
        case Intent.YES | Intent.NO | Intent.STILL_BROKEN if _awaits(situation):
            return _on_fixed_answer(situation, works=intent is Intent.YES)
        case Intent.STILL_BROKEN:
            return _still_broken(situation)
        case Intent.CLOSE:
            return Turn((Say("bye"),), memory)
        case Intent.QUESTION | Intent.COMPLAINT | Intent.UNKNOWN if situation.said.text:
            return answer_question(situation)
        case _:
            return _wordless(situation)


def _is_done(ticket: Glimpse | None) -> bool:
    return ticket is not None and (ticket.awaits_confirmation or not ticket.is_open)


def _only_thanks(situation: Situation) -> bool:
    """Thanks, and no other matter beside them."""
    said = situation.said
    return says_thanks(said) and not situation.has_files and not said.entities and situation.press is None


def says_thanks(said: Understanding) -> bool:
    """In words, or without any."""
    return said.intent is Intent.THANKS or is_grateful(said.text)


def _wordless(situation: Situation) -> Turn:
    memory = situation.memory.at(None)
    if situation.has_files:
        if situation.ticket and situation.ticket.is_open:
            return Turn((AddToTicket(),), memory)
        return Turn((Say("file_lost" if situation.files_lost else "got_file"),), memory)
    return Turn((Say("say_more", ("person",)),), memory)


def _awaits(situation: Situation) -> bool:
    return situation.ticket is not None and situation.ticket.awaits_confirmation


def _still_broken(situation: Situation) -> Turn:
    if situation.ticket and not situation.ticket.is_open and situation.memory.slug is None:
        return _on_fixed_answer(situation, works=False)
    if situation.memory.slug is not None and len(situation.said.text) <= _SHORT_NO:
        return not_solved(situation)
    if situation.ticket and situation.ticket.is_open:
        return Turn((AddToTicket(),), situation.memory.at(None))
    return answer_question(situation)


def _on_fixed(situation: Situation) -> Turn | None:
    if situation.said.intent is Intent.YES:
        return _on_fixed_answer(situation, works=True)
    if situation.said.intent in {Intent.NO, Intent.STILL_BROKEN}:
        return _on_fixed_answer(situation, works=False)
    return None


def _on_fixed_answer(situation: Situation, *, works: bool) -> Turn:
    memory = situation.memory.at(None)
    if works:
        return Turn((Confirm(),), memory)
    said = situation.said
    if situation.press is None and (len(said.text) > _SHORT_NO or said.entities):
        return Turn((Reopen(said.text),), memory)
    return Turn((Reopen(),), memory.at(Step.REOPEN_REASON))


def _on_reopen_reason(situation: Situation) -> Turn | None:
    if situation.said.intent in {Intent.SKIP, Intent.THANKS, Intent.CLOSE}:
        return Turn((Say("reason_skipped"),), situation.memory.at(None))
    if not situation.said.text and not situation.has_files:
        return None
    return Turn((AddReason(situation.said.text),), situation.memory.at(None))


def _on_rating(situation: Situation) -> Turn | None:
    memory, said = situation.memory, situation.said
    if said.rating is not None:
        return Turn((Rate(said.rating, memory.ticket_id),), memory.at(Step.COMMENT))
    if said.intent is Intent.RATING:
        return Turn((Say("off_the_scale"),), memory)
    if said.intent in {Intent.SKIP, Intent.CLOSE, Intent.NO, Intent.THANKS}:
        return Turn((Say("survey_skipped"),), memory.at(None))
    return None


def _on_comment(situation: Situation) -> Turn | None:
    intent = situation.said.intent
    if intent in {Intent.SKIP, Intent.NO, Intent.CLOSE, Intent.THANKS}:
        return Turn((Say("survey_done"),), situation.memory.at(None))
    if intent in {Intent.QUESTION, Intent.STILL_BROKEN, Intent.TICKET_STATUS} or not situation.said.text:
        return None
    return Turn((KeepComment(situation.said.text),), situation.memory.at(None))


def _on_offer(situation: Situation) -> Turn | None:
    if situation.said.intent is Intent.YES or (
        situation.said.intent is Intent.STILL_BROKEN and len(situation.said.text) <= _SHORT_NO
    ):
        return begin_draft(situation)
    if situation.said.intent in {Intent.NO, Intent.CLOSE, Intent.SKIP}:
        return Turn((Say("no_ticket"),), situation.memory.at(None))
    return None


_STEPS = {
    Step.SOLVED: on_solved,
    Step.CHOICE: on_choice,
    Step.OFFER: _on_offer,
    Step.FACT: on_fact,
    Step.FIXED: _on_fixed,
    Step.REOPEN_REASON: _on_reopen_reason,
    Step.RATING: _on_rating,
    Step.COMMENT: _on_comment,
    Step.LINK: on_link,
    Step.UNLINK: on_unlink,
    Step.WALK: on_walk,
    Step.WALK_OFFER: on_walk_offer,
}


def _on_press(situation: Situation) -> Turn:
    press, memory = situation.press, situation.memory
    assert press is not None  # noqa: S101 - the caller checked; this tells the type checker.
    if (meant := _PRESSES.get(press.action)) is not None:
        return meant(situation)
    match press.action:
        case Action.STATUS:
            return Turn((ShowStatus(),), memory)
        case Action.ARTICLE:
            return pick(situation, press.value)
        case Action.WORKS | Action.BROKEN:
            return _on_fixed_press(situation, press.number(0), works=press.action is Action.WORKS)
        case Action.WALK | Action.STEP:
            return on_walk_press(situation, press)
        case Action.LANG | Action.LINK | Action.UNLINK:
            return on_wish_press(memory, press)
        case Action.RATE:
            return _on_rate_press(memory, press.number(0), press.number(1))
        case _:
            return _on_plain_press(situation, press.action)


def _none_of_these(situation: Situation) -> Turn:
    return Turn((Abstain(tried=True),), situation.memory.at(Step.OFFER))


#: Buttons that mean the same whatever was asked.
_PRESSES: dict[Action, Callable[[Situation], Turn]] = {
    Action.PERSON: hand_over,
    Action.TICKET: begin_draft,
    Action.NONE: _none_of_these,
}


def _on_fixed_press(situation: Situation, ticket_id: int | None, *, works: bool) -> Turn:
    ticket = situation.ticket
    if ticket is None or ticket.id != ticket_id or (works and not ticket.awaits_confirmation):
        return Turn((Say("too_late"),), situation.memory)
    if ticket.is_open and not ticket.awaits_confirmation:
        return Turn((Say("already_reopened"),), situation.memory)
    return _on_fixed_answer(situation, works=works)


def _on_rate_press(memory: Memory, score: int | None, ticket_id: int | None) -> Turn:
    if score is None or not 1 <= score <= 5 or ticket_id is None:  # noqa: PLR2004 - the scale of the survey.
        return Turn((Say("too_late"),), memory)
    rated = memory.model_copy(update={"ticket_id": ticket_id, "step": Step.COMMENT})
    return Turn((Rate(score, ticket_id),), rated)


def _saying(name: str) -> Callable[[Situation], Turn]:
    def say(situation: Situation) -> Turn:
        return Turn((Say(name),), situation.memory.at(None))

    return say


#: A yes, no, skip or back means what the last question makes of it; without a question, nothing.
_PLAIN_PRESSES: dict[tuple[Step, Action], Callable[[Situation], Turn]] = {
    (Step.FACT, Action.SKIP): skip_fact,
    (Step.FACT, Action.BACK): step_back,
    (Step.WALK, Action.BACK): back_press,
    (Step.WALK_OFFER, Action.NO): not_solved,
    (Step.SOLVED, Action.YES): solved,
    (Step.SOLVED, Action.NO): not_solved,
    (Step.OFFER, Action.YES): begin_draft,
    (Step.OFFER, Action.NO): _saying("no_ticket"),
    (Step.RATING, Action.SKIP): _saying("survey_skipped"),
    (Step.COMMENT, Action.SKIP): _saying("survey_done"),
    (Step.REOPEN_REASON, Action.SKIP): _saying("reason_skipped"),
    (Step.LINK, Action.NO): decline,
    (Step.UNLINK, Action.NO): _saying("still_linked"),
}


def _on_plain_press(situation: Situation, action: Action) -> Turn:
    step = situation.memory.step
    meant = _PLAIN_PRESSES.get((step, action)) if step else None
    return meant(situation) if meant else Turn((Say("too_late"),), situation.memory)
