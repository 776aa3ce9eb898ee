"""What people type for a ticket number or a phone number, brought into the form we store."""

import re
import unicodedata

#: Digits as they are dictated, and letters that are taken for them.
_DIGITS = str.maketrans("OILZ零〇一二三四五六七八九幺", "0112001234567891")
_NUMBER = re.compile(r"(?:YP)?(\d{6})(\d{1,8})")
_SEQUENCE_DIGITS = 4
_MOBILE = re.compile(r"(?:00)?86(1\d{10})")
_FEWEST_PHONE_DIGITS = 7


def ticket_number(typed: str) -> str | None:
    """YP-261124-0042 from "yp 261124 42", full width, dictated or run together; None for anything else."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    joined = re.sub(r"[\W_]", "", plain).translate(_DIGITS)
    parts = _NUMBER.fullmatch(joined)
    return f"YP-{parts[1]}-{parts[2].lstrip('0').zfill(_SEQUENCE_DIGITS)}" if parts else None


def phone_digits(typed: str) -> str | None:
    """The digits of a phone number without the country code of China; None when it can be none."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isascii() and c.isdigit())
    domestic = _MOBILE.fullmatch(digits)
    if domestic:
        return domestic[1]
    return digits if len(digits) >= _FEWEST_PHONE_DIGITS else None


def lookup_digits(typed: str) -> str:
    """The digits of a look-up code, however they were grouped."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isascii() and c.isdigit())
