from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    INVOICE_NUMBER = "invoice_number"
    INVOICE_CODE = "invoice_code"
    CREDIT_CODE = "credit_code"
    PHONE = "phone"
    EMAIL = "email"
    TICKET_NUMBER = "ticket_number"
    ERROR_CODE = "error_code"
    ERROR_TEXT = "error_text"
    CLIENT = "client"
    OS = "os"
    BROWSER = "browser"
    REGION = "region"


class ProblemKind(StrEnum):
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    WRONG_LENGTH = "wrong_length"
    LETTER_FOR_DIGIT = "letter_for_digit"
    LETTERS_FOR_DIGITS = "letters_for_digits"
    NOT_A_DIGIT = "not_a_digit"
    UNUSED_LETTER = "unused_letter"
    UNUSED_LETTER_FITS = "unused_letter_fits"
    UNUSED_LETTER_UNKNOWN = "unused_letter_unknown"
    WRONG_CHECK = "wrong_check"
    WRONG_CHECK_REPAIRS = "wrong_check_repairs"
    LOOKS_LIKE_INVOICE_CODE = "looks_like_invoice_code"
    LOOKS_LIKE_INVOICE_NUMBER = "looks_like_invoice_number"
    LOOKS_LIKE_ID_CARD = "looks_like_id_card"
    AREA_CODE_MISSING = "area_code_missing"
    PHONE_UNKNOWN = "phone_unknown"
    EMAIL_INCOMPLETE = "email_incomplete"
    EMAIL_SLIP = "email_slip"


@dataclass(frozen=True)
class Repair:
    """One small change after which the check passes; two characters in `put` mean neighbours changed places."""

    position: int
    found: str
    put: str

    @property
    def is_swap(self) -> bool:
        return len(self.put) > 1


@dataclass(frozen=True)
class Problem:
    """Why a candidate failed its check. Positions count from 1 in the normalised value."""

    kind: ProblemKind
    position: int = 0
    found: str = ""
    likely: str = ""
    suggestion: str = ""
    expected: tuple[int, ...] = ()
    actual: int = 0
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Entity:
    """Something named in the text; `span` is where it stands in the text as it was written."""

    kind: EntityKind
    value: str
    span: tuple[int, int]
    problem: Problem | None = None
