from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms.pricing import LONGEST, PIECE, SINGLE, cost_cents, length, segments, signed, yuan


@pytest.mark.parametrize(
    ("size", "count"), [(0, 1), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4), (500, 8)]
)
def test_up_to_seventy_characters_are_one_message_and_then_one_for_every_67(size: int, count: int) -> None:
    assert segments("字" * size) == count


@pytest.mark.parametrize("text", ["字", "a", " ", "。", "é"])
def test_a_letter_counts_one_whatever_it_is(text: str) -> None:
    assert length(text) == 1


def test_an_emoji_counts_two() -> None:
    assert length("😀") == 2
    assert segments("字" * 69 + "😀") == 2


def test_the_signature_is_counted() -> None:
    assert segments(signed("应票", "字" * 66)) == 1
    assert segments(signed("应票", "字" * 67)) == 2


@settings(deadline=None)
@given(st.text(max_size=LONGEST))
def test_the_pieces_hold_the_text_and_none_is_to_spare(text: str) -> None:
    count, size = segments(text), length(text)
    assert size <= (SINGLE if count == 1 else count * PIECE)
    assert count == 1 or size > max(SINGLE, (count - 1) * PIECE)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_more_text_is_never_fewer_messages(text: str, more: str) -> None:
    assert segments(text + more) >= segments(text)


@settings(deadline=None)
@given(st.text(max_size=LONGEST), st.integers(min_value=0, max_value=1000))
def test_the_price_is_that_of_each_piece(text: str, price: int) -> None:
    assert cost_cents(text, price) == segments(text) * price


@pytest.mark.parametrize(("cents", "said"), [("4.5", "0.05"), ("9", "0.09"), ("0", "0.00"), ("1234.4", "12.34")])
def test_the_price_is_said_in_yuan(cents: str, said: str) -> None:
    assert yuan(Decimal(cents)) == said
    assert yuan(cost_cents("字", float(cents))) == said
