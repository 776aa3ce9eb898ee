"""A person is told kindly and in their language what may be wrong with a number."""

from functools import partial

import pytest

from bot.dialogue.entities import Entity, EntityKind, Problem, ProblemKind, Repair, explain, extract
from kit.i18n import LOCALES, Locale, translate

CHECKED = (
    EntityKind.INVOICE_NUMBER,
    EntityKind.INVOICE_CODE,
    EntityKind.CREDIT_CODE,
    EntityKind.PHONE,
    EntityKind.EMAIL,
)


class InLocale:
    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def __call__(self, key: str, /, **values: object) -> str:
        return translate(key, self.locale, **values)


def told(text: str, locale: Locale = "zh") -> str | None:
    (entity,) = extract(text)
    return explain(entity, InLocale(locale))


def test_a_letter_for_a_digit() -> None:
    assert told("发票号码 1234O678") == "发票号码第 5 位的“O”可能是数字“0”，您再核对一下？"
    assert "position 5" in (told("发票号码 1234O678", "en") or "")


def test_a_missing_digit() -> None:
    assert told("手机1380013800") == "电话号码应该是 11 位，您发来的是 10 位，好像少了 1 位，再看一眼？"


def test_both_lengths_when_either_may_be_meant() -> None:
    assert "10 或 12" in (told("发票代码 11001941301") or "")


def test_the_change_that_would_fit_is_named() -> None:
    assert "第 16 位的“7”换成“Y”" in (told("91350100M000100743") or "")
    assert "“Y” instead of “7” at position 16" in (told("91350100M000100743", "en") or "")


def test_swapped_neighbours_are_spoken() -> None:
    repair = Repair(position=11, found="31", put="13")
    problem = Problem(ProblemKind.WRONG_CHECK_REPAIRS, repairs=(repair,))
    entity = Entity(EntityKind.CREDIT_CODE, "91110108553185082Q", (0, 18), problem)
    assert "第 11、12 位对调成“13”" in (explain(entity, InLocale("zh")) or "")


def test_nothing_is_said_of_what_passed() -> None:
    assert told("发票号码 12345678") is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", ProblemKind)
def test_every_problem_can_be_told(kind: ProblemKind, locale: Locale) -> None:
    problem = Problem(kind, 3, "O", "0", "12", (8,), 7, (Repair(1, "A", "B"), Repair(2, "AB", "BA")))
    for entity_kind in CHECKED:
        text = explain(Entity(entity_kind, "x", (0, 1), problem), partial(InLocale(locale)))
        assert text
        assert "{" not in text
