"""Why two tickets stay two, or one stays one."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class SameTicketError(InvalidError):
    """A ticket has nothing to do with itself."""

    code = "same_ticket"


class NotOnePersonError(InvalidError):
    """Tickets of two persons are linked and never merged: each hears only of their own."""

    code = "not_one_person"


class MergeNotOpenError(InvalidError):
    """Only open tickets are merged; ``number`` is solved."""

    code = "merge_not_open"


class MergeGoneError(ConflictError):
    """It was undone before, is of another day, or something has happened since."""

    code = "merge_gone"


class NothingToSplitError(InvalidError):
    """None of the messages belongs to this ticket."""

    code = "nothing_to_split"


class LinkedAlreadyError(ConflictError):
    """The two tickets have a link."""

    code = "linked_already"


class NoTicketLinkError(NotFoundError):
    """There is no such link between tickets."""

    code = "no_ticket_link"
