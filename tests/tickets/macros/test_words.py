"""Pinyin, and the words in braces."""

import pytest

from tickets.macros.pinyin import pinyin_of, rate
from tickets.macros.variables import fill


class TestPinyin:
    def test_a_reading_and_its_initials(self) -> None:
        assert pinyin_of("登录不了") == ("denglubuliao", "dlbl")
        assert pinyin_of("重启 CA 锁") == ("chongqicasuo", "cqcas")

    @pytest.mark.parametrize("query", ["登录", "dengl", "dl", "DLB", "录不", "login"])
    def test_what_is_typed_finds_it(self, query: str) -> None:
        assert rate(query, "登录不了", "login")

    def test_the_beginning_counts_more_than_the_middle(self) -> None:
        assert rate("dl", "登录不了") > rate("dl", "无法登录")
        assert rate("xyz", "登录不了") == 0


class TestVariables:
    def test_what_is_known_is_put_in_and_what_is_not_is_named(self) -> None:
        filled = fill("{customer_name}您好，{number} {due} {other}", {"customer_name": "张三", "number": "YP-1"})
        assert filled.text == "张三您好，YP-1 {due} {other}"
        assert filled.missing == ("due",)
