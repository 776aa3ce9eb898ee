"""What a number of digits alone looks like after the usual slips of hand and eye."""

from bot.dialogue.entities.model import Problem, ProblemKind

DIGIT_FOR_LETTER = {"O": "0", "D": "0", "Q": "0", "I": "1", "L": "1", "S": "5", "Z": "2", "B": "8"}
# D, Q and B are read as digits only where a label says that a number stands here.
COMMON_SLIPS = frozenset("OILSZ")


def as_digits(value: str) -> str:
    """Replace the letters that are commonly typed or read for digits; other letters stay."""
    return "".join(DIGIT_FOR_LETTER.get(char, char) for char in value)


def digits_problem(value: str, lengths: tuple[int, ...]) -> Problem | None:
    """Check a value that must be digits of one of these lengths."""
    digits = as_digits(value)
    if not digits.isdigit():
        position = next(at for at, char in enumerate(digits, 1) if not char.isdigit())
        return Problem(ProblemKind.NOT_A_DIGIT, position=position, found=value[position - 1])
    if len(value) not in lengths:
        return length_problem(len(value), lengths)
    return _letters(value, digits)


def length_problem(actual: int, lengths: tuple[int, ...]) -> Problem:
    """Name the nearest right length, or all of them when the value lies in the middle."""
    distance = min(abs(length - actual) for length in lengths)
    nearest = tuple(length for length in lengths if abs(length - actual) == distance)
    if len(nearest) > 1:
        return Problem(ProblemKind.WRONG_LENGTH, expected=nearest, actual=actual)
    kind = ProblemKind.TOO_SHORT if actual < nearest[0] else ProblemKind.TOO_LONG
    return Problem(kind, expected=nearest, actual=actual)


def _letters(value: str, digits: str) -> Problem | None:
    changed = [at for at, (char, digit) in enumerate(zip(value, digits, strict=True)) if char != digit]
    if not changed:
        return None
    first = changed[0]
    kind = ProblemKind.LETTER_FOR_DIGIT if len(changed) == 1 else ProblemKind.LETTERS_FOR_DIGITS
    return Problem(
        kind,
        position=first + 1,
        found=value[first],
        likely=digits[first],
        suggestion=digits,
        actual=len(changed),
    )
