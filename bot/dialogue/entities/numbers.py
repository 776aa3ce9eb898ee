"""Finds the numbers of invoices, taxpayers and telephones among the digit groups of a text.

A number that passes its check is taken in its longest writing. What fails is kept with its problem only when a
label stands before it or its shape leaves little doubt, so that order numbers and amounts are left in peace.
"""

import re
from collections.abc import Iterator
from datetime import date

from bot.dialogue.entities import credit_code, phone
from bot.dialogue.entities.divisions import PROVINCE_CODES
from bot.dialogue.entities.groups import Group, Window, chains, windows
from bot.dialogue.entities.labels import OTHER, Label, Labels
from bot.dialogue.entities.model import Entity, EntityKind, Problem, ProblemKind
from bot.dialogue.entities.slips import COMMON_SLIPS, as_digits, digits_problem

PAPER_NUMBER, DIGITAL_NUMBER = 8, 20
CODE_LENGTHS = (10, 12)
NUMBER_LENGTHS = (PAPER_NUMBER, DIGITAL_NUMBER)

_RIGHT_LENGTHS = frozenset((PAPER_NUMBER, *range(10, 16), credit_code.LENGTH, DIGITAL_NUMBER))
_UNIT = re.compile(r" ?(?:元|块|万|亿|%|张|份|次|年|天|小时|分钟|秒|个|条|人|kb|mb|rmb|yuan)")
_HALVES = (4, 4)
_CREDIT_START = re.compile(r"[159NY][1239]\d{6}")
_LENGTHS_WORTH_ASKING = range(5, 25)
_MOST_LETTERS = 2
_REGION_DIGITS = 5
_LABELLED_LENGTHS = {EntityKind.CREDIT_CODE: range(13, 22), EntityKind.PHONE: range(7, 16)}


def extract_numbers(text: str, folded: str) -> Iterator[Entity]:
    """Read every chain; `text` keeps its case but has the width folded, `folded` is lower case as well."""
    labels = Labels(folded)
    for chain in chains(text):
        at = 0
        while at < len(chain):
            entity, used = _read_from(chain, at, labels)
            if entity:
                yield entity
            at += used


def _read_from(chain: list[Group], at: int, labels: Labels) -> tuple[Entity | None, int]:
    label, folded = labels.before(chain[at].start), labels.folded
    if label == OTHER:
        return None, _stretch_of_other(chain, at)
    candidates = windows(chain, at)
    for window in candidates:
        entity = _read_right(window, label, folded) if len(window.text) in _RIGHT_LENGTHS else None
        if entity:
            return entity, len(window.groups)
    # Without a label only a number written in one piece is sure enough to be called a mistake.
    for window in candidates if label else candidates[-1:]:
        entity = _read_wrong(window, label, folded)
        if entity:
            return entity, len(window.groups)
    return None, 1


def _stretch_of_other(chain: list[Group], at: int) -> int:
    """An order or bank number may be written in groups of four as well; skip those together."""
    used = 1
    while at + used < len(chain) and len(chain[at + used - 1].text) == len(chain[at].text):
        used += 1
    return used


def _read_right(window: Window, label: Label | None, folded: str) -> Entity | None:
    order = (EntityKind.CREDIT_CODE, EntityKind.PHONE, EntityKind.INVOICE_NUMBER, EntityKind.INVOICE_CODE)
    for kind in sorted(order, key=lambda kind: kind != label):
        value = _VALID[kind](window, labelled=label == kind)
        if value and (label == kind or not _is_something_else(window, kind, label, folded)):
            return Entity(kind, value, (window.start, window.end))
    return None


def _is_something_else(window: Window, kind: EntityKind, label: Label | None, folded: str) -> bool:
    if _UNIT.match(folded, window.end):
        return True
    if kind in (EntityKind.INVOICE_NUMBER, EntityKind.INVOICE_CODE):
        # "Invoice code: 8 digits" is a mix-up to be explained, not a number without a label.
        return label is not None
    return False


def _valid_credit_code(window: Window, *, labelled: bool) -> str | None:
    if not credit_code.is_valid(window.text):
        return None
    # A code and a number of a paper invoice side by side have 18 digits too.
    if not labelled and not window.is_single and window.sizes[-1] == PAPER_NUMBER:
        return None
    return window.text if labelled or _regional(window.text) else None


def _valid_phone(window: Window, *, labelled: bool) -> str | None:
    if not labelled and window.is_single and _plausible_code(window.text):
        return None
    return phone.normalise(window.text) if window.text.isdigit() else None


def _valid_invoice_number(window: Window, *, labelled: bool) -> str | None:
    text = window.text
    if not text.isdigit() or len(text) not in NUMBER_LENGTHS:
        return None
    if labelled or len(text) == DIGITAL_NUMBER:
        return text
    return text if (window.is_single or window.sizes == _HALVES) and not _is_date(text) else None


def _valid_invoice_code(window: Window, *, labelled: bool) -> str | None:
    text = window.text
    if not text.isdigit() or len(text) not in CODE_LENGTHS:
        return None
    return text if labelled or (window.is_single and _plausible_code(text)) else None


_VALID = {
    EntityKind.CREDIT_CODE: _valid_credit_code,
    EntityKind.PHONE: _valid_phone,
    EntityKind.INVOICE_NUMBER: _valid_invoice_number,
    EntityKind.INVOICE_CODE: _valid_invoice_code,
}


def _read_wrong(window: Window, label: Label | None, folded: str) -> Entity | None:
    if not window.digits_everywhere:
        return None
    kind = EntityKind(label) if label else _kind_by_shape(window)
    if kind is None or _UNIT.match(folded, window.end):
        return None
    if label and not _worth_asking(window.text, kind):
        return None
    problem = _problem(kind, window.text)
    return Entity(kind, window.text, (window.start, window.end), problem) if problem else None


def _worth_asking(text: str, kind: EntityKind) -> bool:
    digits = sum(char.isdigit() for char in as_digits(text))
    enough = digits >= _REGION_DIGITS if kind is EntityKind.CREDIT_CODE else digits * 2 > len(text)
    return enough and len(text) in _LABELLED_LENGTHS.get(kind, _LENGTHS_WORTH_ASKING)


def _problem(kind: EntityKind, text: str) -> Problem | None:
    if kind is EntityKind.CREDIT_CODE:
        return credit_code.find_problem(text)
    if kind is EntityKind.PHONE:
        return phone.find_problem(text)
    if kind is EntityKind.INVOICE_CODE:
        mixed_up, other, own = NUMBER_LENGTHS, ProblemKind.LOOKS_LIKE_INVOICE_NUMBER, CODE_LENGTHS
    else:
        mixed_up, other, own = CODE_LENGTHS, ProblemKind.LOOKS_LIKE_INVOICE_CODE, NUMBER_LENGTHS
    if text.isdigit() and len(text) in mixed_up:
        return Problem(other, actual=len(text))
    return digits_problem(text, own)


def _kind_by_shape(window: Window) -> EntityKind | None:
    text = window.text
    if _is_credit_shape(text):
        return EntityKind.CREDIT_CODE
    letters = {char for char in text if not char.isdigit()}
    if letters:
        return _kind_with_slips(text) if letters <= COMMON_SLIPS and text[0].isdigit() else None
    if len(text) in (DIGITAL_NUMBER - 1, DIGITAL_NUMBER + 1) and _plausible_digital(text):
        return EntityKind.INVOICE_NUMBER
    return None


def _kind_with_slips(text: str) -> EntityKind | None:
    if sum(not char.isdigit() for char in text) > _MOST_LETTERS:
        return None
    digits = as_digits(text)
    if phone.normalise(digits):
        return EntityKind.PHONE
    if len(text) in NUMBER_LENGTHS:
        return EntityKind.INVOICE_NUMBER
    return EntityKind.INVOICE_CODE if _plausible_code(digits) else None


def _is_credit_shape(text: str) -> bool:
    if len(text) == credit_code.LENGTH:
        if text.isdigit():
            return bool(_CREDIT_START.match(text)) or credit_code.looks_like_id_card(text)
        return _regional(text)
    near = len(text) in (credit_code.LENGTH - 1, credit_code.LENGTH + 1)
    return near and not text.isdigit() and bool(_CREDIT_START.match(text))


def _regional(text: str) -> bool:
    return sum(char.isdigit() for char in text[2:8]) >= _REGION_DIGITS


def _plausible_code(text: str) -> bool:
    """Tell whether the region and the two digits of the year stand where an invoice code has them."""
    if len(text) not in CODE_LENGTHS or not text.isdigit():
        return False
    region = text if len(text) == CODE_LENGTHS[0] else text[1:]
    leads = len(text) == CODE_LENGTHS[0] or text[0] in "01"
    return leads and region[:2] in PROVINCE_CODES and "05" <= region[4:6] <= "49"


def _plausible_digital(text: str) -> bool:
    """A digital invoice number begins with the two digits of its year and its province."""
    return "21" <= text[:2] <= "49" and text[2:4] in PROVINCE_CODES


def _is_date(text: str) -> bool:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return 1950 <= day.year < 2100  # noqa: PLR2004 - years that turn up in talk about invoices.
