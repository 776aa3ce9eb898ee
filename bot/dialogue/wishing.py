"""What to do about wishes: pure, one table of what each kind of wish means."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.dialogue.decisions import (
    AcceptLink,
    Decision,
    DeclineLink,
    GiveCode,
    Greet,
    OfferLink,
    OfferUnlink,
    Prefer,
    Say,
    SetLanguage,
    ShowStatus,
    Unlink,
)
from bot.dialogue.drafting import hand_over
from bot.dialogue.intents import Intent
from bot.dialogue.memory import Memory, Step
from bot.dialogue.presses import Action, Press
from bot.dialogue.situation import Situation, Turn
from bot.dialogue.wishes import WishKind, language_meant, read_wish
from kit.settings import Locale
from tickets.linking.proofs import Standing

#: What concerns staff, while one of them leads the conversation; anything else is served beside them.
_FOR_STAFF = {WishKind.START, WishKind.HUMAN}
_ASKED = {Step.LINK, Step.UNLINK}
_LOCALES: dict[str, Locale] = {"zh": "zh", "en": "en"}


@dataclass(frozen=True)
class Wished:
    """What the wishes of a turn come to; ``goes_on`` when something was said besides them."""

    turn: Turn
    goes_on: bool


def carry_wishes(situation: Situation) -> Wished | None:
    """Carry out what was asked for outright; None when nothing was."""
    wishes = [wish for wish in situation.wishes if _counts(situation, wish.kind)]
    if not wishes:
        return None
    goes_on = _says_more(situation)
    decisions: tuple[Decision, ...] = ()
    memory = situation.memory
    for wish in wishes:
        turn = _WISHES[wish.kind](replace(situation, memory=memory), wish.argument)
        greets_only = wish.kind is WishKind.START and (goes_on or len(wishes) > 1)
        decisions += () if greets_only else turn.decisions
        memory = turn.memory
    # Who wants a person has said the matter with it; the ticket has it already.
    handed_over = any(wish.kind is WishKind.HUMAN for wish in wishes)
    return Wished(Turn(decisions, memory), goes_on=goes_on and not handed_over)


def _counts(situation: Situation, kind: WishKind) -> bool:
    if situation.silent and kind in _FOR_STAFF:
        return False
    # Eight characters may be anything; only a code that is known is taken for one.
    known = situation.proof is not None and situation.proof.standing not in {Standing.WRONG, Standing.LOCKED}
    return known if kind is WishKind.BARE_CODE else True


def _says_more(situation: Situation) -> bool:
    said_it_all = read_wish(situation.said.text) is not None
    return bool(situation.press or situation.has_files or (situation.said.text and not said_it_all))


def is_served_beside_staff(situation: Situation) -> bool:
    """Whether the bot answers this though a person of the staff leads: it asked the question itself."""
    press = situation.press
    if press is None:
        return False
    asked = situation.memory.step in _ASKED and press.action is Action.NO
    return asked or press.action in {Action.LANG, Action.LINK, Action.UNLINK}


def _start(situation: Situation, scene: str) -> Turn:
    came = {"scene": scene or situation.memory.scene}
    return Turn((Greet(),), situation.memory.afresh().model_copy(update=came))


def _lang(situation: Situation, argument: str) -> Turn:
    return _speak(situation.memory, argument)


def _status(situation: Situation, _argument: str) -> Turn:
    return Turn((ShowStatus(),), situation.memory)


def _human(situation: Situation, _argument: str) -> Turn:
    return hand_over(situation)


def _link(situation: Situation, _argument: str) -> Turn:
    return Turn((GiveCode(),), situation.memory)


def _code(situation: Situation, _argument: str) -> Turn:
    proof, memory = situation.proof, situation.memory
    if proof is None:
        return Turn((Say("link_wrong"),), memory)
    if proof.standing is Standing.GOOD:
        return Turn((OfferLink(proof),), memory)
    return Turn((Say(f"link_{proof.standing}"),), memory)


def _unlink(situation: Situation, _argument: str) -> Turn:
    return Turn((OfferUnlink(),), situation.memory)


def _prefer(situation: Situation, word: str) -> Turn:
    return Turn((Prefer(word),), situation.memory)


_WISHES: dict[WishKind, Callable[[Situation, str], Turn]] = {
    WishKind.START: _start,
    WishKind.LANG: _lang,
    WishKind.STATUS: _status,
    WishKind.LINK: _link,
    WishKind.HUMAN: _human,
    WishKind.CODE: _code,
    WishKind.BARE_CODE: _code,
    WishKind.UNLINK: _unlink,
    WishKind.PREFER: _prefer,
}


def _speak(memory: Memory, language: str) -> Turn:
    locale = _LOCALES.get(language)
    chosen = memory if locale is None else memory.model_copy(update={"locale": locale})
    return Turn((SetLanguage(locale),), chosen)


def on_link(situation: Situation) -> Turn | None:
    """The answer to "is this the same person?"; anything else leaves the question open for its buttons."""
    memory = situation.memory
    if _agrees(situation, "合并"):
        return Turn((AcceptLink(memory.link_id),), memory.at(None))
    if situation.said.intent in {Intent.NO, Intent.CLOSE, Intent.SKIP}:
        return decline(situation)
    return None


def _agrees(situation: Situation, verb: str) -> bool:
    """A yes, or the verb of the question by itself."""
    return situation.said.intent is Intent.YES or situation.said.text.strip(" 。！!吧") == verb


def decline(situation: Situation) -> Turn:
    """Not the same person, or not now."""
    return Turn((DeclineLink(situation.memory.link_id),), situation.memory.at(None))


def on_unlink(situation: Situation) -> Turn | None:
    """The answer to "shall they be parted?"."""
    memory = situation.memory
    if _agrees(situation, "分开"):
        return Turn((Unlink(memory.link_id),), memory.at(None))
    if situation.said.intent in {Intent.NO, Intent.CLOSE, Intent.SKIP}:
        return Turn((Say("still_linked"),), memory.at(None))
    return None


def on_wish_press(memory: Memory, press: Press) -> Turn:
    """A button that names what it is about, good whenever it is pressed."""
    answered = memory.at(None) if memory.step in _ASKED else memory
    match press.action:
        case Action.LINK:
            return Turn((AcceptLink(press.number(0)),), answered)
        case Action.UNLINK:
            return Turn((Unlink(press.number(0)),), answered)
        case _:
            return _speak(memory, language_meant(press.value))
