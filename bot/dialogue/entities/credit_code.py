"""The unified social credit code (统一社会信用代码) by GB 32100-2015, with GB 11714 for the part inside it."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from bot.dialogue.entities.divisions import PROVINCE_CODES
from bot.dialogue.entities.model import Problem, ProblemKind, Repair
from bot.dialogue.entities.slips import length_problem

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
MAX_REPAIRS = 3

_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_MODULUS = 31
# The check character takes part with weight 1, so the weighted sum of a right code is a multiple of 31.
_WEIGHTS = (*(pow(3, place, _MODULUS) for place in range(LENGTH - 1)), 1)
# The registering department and the kind of body that nearly all invoice users have; used for suggestions only.
_FIRST = frozenset("159NY")
_SECOND = frozenset("1239")
_REGION = slice(2, 8)
_ORGANISATION = slice(8, 17)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# The standard leaves out I O S V Z; for V no digit looks alike.
_UNUSED = {"I": "1", "O": "0", "S": "5", "Z": "2", "V": ""}
_LOOK_ALIKE = frozenset(
    frozenset(pair)
    for pair in "0D 0Q DQ 1L 1T 17 27 56 5S 8B 83 B3 6G 6C CG EF PR KX HN MN MW UY 4A 49 69 0U JL".split()
)


def check_character(body: str) -> str:
    """Give the 18th character for the first 17; raises KeyError on a character the standard does not use."""
    total = sum(_VALUE[char] * weight for char, weight in zip(body, _WEIGHTS[:-1], strict=True))
    return ALPHABET[-total % _MODULUS]


def is_valid(code: str) -> bool:
    """Tell whether the check character fits; that the company exists is another matter."""
    return len(code) == LENGTH and all(char in _VALUE for char in code) and _remainder(code) == 0


def find_problem(code: str) -> Problem | None:
    """Explain what is wrong with an upper-case candidate, or None when the check passes."""
    if is_valid(code):
        return None
    if looks_like_id_card(code):
        return Problem(ProblemKind.LOOKS_LIKE_ID_CARD)
    if len(code) != LENGTH:
        return length_problem(len(code), (LENGTH,))
    if any(char in _UNUSED for char in code):
        return _unused_letter(code)
    if not all(char in _VALUE for char in code):
        position = next(at for at, char in enumerate(code, 1) if char not in _VALUE)
        return Problem(ProblemKind.UNUSED_LETTER_UNKNOWN, position=position, found=code[position - 1])
    found = repairs(code)
    if found:
        return Problem(ProblemKind.WRONG_CHECK_REPAIRS, repairs=found)
    return Problem(ProblemKind.WRONG_CHECK)


def repairs(code: str) -> tuple[Repair, ...]:
    """Name the single changes that make a wrong code right, when they are few enough to help.

    Every place has exactly one character that satisfies the check character, so most of them mean nothing. Kept
    are those after which the region and the organisation's own check digit fit too. Are they still many, a digit
    typed for a digit comes first, then what looks alike.
    """
    good = [repair for repair in _single_changes(code) if _fits_everywhere(_apply(code, repair))]
    for fits in (_is_any, _is_same_class, _is_common_slip):
        narrowed = tuple(repair for repair in good if fits(repair))
        if 0 < len(narrowed) <= MAX_REPAIRS:
            return narrowed
    return ()


def looks_like_id_card(code: str) -> bool:
    """Tell whether the digits, the birth date and the check character are those of a personal identity card."""
    if len(code) != LENGTH or not code[:17].isdigit() or not code.isascii() or code[17] not in "0123456789X":
        return False
    if code[:2] not in PROVINCE_CODES or not _is_birth_date(code[6:14]):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(code[:17]))
    return code[17] == "10X98765432"[total % 11]


def _remainder(code: str) -> int:
    return sum(_VALUE[char] * weight for char, weight in zip(code, _WEIGHTS, strict=True)) % _MODULUS


def _unused_letter(code: str) -> Problem:
    position = next(at for at, char in enumerate(code, 1) if char in _UNUSED)
    found = code[position - 1]
    likely = _UNUSED[found]
    if not likely:
        return Problem(ProblemKind.UNUSED_LETTER_UNKNOWN, position=position, found=found)
    suggestion = "".join(_UNUSED.get(char, char) for char in code)
    kind = ProblemKind.UNUSED_LETTER_FITS if is_valid(suggestion) else ProblemKind.UNUSED_LETTER
    return Problem(kind, position=position, found=found, likely=likely, suggestion=suggestion)


def _single_changes(code: str) -> Iterator[Repair]:
    remainder = _remainder(code)
    for place, char in enumerate(code):
        shift = remainder * pow(_WEIGHTS[place], -1, _MODULUS)
        yield Repair(place + 1, char, ALPHABET[(_VALUE[char] - shift) % _MODULUS])
    for place, (left, right) in enumerate(pairwise(code)):
        repair = Repair(place + 1, left + right, right + left)
        if left != right and is_valid(_apply(code, repair)):
            yield repair


def _apply(code: str, repair: Repair) -> str:
    start = repair.position - 1
    return code[:start] + repair.put + code[start + len(repair.put) :]


def _is_any(_repair: Repair) -> bool:
    return True


def _is_same_class(repair: Repair) -> bool:
    return repair.is_swap or repair.found.isdigit() == repair.put.isdigit()


def _is_common_slip(repair: Repair) -> bool:
    return repair.is_swap or frozenset((repair.found, repair.put)) in _LOOK_ALIKE


def _fits_everywhere(code: str) -> bool:
    region = code[_REGION]
    if code[0] not in _FIRST or code[1] not in _SECOND or not region.isdigit():
        return False
    if region[:2] not in PROVINCE_CODES | {"10"}:
        return False
    return _organisation_fits(code[_ORGANISATION])


def _organisation_fits(part: str) -> bool:
    total = sum(int(char, 36) * weight for char, weight in zip(part[:8], _ORGANISATION_WEIGHTS, strict=True))
    return part[8] == "0X987654321"[total % 11]


def _is_birth_date(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= born.year < 2100  # noqa: PLR2004 - the years a living person can be born in.
