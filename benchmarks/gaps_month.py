"""A month of questions whose gaps are known: ten are planted, among much that only looks like one."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.gaps_words import (
    AFTER,
    BEFORE,
    BURST,
    FOREIGN,
    GREETINGS,
    ONE_PERSON,
    PLANTED,
    REPHRASED,
    STRAY,
    SWAPS,
)

START = datetime(2026, 10, 26, 1, 0, tzinfo=UTC)
DAYS = 28
TURNS = 5000
PERSISTENT, PERSISTENT_TIMES = "persistent", 60
BURST_PEOPLE, BURST_DAY = 90, 16
#: How many different people ask about a planted gap.
FEWEST, MOST = 14, 38


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, what it is planted as, and what the person does with an answer that is none."""

    at: datetime
    person: str
    text: str
    sort: str
    #: Whether a person who is given something says that it did not help, and whether they open a ticket.
    rejects: bool
    ticket: bool
    #: Whether they say that it helped, if it is what they wanted.
    thanks: bool


def month(seed: int, answered: Sequence[str], turns: int = TURNS) -> list[Turn]:
    """``turns`` questions in the order in which they are asked; ``answered`` are some that the articles answer."""
    chance = random.Random(seed)
    made = [*_planted(chance), *_persistent(chance), *_burst(chance), *_rephrased(chance)]
    made += [_turn(chance, f"s{place}", text, "stray") for place, text in enumerate(STRAY)]
    rest = turns - len(made)
    sorts: list[tuple[str, Sequence[str], int]] = [
        ("greeting", GREETINGS, rest * 18 // 100),
        ("foreign", FOREIGN, rest * 10 // 100),
    ]
    sorts.append(("answered", answered, rest - sum(count for *_, count in sorts)))
    for sort, texts, count in sorts:
        made += [_turn(chance, f"p{chance.randrange(2200)}", _varied(chance, texts), sort) for _ in range(count)]
    return sorted(made, key=lambda turn: (turn.at, turn.person, turn.text))


def _planted(chance: random.Random) -> Iterator[Turn]:
    for name, texts in PLANTED.items():
        for place in range(chance.randint(FEWEST, MOST)):
            for _ in range(chance.choice((1, 1, 1, 2))):
                yield _turn(chance, f"{name}-{place}", _varied(chance, texts), name)


def _persistent(chance: random.Random) -> Iterator[Turn]:
    for _ in range(PERSISTENT_TIMES):
        yield _turn(chance, PERSISTENT, _varied(chance, ONE_PERSON), "one person")


def _burst(chance: random.Random) -> Iterator[Turn]:
    """The platform was down for an afternoon; nothing that could be written would have helped."""
    for place in range(BURST_PEOPLE):
        at = START + timedelta(days=BURST_DAY, hours=5, minutes=chance.randrange(200))
        yield _turn(chance, f"burst-{place}", _varied(chance, BURST), "burst", at=at)


def _rephrased(chance: random.Random) -> Iterator[Turn]:
    """Not understood at first, and helped some minutes later."""
    for place in range(70):
        vague, clear = chance.choice(REPHRASED)
        first = _turn(chance, f"again-{place}", vague, "rephrased")
        yield first
        later = first.at + timedelta(minutes=chance.randint(1, 4))
        yield Turn(later, first.person, clear, "answered", rejects=False, ticket=False, thanks=True)


def _turn(chance: random.Random, person: str, text: str, sort: str, *, at: datetime | None = None) -> Turn:
    unhelped = sort in PLANTED or sort in {"one person", "burst", "stray"}
    rejects = chance.random() < (0.55 if unhelped else 0.03)
    return Turn(
        at=at or START + timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(600)),
        person=person,
        text=text,
        sort=sort,
        rejects=rejects,
        ticket=chance.random() < (0.45 if unhelped else 0.02),
        thanks=not rejects and chance.random() < 0.4,
    )


def _varied(chance: random.Random, texts: Sequence[str]) -> str:
    """As somebody else would type it: other words for the same, a word before and after, a slip."""
    text = chance.choice(texts)
    for word, others in SWAPS.items():
        if word in text and chance.random() < 0.5:
            text = text.replace(word, chance.choice(others))
    text = f"{chance.choice(BEFORE)}{text}{chance.choice(AFTER)}"
    return _slipped(chance, text) if chance.random() < 0.12 else text


def _slipped(chance: random.Random, text: str) -> str:
    place = chance.randrange(len(text))
    slips: tuple[Callable[[], str], ...] = (
        lambda: text[:place] + text[place + 1 :],
        lambda: text[: place + 1] + text[place:],
        lambda: text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
    )
    return chance.choice(slips)()
