"""The check of GB 32100-2015, against codes found in public and codes made by the standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.entities import EntityKind, ProblemKind, extract
from bot.dialogue.entities.credit_code import (
    ALPHABET,
    check_character,
    find_problem,
    is_valid,
    looks_like_id_card,
    repairs,
)

# Codes of large companies and one from teaching material, as they stand in public.
KNOWN = ("91350100M000100Y43", "91110000600037341L", "914403001922038216", "91110108551385082Q", "91330100799655058B")
# 31 characters by the table of the standard, counted out here on their own.
TABLE = "0 1 2 3 4 5 6 7 8 9 A B C D E F G H J K L M N P Q R T U W X Y".split()
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def made_by_the_standard(body: str) -> str:
    total = sum(TABLE.index(char) * weight for char, weight in zip(body, WEIGHTS, strict=True))
    return body + TABLE[(31 - total % 31) % 31]


@st.composite
def codes(draw: st.DrawFn) -> str:
    region = draw(st.text("0123456789", min_size=6, max_size=6))
    kind = draw(st.sampled_from(("11", "12", "51", "52", "91", "92", "93", "Y1", "N2", "A1")))
    organisation = draw(st.text(ALPHABET, min_size=9, max_size=9))
    return made_by_the_standard(kind + region + organisation)


@pytest.mark.parametrize("code", KNOWN)
def test_known_codes_pass(code: str) -> None:
    assert is_valid(code)
    assert check_character(code[:17]) == code[17]


@given(codes())
def test_a_code_made_by_the_standard_passes(code: str) -> None:
    assert is_valid(code)
    assert find_problem(code) is None
    (entity,) = extract(f"税号：{code}")
    assert (entity.kind, entity.value, entity.problem) == (EntityKind.CREDIT_CODE, code, None)


@given(codes(), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_any_single_substitution_is_caught(code: str, place: int, char: str) -> None:
    wrong = code[:place] + char + code[place + 1 :]
    if wrong == code:
        return
    assert not is_valid(wrong)
    assert find_problem(wrong) is not None
    (entity,) = extract(f"统一社会信用代码 {wrong}")
    assert (entity.kind, entity.value) == (EntityKind.CREDIT_CODE, wrong)
    assert entity.problem is not None


@given(codes(), st.integers(0, 16))
def test_swapped_neighbours_are_caught(code: str, place: int) -> None:
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert wrong == code or not is_valid(wrong)


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_repair_offered_passes_the_check(code: str, place: int, char: str) -> None:
    wrong = code[:place] + char + code[place + 1 :]
    for repair in repairs(wrong) if wrong != code else ():
        start = repair.position - 1
        assert wrong[start : start + len(repair.found)] == repair.found
        assert is_valid(wrong[:start] + repair.put + wrong[start + len(repair.put) :])


@pytest.mark.parametrize("code", KNOWN)
def test_the_right_repair_of_a_slip_in_the_organisation_part_is_named(code: str) -> None:
    # There the two check digits together leave few changes.
    for place in range(8, 17):
        wrong = code[:place] + ("7" if code[place] != "7" else "4") + code[place + 1 :]
        assert code[place] in {repair.put for repair in repairs(wrong) if repair.position == place + 1}


def test_swapped_neighbours_are_named() -> None:
    right = "91110108551385082Q"
    wrong = right[:10] + right[11] + right[10] + right[12:]
    assert any(repair.is_swap and repair.position == 11 and repair.put == "13" for repair in repairs(wrong))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("9135O100M000100Y43", ProblemKind.UNUSED_LETTER_FITS),
        ("91350I00M000100Y43", ProblemKind.UNUSED_LETTER_FITS),
        ("9135O100M000100Y44", ProblemKind.UNUSED_LETTER),
        ("91350100M000100V43", ProblemKind.UNUSED_LETTER_UNKNOWN),
        ("91350100M000100Y4", ProblemKind.TOO_SHORT),
        ("91350100M000100Y433", ProblemKind.TOO_LONG),
        ("91350100M000100743", ProblemKind.WRONG_CHECK_REPAIRS),
        ("11010519491231002X", ProblemKind.LOOKS_LIKE_ID_CARD),
    ],
)
def test_slips_are_told_apart(code: str, kind: ProblemKind) -> None:
    problem = find_problem(code)
    assert problem is not None
    assert problem.kind is kind


def test_a_code_wrong_in_two_places_gets_no_guess() -> None:
    problem = find_problem("91350100M001000Y48")
    assert problem is not None
    assert problem.kind is ProblemKind.WRONG_CHECK


def test_an_id_card_needs_date_region_and_check() -> None:
    assert looks_like_id_card("11010519491231002X")
    assert not looks_like_id_card("110105194913310020")
    assert not looks_like_id_card("990105194912310021")
    assert not looks_like_id_card("110105194912310021")
