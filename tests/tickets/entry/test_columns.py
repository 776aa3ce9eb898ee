"""Which heading of a stranger's table means which column."""

import pytest

from tickets.entry.columns import Column, guess, heading


class TestGuess:
    def test_our_own_headings_are_known_in_both_languages(self) -> None:
        for locale in ("zh", "en"):
            assert guess([heading(column, locale) for column in Column], {}) == [column.value for column in Column]

    @pytest.mark.parametrize(
        ("header", "column"),
        [
            ("来电时间", "occurred_at"),
            ("联系电话（手机）", "phone"),
            ("统一社会信用代码", "tax_id"),
            ("问题 描述", "description"),
            ("处理结果：", "solution"),
            ("Assignee", "handled_by"),
            ("满意度(1-5)", "satisfaction"),
            ("天气", ""),
        ],
    )
    def test_others_are_guessed(self, header: str, column: str) -> None:
        assert guess([header], {}) == [column]

    def test_no_column_is_given_twice(self) -> None:
        assert guess(["姓名", "客户姓名"], {}) == ["name", ""]

    def test_what_was_chosen_before_wins(self) -> None:
        assert guess(["天气", "姓名"], {"天气": "notes", "姓名": ""}) == ["notes", ""]
