from typing import Protocol

from bot.dialogue.entities.model import Entity, Problem, Repair


class Say(Protocol):
    """Speaks a text of the catalogue in the language of the conversation."""

    def __call__(self, key: str, /, **values: object) -> str: ...


def explain(entity: Entity, say: Say) -> str | None:
    """Tell a person kindly what may be wrong with a number; None when its check passed.

    It names what the check proves and no more: a passed check never says that an invoice or a company exists.
    """
    problem = entity.problem
    if problem is None:
        return None
    values = {
        "name": say(f"entity.kind.{entity.kind}"),
        "value": entity.value,
        "position": problem.position,
        "found": problem.found,
        "likely": problem.likely,
        "suggestion": problem.suggestion,
        "actual": problem.actual,
        "expected": _any_of([str(length) for length in problem.expected], say),
        "difference": _difference(problem),
        "repairs": _any_of([_spoken(repair, say) for repair in problem.repairs], say),
    }
    return say(f"entity.{problem.kind}", **values)


def _difference(problem: Problem) -> int:
    return abs(problem.expected[0] - problem.actual) if problem.expected else 0


def _any_of(parts: list[str], say: Say) -> str:
    return say("entity.or").join(parts)


def _spoken(repair: Repair, say: Say) -> str:
    if repair.is_swap:
        return say("entity.repair.swap", position=repair.position, next=repair.position + 1, put=repair.put)
    return say("entity.repair.replace", position=repair.position, found=repair.found, put=repair.put)
