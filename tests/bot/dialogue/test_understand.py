"""One turn understood as a whole, and on any text whatever."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.entities import EntityKind
from bot.dialogue.entities.extraction import MAX_LENGTH
from bot.dialogue.intents import Expecting, Intent, classify
from bot.dialogue.understand import understand
from tests.support.trying import tries

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
PIECES = st.sampled_from(
    [
        "转人工",
        "YP-",
        "12345678",
        "9135",
        "@qq.com",
        "“",
        "”",
        "提示",
        "error: ",
        "还是",
        "不行",
        "\n",
        " ",
        "-",
        "\x00",
        "\ud800",
        "⭐",
        "５",
        "?",
        "not ",
        "still ",
        "[微笑]",
        "0x",
        "．",
        "İ",
        "ß",
    ]
)
EXPECTED = st.sampled_from([None, *Expecting])


def test_a_turn_of_several_lines() -> None:
    understanding = understand("你好\n税号 9135O100M000100Y43\nWindows 10 上开不了票", fallback_locale="en")
    assert understanding.text == "你好\n税号 9135O100M000100Y43\nWindows 10 上开不了票"
    assert understanding.locale == "zh"
    assert understanding.intent is Intent.COMPLAINT
    assert Intent.GREETING in understanding.also
    assert [entity.kind for entity in understanding.entities] == [EntityKind.CREDIT_CODE, EntityKind.OS]


def test_rating_and_ticket_number_are_kept_beside_a_stronger_intent() -> None:
    understanding = understand("2分\nYP-261124-0042 还是不行", expecting=Expecting.RATING)
    assert understanding.intent is Intent.STILL_BROKEN
    assert understanding.rating == 2
    assert understanding.ticket_number == "YP-261124-0042"


def test_an_empty_turn_keeps_the_language() -> None:
    understanding = understand("", fallback_locale="en")
    assert (understanding.intent, understanding.locale, understanding.entities) == (Intent.UNKNOWN, "en", ())


@given(ANY_TEXT | st.lists(PIECES, max_size=60).map("".join), EXPECTED)
@settings(max_examples=tries(300))
def test_no_text_is_too_strange(text: str, expecting: Expecting | None) -> None:
    understanding = understand(text, expecting=expecting)
    assert understanding.text == text
    assert understanding.intent in Intent
    assert understanding.rating is None or 1 <= understanding.rating <= 5
    for entity in understanding.entities:
        start, end = entity.span
        assert 0 <= start < end <= len(text)
        entity.value.encode()
        assert "\x00" not in entity.value


@given(ANY_TEXT, EXPECTED)
def test_a_person_is_never_missed_on_a_line_of_its_own(text: str, expecting: Expecting | None) -> None:
    assert classify(f"转人工\n{text}", expecting=expecting) is Intent.WANTS_PERSON


def calls_during(work: Callable[[], object]) -> int:
    """Count the calls of Python and C functions, a measure that no busy machine can change."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


ADVERSARIAL = (
    "1 ",
    "1",
    "12345678 ",
    "1-",
    "9135O100M000100Y43 ",
    "a@",
    "a@b,",
    "“",
    "“”",
    "提示",
    "提示：",
    "error: ",
    "错误代码",
    "还是",
    "还",
    "still ",
    "still not ",
    "人",
    "转",
    "[",
    "[1-",
    "0x",
    "yp",
    "yp1",
    "，",
    "，好",
    "好",
    "好的",
    "?",
    "⭐",
    "北京",
    "chaoyang",
    "win10 ",
    "发票号码",
    "号码1",
    "了",
    "怎么办",
    "报错了了",
    "\x00",
    "\ud800",
    " ",
    "\n",
    "不",
    ".",
    "a.",
    "http://a",
    "-",
    "(",
    "５",
    "税号9135",
)


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_the_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    understand(piece * 10)  # The tables are loaded.
    short, long = (piece * (size // len(piece)) for size in (1_500, 3_000))
    assert calls_during(lambda: understand(long)) <= 2.2 * calls_during(lambda: understand(short)) + 200


@pytest.mark.parametrize("piece", ["12345678 ", "提示", "a@", "转人工，", "still not "])
def test_a_hundred_kilobytes_cost_no_more_than_the_limit(piece: str) -> None:
    understand(piece * 10)
    enough, huge = (piece * (size // len(piece)) for size in (MAX_LENGTH + 100, 100_000))
    assert abs(calls_during(lambda: understand(huge)) - calls_during(lambda: understand(enough))) < 100
