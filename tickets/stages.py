"""The public stages of a ticket and the moves between them; open or closed is derived, never stored."""

from enum import IntEnum, StrEnum


class Stage(StrEnum):
    """What the customer is shown: 已受理 → 处理中 → 待您补充 → 待确认 → 已解决."""

    ACCEPTED = "accepted"
    PROCESSING = "processing"
    WAITING = "waiting"
    CONFIRMING = "confirming"
    SOLVED = "solved"


#: Where a ticket may go from where; WAITING is the customer's turn, CONFIRMING asks whether it is fixed.
MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.ACCEPTED: frozenset({Stage.PROCESSING, Stage.WAITING, Stage.CONFIRMING}),
    Stage.PROCESSING: frozenset({Stage.WAITING, Stage.CONFIRMING}),
    Stage.WAITING: frozenset({Stage.PROCESSING, Stage.CONFIRMING}),
    Stage.CONFIRMING: frozenset({Stage.PROCESSING, Stage.SOLVED}),
    Stage.SOLVED: frozenset({Stage.PROCESSING}),
}
OPEN_STAGES = (Stage.ACCEPTED, Stage.PROCESSING, Stage.WAITING, Stage.CONFIRMING)
#: Stages in which the desk owes the next step, so that silence needs news.
OWED_STAGES = (Stage.ACCEPTED, Stage.PROCESSING)


class Priority(IntEnum):
    """1 is the most urgent."""

    URGENT = 1
    HIGH = 2
    NORMAL = 3
    LOW = 4


def raised(priority: int) -> Priority:
    """One step more urgent, at most URGENT."""
    return Priority(max(Priority.URGENT, priority - 1))
