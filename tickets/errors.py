"""What can go wrong with a ticket, in words for the person who tried."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class TicketNotFoundError(NotFoundError):
    """No such ticket."""

    code = "ticket_not_found"


class TicketChangedError(ConflictError):
    """Somebody else changed it first: ``who`` did ``what``."""

    code = "ticket_changed"


class MoveNotAllowedError(InvalidError):
    """A ticket in stage ``source`` does not go to ``target``."""

    code = "move_not_allowed"


class EmptyReplyError(InvalidError):
    """Nothing to send."""

    code = "empty_reply"


class ReplyTooLongError(InvalidError):
    """More than ``limit`` characters."""

    code = "reply_too_long"


class PromiseInPastError(InvalidError):
    """A promise must be about the future."""

    code = "promise_in_past"


class SolutionMissingError(InvalidError):
    """Resolving needs a word on what was done: the customer gets it."""

    code = "solution_missing"


class PromiseNotOpenError(InvalidError):
    """There is nothing left to promise on a ticket called solved."""

    code = "promise_not_open"


class ConditionUnknownError(InvalidError):
    """A rule speaks of ``name``, which no ticket has."""

    code = "condition_unknown"
