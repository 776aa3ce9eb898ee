"""From evidence to a probability, and from a probability to what the bot does: answer, ask back, or stay silent."""

import math
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path


class Outcome(StrEnum):
    ANSWER = "answer"
    CLARIFY = "clarify"
    ABSTAIN = "abstain"


#: The lexical part of two texts with the same tokens, less a rounding; and how sure that makes the bot.
ALL_WORDS, SURE = 0.999, 0.95


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one article, and against it."""

    #: Words in common (0 to 1), cosine (0 to 1) and the weighted share of the head, together.
    score: float
    #: Distance to the best other article; negative for any article but the first.
    margin: float
    #: Distance to the best line of the background: small talk and other people's business. Half the score where the
    #: index holds no background.
    lead: float
    lexical: float
    cosine: float
    #: The probability the head gives to the article, and to the background.
    head: float
    background: float

    @property
    def in_the_same_words(self) -> bool:
        """Asked just as it is written down, as when somebody taps a suggested question: no statistics are needed."""
        return self.lexical > ALL_WORDS

    def features(self) -> tuple[float, ...]:
        return (1.0, self.score, self.margin, self.lead, self.lexical, self.cosine, self.head, self.background)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two logistic rules over the evidence for the first article, and the thresholds of the three outcomes."""

    #: Is this the right article?
    right: tuple[float, ...]
    #: Is there any right article?
    known: tuple[float, ...]
    #: Answer outright from this probability of being right.
    answer_from: float = 0.8
    #: Stay silent below either of these.
    known_from: float = 0.5
    right_from: float = 0.15

    def probability_right(self, evidence: Evidence) -> float:
        estimate = _logistic(self.right, evidence)
        return max(estimate, SURE) if evidence.in_the_same_words else estimate

    def probability_known(self, evidence: Evidence) -> float:
        return 1.0 if evidence.in_the_same_words else _logistic(self.known, evidence)

    def outcome(self, first: Evidence) -> Outcome:
        right = self.probability_right(first)
        if right < self.right_from or self.probability_known(first) < self.known_from:
            return Outcome.ABSTAIN
        return Outcome.ANSWER if right >= self.answer_from else Outcome.CLARIFY


#: For knowledge bases with too few phrasings an article to learn from: score, margin and lead speak. Set by hand after
#: public question sets of other domains; without an encoder the scores are about half as large.
PLAIN = Calibration(right=(-4.5, 2.8, 4.5, 1.4, 0, 0, 0, 0), known=(-8.0, 8.0, 0, 5.0, 0, 0, 0, 0))
PLAIN_LEXICAL = Calibration(right=(-4.5, 5.6, 9.0, 2.8, 0, 0, 0, 0), known=(-8.0, 16.0, 0, 10.0, 0, 0, 0, 0))


@cache
def shipped(kind: str) -> Calibration:
    """What the shipped articles gave: "semantic" with an encoder, "lexical" without. See ``calibrate.py``."""
    table = tomllib.loads(Path(__file__).with_name("calibration.toml").read_text(encoding="utf-8"))[kind]
    return Calibration(right=tuple(table["right"]), known=tuple(table["known"]))


def default_calibration(*, learnt: bool, semantic: bool) -> Calibration:
    """Where nobody fitted one: what suits an index with a head, or one without; with meaning, or by words alone."""
    if learnt:
        return shipped("semantic" if semantic else "lexical")
    return PLAIN if semantic else PLAIN_LEXICAL


def _logistic(weights: tuple[float, ...], evidence: Evidence) -> float:
    total = sum(weight * value for weight, value in zip(weights, evidence.features(), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
