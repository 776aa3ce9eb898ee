"""No pattern that reads what people send can be made to backtrack without end."""

import re
from collections.abc import Iterator
from importlib import import_module
from re import _constants as codes  # type: ignore[attr-defined]  # The tree of a pattern has no public door.
from re import _parser as parser  # type: ignore[attr-defined]  # As above.
from typing import Any

import pytest

from bot.dialogue.cues import lexicons

MODULES = (
    "clauses",
    "cues",
    "emoji",
    "folding",
    "intents",
    "language",
    "ratings",
    "understand",
    "entities.credit_code",
    "entities.email_address",
    "entities.error_report",
    "entities.extraction",
    "entities.groups",
    "entities.labels",
    "entities.numbers",
    "entities.phone",
    "entities.products",
    "entities.region",
    "entities.ticket_number",
)
# A match may be tried from every place, so its longest reach is what one more character can cost.
LONGEST = 700


def patterns() -> Iterator[re.Pattern[str]]:
    for name in MODULES:
        module = import_module(f"bot.dialogue.{name}")
        yield from (value for value in vars(module).values() if isinstance(value, re.Pattern))
        for table in ("_table", "_pattern", "_words"):
            if hasattr(getattr(module, table, None), "cache_info"):
                yield getattr(module, table)()[0]
    for lexicon in lexicons():
        yield from (*lexicon.contains.values(), *lexicon.short.values())
        yield from (lexicon.idioms, lexicon.masks, lexicon.spoken_by_programs, lexicon.now, lexicon.negations)


def faults(pattern: str, flags: int = 0) -> list[str]:
    tree = parser.parse(pattern, flags)
    found = list(_unbounded(tree))
    if not found and not _is_possessive_to_the_end(tree) and tree.getwidth()[1] > LONGEST:
        found.append("reaches too far")
    return found


def _unbounded(tree: Any, *, last: bool = True) -> Iterator[str]:
    items = list(tree)
    for at, (operator, argument) in enumerate(items):
        at_end = last and all(parser.SubPattern(tree.state, [item]).getwidth()[0] == 0 for item in items[at + 1 :])
        repeats = operator in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
        if repeats and argument[1] == codes.MAXREPEAT:
            if operator is not codes.POSSESSIVE_REPEAT:
                yield "an unbounded repeat that can give back"
            elif not at_end:
                yield "an unbounded repeat that can fail after all"
        yield from _inside(operator, argument, last=at_end and not repeats)


def _inside(operator: Any, argument: Any, *, last: bool) -> Iterator[str]:
    for part in argument if isinstance(argument, (tuple, list)) else [argument]:
        if isinstance(part, parser.SubPattern):
            yield from _unbounded(part, last=last)
        elif isinstance(part, list):
            yield from _inside(operator, part, last=last)


def _is_possessive_to_the_end(tree: Any) -> bool:
    return bool(tree.getwidth()[1] >= codes.MAXREPEAT)


@pytest.mark.parametrize("pattern", list(patterns()), ids=lambda pattern: pattern.pattern[:30])
def test_every_pattern_is_linear(pattern: re.Pattern[str]) -> None:
    assert faults(pattern.pattern, pattern.flags & ~re.DEBUG) == []


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"a*b", r"a++b", r"(?:ab?)*c", r"a{0,800}b", r"(a++|c)b"])
def test_a_dangerous_one_is_noticed(pattern: str) -> None:
    assert faults(pattern)


@pytest.mark.parametrize("pattern", [r"a{1,20}b", r"a++", r"[^,]++,*+", r"(?:a|b){1,6}"])
def test_a_harmless_one_passes(pattern: str) -> None:
    assert faults(pattern) == []
