import re

import phonenumbers

from bot.dialogue.entities.model import Problem, ProblemKind
from bot.dialogue.entities.slips import as_digits, digits_problem

MOBILE_LENGTH = 11
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_WRITTEN = re.compile(r"(?:0086|86)?(?:1[3-9]\d{9}|0[1-9]\d{8,10})|[48]00\d{7}")


def normalise(digits: str) -> str | None:
    """Give a mainland mobile, landline or 400/800 number as E.164, or None when it is no such number.

    A landline needs its area code with the leading 0; the numbering plan is that of the `phonenumbers` package.
    """
    if not _WRITTEN.fullmatch(digits):
        return None
    national = digits.removeprefix("00")
    national = national.removeprefix("86") if len(national) > MOBILE_LENGTH else national
    try:
        parsed = phonenumbers.parse(national, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(parsed, "CN"):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def find_problem(value: str) -> Problem | None:
    """Explain why an upper-case candidate after a word such as 电话 is no number that can be called."""
    digits = as_digits(value)
    if _LOCAL.fullmatch(digits):
        return Problem(ProblemKind.AREA_CODE_MISSING, likely=digits)
    if digits.startswith("1"):
        problem = digits_problem(value, (MOBILE_LENGTH,))
        if problem:
            return problem
    elif digits != value and normalise(digits):
        return digits_problem(value, (len(value),))
    return None if normalise(value) else Problem(ProblemKind.PHONE_UNKNOWN)
