"""What a machine reports about a mail of ours."""

from dataclasses import dataclass, field
from enum import StrEnum


class ReportKind(StrEnum):
    #: Given up: the mail did not arrive and nobody will try again.
    BOUNCE = "bounce"
    #: Not arrived yet, and will be tried again.
    DELAY = "delay"
    DELIVERED = "delivered"
    #: The recipient called our mail spam or wants no more of it (RFC 5965).
    COMPLAINT = "complaint"
    #: The recipient's program says that the mail was shown or deleted (RFC 8098).
    RECEIPT = "receipt"
    #: Somebody is away, or a machine answered for them.
    AUTO_REPLY = "auto_reply"


class Reason(StrEnum):
    USER_UNKNOWN = "user_unknown"
    HOST_UNKNOWN = "host_unknown"
    MOVED = "moved"
    #: The domain says that it takes no mail at all.
    NO_MAIL = "no_mail"
    MAILBOX_FULL = "mailbox_full"
    SUSPENDED = "suspended"
    #: The mailbox may exist; a rule of the recipient or of the recipient's system turned the mail away.
    FILTERED = "filtered"
    SENDER_REJECTED = "sender_rejected"
    NOT_AUTHENTICATED = "not_authenticated"
    BLOCKED = "blocked"
    POLICY = "policy"
    SPAM = "spam"
    VIRUS = "virus"
    TOO_BIG = "too_big"
    CONTENT = "content"
    RELAYING = "relaying"
    EXPIRED = "expired"
    NETWORK = "network"
    RATE_LIMITED = "rate_limited"
    LOCAL_PROGRAM = "local_program"
    SYSTEM = "system"
    UNDEFINED = "undefined"

    @property
    def hard(self) -> bool:
        """Whether the address itself is bad for ever, so that nothing else should be sent there."""
        return self in _HARD

    @property
    def vague(self) -> bool:
        """Whether it says no more than that something failed."""
        return self in _VAGUE


_HARD = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.MOVED, Reason.NO_MAIL})
_VAGUE = frozenset({Reason.UNDEFINED, Reason.SYSTEM, Reason.POLICY, Reason.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A recipient that was not reached.

    ``address`` is the one the mail was sent to where the report says so, else the one it failed at, and may be empty
    when nobody can be named. ``status`` is an enhanced code (RFC 3463), or empty. ``said`` is the other server's
    answer, for staff.
    """

    address: str
    status: str
    hard: bool
    reason: Reason
    said: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """``recipients`` are those of a bounce or a delay only. The original is found by one of ``original_ids``.

    ``original_headers`` are the first of each name, lower-case, unfolded but not decoded, as the report quotes them.
    """

    kind: ReportKind
    recipients: tuple[Failed, ...] = ()
    original_ids: tuple[str, ...] = ()
    original_headers: dict[str, str] = field(default_factory=dict)
