"""Why a call cannot be logged as it stands."""

from kit.errors import ConflictError, InvalidError


class AddressTakenError(ConflictError):
    """News cannot go to this address for the caller: it is somebody else's.

    ``way`` is "sms" or "email", ``contact_id`` who has it.
    """

    code = "address_taken"

    def __init__(self, way: str, contact_id: int) -> None:
        super().__init__()
        self.way = way
        self.contact_id = contact_id


class CallLoggedError(ConflictError):
    """A colleague has logged this call as ticket ``number``."""

    code = "call_logged"


class CallerUnknownError(InvalidError):
    """There is no such person, or the ticket is not theirs."""

    code = "caller_unknown"
