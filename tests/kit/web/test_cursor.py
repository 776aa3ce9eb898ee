import base64
from datetime import UTC, datetime

import pytest

from kit.errors import InvalidError
from kit.web.cursor import CursorValue, decode_cursor, encode_cursor

MOMENT = datetime(2026, 11, 24, 2, 0, 0, 123456, tzinfo=UTC)


def test_values_come_back_as_they_were() -> None:
    values: list[CursorValue] = [MOMENT, 42, "发票?/+", None, 1.5]
    cursor = encode_cursor(values)
    assert decode_cursor(cursor, datetime, int, str, str, float) == tuple(values)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "cursor",
    ["", "!", "a", "中文", "AAAA", "=" * 8, "W" * 5000, base64.urlsafe_b64encode(b"[" * 700).decode(),
     encode_cursor([1, 2]), encode_cursor(["1"]), encode_cursor([True]), encode_cursor([MOMENT])],
)  # fmt: skip
def test_anything_else_is_invalid_input(cursor: str) -> None:
    with pytest.raises(InvalidError):
        decode_cursor(cursor, int)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T02:00:00"])
def test_a_moment_needs_its_zone(text: str) -> None:
    with pytest.raises(InvalidError):
        decode_cursor(encode_cursor([text]), datetime)
