"""Why something does not leave, or does not come back."""

from dataclasses import dataclass
from datetime import datetime

from kit.errors import ConflictError, InvalidError


class TicketMergedError(ConflictError):
    """``who`` has merged it: its matter goes on in ticket ``number``."""

    code = "ticket_merged"


class ReplyGoneError(ConflictError):
    """It has left already, or was taken back before."""

    code = "reply_gone"


class SnoozeInPastError(InvalidError):
    """Later is a moment that has not been yet."""

    code = "snooze_in_past"


class SnoozeTooLongError(InvalidError):
    """More than ``days`` from now nobody remembers it."""

    code = "snooze_too_long"


class NothingToSnoozeError(InvalidError):
    """What is solved has left the queue."""

    code = "nothing_to_snooze"


@dataclass(frozen=True)
class Meanwhile:
    """Something said that the writer has not read: by a colleague (whose reply may still be held) or the customer."""

    who: str
    text: str
    at: datetime
    by_customer: bool = False
    held: bool = False


class SaidMeanwhileError(ConflictError):
    """Others have written since: ``said`` is what, for the writer to decide."""

    code = "said_meanwhile"

    def __init__(self, said: list[Meanwhile]) -> None:
        super().__init__(count=len(said))
        self.said = said
