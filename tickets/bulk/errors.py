"""What can go wrong with an order for many tickets."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class BulkNotFoundError(NotFoundError):
    """No such order."""

    code = "bulk_not_found"


class BulkEmptyError(InvalidError):
    """Nothing is chosen."""

    code = "bulk_empty"


class BulkTooManyError(InvalidError):
    """More than ``most`` tickets in one order."""

    code = "bulk_too_many"


class BulkOrderError(InvalidError):
    """The order leaves out what it needs."""

    code = "bulk_order"


class BulkOverError(ConflictError):
    """Everything has happened already: there is nothing left to stop."""

    code = "bulk_over"


class BulkNotUndoableError(ConflictError):
    """It cannot be taken back, or was already, or still goes on."""

    code = "bulk_not_undoable"


class TicketMergedError(ConflictError):
    """The ticket goes on in another one."""

    code = "bulk_ticket_merged"


class TicketOfOthersError(ConflictError):
    """Somebody has changed since what the order had changed."""

    code = "bulk_changed_since"
