"""What the platform's error codes mean for a message, an account and a person. Pure.

The numbers are those of the platform's page of error codes; what each asks of us is our own reading. A code that is
not listed is no reason to lose a message: it is tried again, and staff see the platform's words.
"""

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    PersonUnreachableError,
)

HOUR_S, BROKEN_FOR_S = 3600.0, 600.0
#: Asked too often: by address, by user, by interface.
_FLOOD = frozenset({10022, 10023, 10024, 20016})
#: Secret, token and permissions: somebody has to correct them.
_ACCOUNT = frozenset({10004, 10005, 10006, 10014, 10020, 10021, *range(21301, 21336), 21501, 21602})
_PERSON = frozenset({10013, 20003, 20501, 20504, 20506})
_MESSAGE = frozenset({10007, 10008, 10012, 10016, 10017, 10018, 20008, 20012, 20013, 20017, 20019, 20020, 20021})


def delivery_error(code: int, text: str) -> DeliveryError:
    """The port's word for it."""
    named = str(code)
    if code in _FLOOD:
        return AccountClosedError(named, text, retry_after_s=HOUR_S)
    if code in _ACCOUNT:
        return AccountClosedError(named, text, retry_after_s=BROKEN_FOR_S, broken=True)
    if code in _PERSON:
        return PersonUnreachableError(named, text)
    if code in _MESSAGE:
        return DeliveryRefusedError(named, text)
    return DeliveryDelayedError(named, text)
