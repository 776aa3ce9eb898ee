"""What a code looks like, and how one stands where it is shown. Pure."""

import secrets
from dataclasses import dataclass
from enum import StrEnum

LENGTH = 8
#: No character here is easily taken for another, on a screen or read out.
DIGITS = "23456789"
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
#: A code has at least so many letters and so many digits, so that neither a word nor a number is taken for one.
_OF_EACH = 2


class Standing(StrEnum):
    """What a code is worth in the conversation where it is shown; GOOD is the only one that joins anything."""

    GOOD = "good"
    #: Unknown, used or expired: which of them is nobody's business.
    WRONG = "wrong"
    LOCKED = "locked"
    #: Given out right here.
    OWN = "own"
    #: Given out to the same person.
    SAME = "same"


@dataclass(frozen=True)
class Proof:
    """A code as it stands; ``given_in`` is the conversation it was given out in, if it is any good."""

    standing: Standing
    code_id: int = 0
    given_in: int = 0


def new_code() -> str:
    """Eight characters of which no two look alike."""
    while True:
        code = "".join(secrets.choice(DIGITS + LETTERS) for _ in range(LENGTH))
        if is_code(code):
            return code


def is_code(text: str) -> bool:
    """Whether it can be one of ours."""
    digits = sum(character in DIGITS for character in text)
    letters = sum(character in LETTERS for character in text)
    return len(text) == LENGTH == digits + letters and min(digits, letters) >= _OF_EACH
