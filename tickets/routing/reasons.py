"""Why something was decided, kept so that it can be said in any language; texts ``routing.why.<because>``."""

from collections.abc import Mapping, Sequence
from typing import Any

from tickets.routing.rules import Rule


def by_rule(rule: Rule) -> dict[str, Any]:
    return {"because": "rule", "name": rule.name}


def by_region(region: str) -> dict[str, Any]:
    return {"because": "region", "name": region}


def by_category(names: Mapping[str, str]) -> dict[str, Any]:
    return {"because": "category", "name": dict(names)}


def by_words(words: Sequence[str]) -> dict[str, Any]:
    return {"because": "words", "words": list(words)} if words else {"because": "past"}


def by_article(words: Sequence[str] = ()) -> dict[str, Any]:
    return {"because": "article_and_words", "words": list(words)} if words else {"because": "article"}


def by_load(load: int, capacity: int) -> dict[str, Any]:
    return {"because": "load", "load": load, "capacity": capacity}
