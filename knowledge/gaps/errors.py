"""What may go wrong with gaps."""

from kit.errors import InvalidError, NotFoundError


class GapNotFoundError(NotFoundError):
    """There is no such gap, or it has become one with another."""

    code = "gap_unknown"


class GapReasonMissingError(InvalidError):
    """A gap is set aside for a reason."""

    code = "gap_reason"
