"""Tells what a person wants from what they wrote and from what they were asked; pure rules over phrase tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.dialogue.clauses import Clause, split_clauses
from bot.dialogue.cues import Cue, clause_cues, lexicons
from bot.dialogue.emoji import emoji_answer, is_emoji_only, strip_emoji
from bot.dialogue.entities.ticket_number import find_ticket_numbers
from bot.dialogue.folding import fold
from bot.dialogue.ratings import Rating, asked_rating, volunteered_rating

MAX_LENGTH = 4000


class Intent(StrEnum):
    GREETING = "greeting"
    QUESTION = "question"
    COMPLAINT = "complaint"
    GRIEVANCE = "grievance"  # A complaint about us; never the strongest intent, a COMPLAINT comes before it.
    TICKET_STATUS = "ticket_status"
    WANTS_PERSON = "wants_person"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    STILL_BROKEN = "still_broken"
    RATING = "rating"
    ABUSE = "abuse"
    SKIP = "skip"
    BACK = "back"
    RESTART = "restart"
    CLOSE = "close"
    LATER = "later"  # "Let me try", "one moment": the answer comes later.
    EMOJI_ONLY = "emoji_only"
    UNKNOWN = "unknown"


class Expecting(StrEnum):
    """What the bot has just asked for."""

    SOLVED = "solved"  # Whether an answer solved it.
    FIXED = "fixed"  # Whether a ticket's matter is really fixed.
    OFFER = "offer"  # A yes or no to something offered.
    FACT = "fact"  # A detail for the ticket; it may be unknown.
    RATING = "rating"  # One to five.


_ASKED_WHETHER_IT_WORKS = frozenset((Expecting.SOLVED, Expecting.FIXED))
_ASKED_YES_OR_NO = _ASKED_WHETHER_IT_WORKS | {Expecting.OFFER}
_SKIPPABLE = frozenset((Expecting.FACT, Expecting.RATING))


@dataclass(frozen=True)
class Reading:
    """All that one turn tells: `also` holds the weaker intents, so that nothing said is lost."""

    intent: Intent
    also: tuple[Intent, ...]
    rating: int | None
    ticket_number: str | None


@dataclass(frozen=True)
class _Signals:
    cues: frozenset[Cue]
    expecting: Expecting | None
    rating: Rating | None
    ticket_number: str | None
    recovered: bool
    unexplained: bool
    thumb: bool | None
    emoji_only: bool


def classify(text: str, *, expecting: Expecting | None = None) -> Intent:
    """Tell the strongest intent of a turn; never raises, and reads the first MAX_LENGTH characters."""
    return read(text, expecting=expecting).intent


def read(text: str, *, expecting: Expecting | None = None) -> Reading:
    signals = _signals(fold(text[:MAX_LENGTH]), expecting)
    ranked = list(dict.fromkeys(_ranked(signals)))
    intent = ranked[0] if ranked else _nothing_said(signals)
    rating = signals.rating.value if signals.rating else None
    return Reading(intent, tuple(ranked[1:]), rating, signals.ticket_number)


def _signals(folded: str, expecting: Expecting | None) -> _Signals:
    tickets = find_ticket_numbers(folded)
    for ticket in tickets:
        folded = folded[: ticket.span[0]] + " " * (ticket.span[1] - ticket.span[0]) + folded[ticket.span[1] :]
    clauses = split_clauses(strip_emoji(folded))
    by_clause = [clause_cues(clause) for clause in clauses]
    return _Signals(
        cues=frozenset().union(*by_clause),
        expecting=expecting,
        rating=_rating(folded, clauses, expecting),
        ticket_number=tickets[0].value if tickets else None,
        recovered=_has_recovered(clauses, by_clause),
        unexplained=any(not cues and clause.is_statement for clause, cues in zip(clauses, by_clause, strict=True)),
        thumb=emoji_answer(folded),
        emoji_only=is_emoji_only(folded),
    )


def _rating(folded: str, clauses: list[Clause], expecting: Expecting | None) -> Rating | None:
    if expecting is Expecting.RATING:
        return asked_rating(folded, [clause.written for clause in clauses])
    return volunteered_rating(folded)


def _has_recovered(clauses: list[Clause], by_clause: list[frozenset[Cue]]) -> bool:
    """Believe "it failed before, now it works", but not "logging in works, invoicing still fails"."""
    bad = (Cue.BROKEN, Cue.NEGATIVE, Cue.FAILURE)
    last_bad = max((at for at, cues in enumerate(by_clause) if not cues.isdisjoint(bad)), default=-1)
    chinese, english = lexicons()
    return any(
        Cue.FIXED in cues and (chinese.is_about_now(clause.zh) or english.is_about_now(clause.en))
        for clause, cues in list(zip(clauses, by_clause, strict=True))[last_bad + 1 :]
    )


def _ranked(signals: _Signals) -> Iterator[Intent]:
    """Yield every intent the signals allow, strongest first."""
    cues = signals.cues
    if Cue.PERSON in cues:
        yield Intent.WANTS_PERSON
    if Cue.ABUSE in cues:
        yield Intent.ABUSE
    if _is_still_broken(signals):
        yield Intent.STILL_BROKEN
    if Cue.NONE in cues and signals.expecting is Expecting.FACT:
        yield Intent.SKIP
    yield from _matters(signals)
    if signals.rating:
        yield Intent.RATING
    if _says_it_works(signals):
        yield Intent.YES
    yield from _commands(signals)
    yield from _answers(signals)
    if Cue.SWEARING in cues:
        yield Intent.ABUSE
    if Cue.GREETING in cues:
        yield Intent.GREETING


def _is_still_broken(signals: _Signals) -> bool:
    if signals.recovered:
        return False
    if Cue.BROKEN in signals.cues:
        return True
    if signals.expecting in _ASKED_WHETHER_IT_WORKS:
        denied = Cue.NO in signals.cues or Cue.NEGATIVE in signals.cues or signals.thumb is False
        return denied or (Cue.FAILURE in signals.cues and Cue.HYPOTHETICAL not in signals.cues)
    return Cue.NEGATIVE in signals.cues and signals.expecting is None


def _matters(signals: _Signals) -> Iterator[Intent]:
    """Yield what has to be looked into: complaints, tickets, questions."""
    cues = signals.cues
    if Cue.GRIEVANCE in cues:
        yield Intent.COMPLAINT
        yield Intent.GRIEVANCE
    if Cue.STATUS in cues:
        yield Intent.TICKET_STATUS
    if Cue.FAILURE in cues and not signals.recovered:
        yield Intent.QUESTION if Cue.HYPOTHETICAL in cues else Intent.COMPLAINT
    if signals.ticket_number:
        yield Intent.TICKET_STATUS
    if Cue.QUESTION in cues:
        yield Intent.QUESTION


def _commands(signals: _Signals) -> Iterator[Intent]:
    cues = signals.cues
    if Cue.RESTART in cues:
        yield Intent.RESTART
    if Cue.BACK in cues:
        yield Intent.BACK
    if Cue.SKIP in cues or (Cue.UNSURE in cues and signals.expecting in _SKIPPABLE):
        yield Intent.SKIP
    if Cue.CLOSE in cues:
        yield _meaning_of_close(signals)


def _meaning_of_close(signals: _Signals) -> Intent:
    """Take 不用了 for the answer where something was offered or a rating was asked for."""
    if signals.expecting is Expecting.OFFER:
        return Intent.NO
    return Intent.SKIP if signals.expecting is Expecting.RATING else Intent.CLOSE


def _answers(signals: _Signals) -> Iterator[Intent]:
    cues = signals.cues
    asked = signals.expecting in _ASKED_YES_OR_NO
    no = Cue.NO in cues or Cue.NEGATIVE in cues or (asked and signals.thumb is False)
    yes = Cue.YES in cues or (asked and signals.thumb is True)
    if Cue.LATER in cues and signals.expecting in _ASKED_WHETHER_IT_WORKS:
        # "好的，我试试" says yes to trying; whether it works nobody knows yet.
        yield Intent.LATER
    if no and asked:
        yield Intent.NO
    if yes and asked:
        yield Intent.YES
    # "帮我改下抬头，谢谢" asks for something; the thanks in it are manners.
    if Cue.TOPIC in cues and signals.expecting is not Expecting.FACT:
        yield Intent.QUESTION
    if signals.unexplained:
        yield Intent.UNKNOWN
    if no:
        yield Intent.NO
    if Cue.THANKS in cues:
        yield Intent.THANKS
    if Cue.LATER in cues:
        yield Intent.LATER
    if yes:
        yield Intent.YES


def _says_it_works(signals: _Signals) -> bool:
    asked = signals.expecting in _ASKED_WHETHER_IT_WORKS
    return signals.recovered or Cue.FIXED in signals.cues or (asked and Cue.FIXED_WHEN_ASKED in signals.cues)


def _nothing_said(signals: _Signals) -> Intent:
    return Intent.EMOJI_ONLY if signals.emoji_only else Intent.UNKNOWN
