"""Which answers were none. Pure: no database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge.models import AnswerLog
from knowledge.search.calibration import Outcome

#: Whoever is helped this soon after a question was helped with it, however they put it the second time.
SOLVED_WITHIN = timedelta(minutes=30)


class Failure(StrEnum):
    """How somebody was not helped; each has a text ``gaps.failure.<failure>``."""

    #: Nothing was found.
    SILENT = "silent"
    #: Several things were offered, and nobody said that one helped.
    UNSURE = "unsure"
    #: The person said that it did not help.
    REJECTED = "rejected"
    #: A ticket followed.
    TICKET = "ticket"


#: How much each says that something is missing. Being offered a choice often ends well without a word.
WEIGHT = {Failure.SILENT: 0.8, Failure.UNSURE: 0.15, Failure.REJECTED: 1.0, Failure.TICKET: 1.0}


def failures(answers: Sequence[AnswerLog], followed: Iterable[tuple[str, datetime]]) -> dict[int, Failure | None]:
    """By answer; ``followed`` are those after which a ticket was opened."""
    helped: dict[str, list[datetime]] = defaultdict(list)
    for answer in answers:
        if answer.helped:
            helped[answer.reference].append(answer.at)
    tickets = set(followed)
    return {
        answer.id: None
        if any(timedelta(0) <= at - answer.at <= SOLVED_WITHIN for at in helped[answer.reference])
        else _failure(answer, ticket=(answer.reference, answer.at) in tickets)
        for answer in answers
    }


def _failure(answer: AnswerLog, *, ticket: bool) -> Failure | None:
    if answer.helped is False:
        return Failure.REJECTED
    if ticket or answer.led_to_ticket:
        return Failure.TICKET
    return {Outcome.ABSTAIN: Failure.SILENT, Outcome.CLARIFY: Failure.UNSURE}.get(Outcome(answer.outcome))
