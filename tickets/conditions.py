"""Conditions of rules and policies: what a ticket has to be like, each with the values that will do.

Stored as ``{"category": ["login"], "region": ["beijing"], "words": ["发票"]}``: every field has to be met, by any of
its values. Nothing stored means that everything will do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tickets.errors import ConditionUnknownError


class On(StrEnum):
    """What a condition can be about; each has a text ``condition.<name>``."""

    CATEGORY = "category"
    PRIORITY = "priority"
    CHANNEL = "channel"
    TEAM = "team"
    REGION = "region"
    LANGUAGE = "language"
    COMPONENT = "component"
    TAG = "tag"
    CUSTOMER_TAG = "customer_tag"
    #: Any of these words stands in what the person wrote, whatever its case.
    WORDS = "words"


Conditions = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a ticket is like, in keys and names; numbers as text, as conditions are stored."""

    category: str | None = None
    priority: int | None = None
    channel: str | None = None
    team: str | None = None
    region: str | None = None
    language: str | None = None
    component: str | None = None
    tags: frozenset[str] = field(default_factory=frozenset)
    customer_tags: frozenset[str] = field(default_factory=frozenset)
    text: str = ""

    def values(self, on: On) -> frozenset[str]:
        """The ticket's values of a field, none for what it does not have."""
        if on is On.TAG:
            return self.tags
        if on is On.CUSTOMER_TAG:
            return self.customer_tags
        value = getattr(self, on.value)
        return frozenset() if value is None else frozenset({str(value)})


def is_met(conditions: Conditions, traits: Traits) -> bool:
    """Whether each field has one of its values; raises ConditionUnknownError for a field nobody knows."""
    return all(_has_any(_known(name), wanted, traits) for name, wanted in conditions.items() if wanted)


def _known(name: str) -> On:
    try:
        return On(name)
    except ValueError:
        raise ConditionUnknownError(name=name) from None


def _has_any(on: On, wanted: Sequence[str], traits: Traits) -> bool:
    if on is On.WORDS:
        text = traits.text.casefold()
        return any(word.casefold() in text for word in wanted)
    return not traits.values(on).isdisjoint(wanted)
