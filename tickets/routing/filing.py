"""What a ticket is about: what the dialogue made of it, weighed against what was learnt from past tickets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tickets.models import EventKind
from tickets.routing.learning import OTHER
from tickets.routing.reasons import by_article, by_words
from tickets.routing.setup import CategoryInfo, Setup

#: From here on nobody else is asked.
CERTAIN = 0.9


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of a matter before it is a ticket; ``category`` is what the dialogue made of it.

    ``sure`` is how sure: 1 when a person said so, else what the knowledge base thinks of its article.
    """

    text: str
    category: str | None = None
    component: str | None = None
    sure: float = 1.0


@dataclass(frozen=True)
class Decision:
    """One line for the timeline: what was decided, and why."""

    kind: EventKind
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Filed:
    """The category, and the decisions that led there."""

    category: CategoryInfo | None
    decisions: tuple[Decision, ...] = field(default=())


def file_under(setup: Setup, told: Told) -> Filed:
    """The category of a ticket; one that a person named stands."""
    named = setup.categories.get(told.category or "")
    if named is not None and named.key != OTHER:
        return Filed(named) if told.sure >= 1 else _weighed(setup, told, named)
    guess = setup.classifier.guess(told.text) if setup.classifier else None
    found = setup.categories.get(guess.category) if guess else None
    if setup.classifier is None or guess is None or found is None or not found.active:
        return Filed(named)
    if guess.confidence < setup.classifier.threshold:
        return Filed(named)
    return _filed(found, guess.confidence, by_words(guess.words))


def _weighed(setup: Setup, told: Told, named: CategoryInfo) -> Filed:
    """The article's category, unless past tickets speak clearly for another; when they agree both are believed."""
    if setup.classifier is None or told.sure >= CERTAIN:
        return _filed(named, told.sure, by_article())
    likely = setup.classifier.probabilities(told.text)
    agreed = 1 - (1 - told.sure) * (1 - likely.get(named.key, 0.0))
    other = max((key for key in likely if _is_usable(setup, key)), key=lambda key: likely[key], default=named.key)
    if other != named.key and likely[other] > max(agreed, setup.classifier.threshold):
        words = setup.classifier.words_for(told.text, other)
        return _filed(setup.categories[other], likely[other], by_words(words))
    return _filed(named, agreed, by_article(setup.classifier.words_for(told.text, named.key)))


def _is_usable(setup: Setup, key: str) -> bool:
    return key in setup.categories and setup.categories[key].active


def _filed(category: CategoryInfo, confidence: float, why: Mapping[str, Any]) -> Filed:
    data = {"category": dict(category.names), "key": category.key, "confidence": round(confidence, 3), "why": dict(why)}
    return Filed(category, (Decision(EventKind.CLASSIFIED, data),))
