"""Why the plain answer was given instead."""

from enum import StrEnum


class Reason(StrEnum):
    """Counted and logged; the person never hears of it."""

    LATE = "late"
    BUSY = "busy"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    RESTING = "resting"
    BUDGET = "budget"
    AGAIN = "again"
    FAULT = "fault"


class ModelFailedError(Exception):
    """There is no usable text, for this reason."""

    def __init__(self, reason: Reason, detail: str = "", *, retry_after_s: float = 0.0) -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.retry_after_s = retry_after_s
