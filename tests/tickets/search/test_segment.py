import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.search.excerpts import excerpt, mark
from tickets.search.segment import GAP, TAIL, fold, index_tokens
from tickets.search.wanted import for_postgres, for_sqlite, understand

TEXTS = st.text(alphabet=st.sampled_from("开票发税務號Aa1２３ 　-,。'\"*&|!():<>~^%_\\é"), max_size=60)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("开票失败", ["开票", "票失", "失败", "败"]),
        ("開票", ["开票", "票"]),
        ("ＯＦＤ文件", ["ofd", "文件", "件"]),
        ("税", ["税"]),
        ("发票,异常", ["发票", "票", "异常", "常"]),
        ("Error 500!", ["error", "500"]),
        ("", []),
        ("?!…", []),
    ],
)
def test_a_text_is_cut_into_what_is_looked_for(text: str, tokens: list[str]) -> None:
    assert index_tokens([text]) == tokens


def test_the_ends_of_long_numbers_can_be_looked_for() -> None:
    tokens = index_tokens(["税号 91110108MA01ABCD2X"])
    assert {"91110108ma01abcd2x", f"{TAIL}cd2x", f"{TAIL}01abcd2x"} <= set(tokens)


def test_texts_of_one_entry_do_not_touch() -> None:
    assert index_tokens(["开", None, "票"]) == ["开", GAP, "票"]


@given(TEXTS)
def test_no_token_has_a_sign_with_a_meaning(text: str) -> None:
    for token in index_tokens([text]):
        assert token.removeprefix(TAIL).isalnum() or token == GAP


@given(TEXTS)
def test_what_is_typed_never_breaks_out_of_its_quotes(typed: str) -> None:
    wanted = understand(typed)
    for written, quote in ((for_sqlite(wanted), '"'), (for_postgres(wanted), "'")):
        inside = written.split(quote)[1::2]
        outside = "".join(written.split(quote)[0::2])
        assert all(
            set(part) <= set(string.ascii_lowercase + string.digits + " ~é") or part.isascii() is False
            for part in inside
        )
        assert set(outside) <= set(" ()*:<->&|ANDOR")


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS, TEXTS)
def test_marking_changes_no_letter(text: str, typed: str) -> None:
    assert "".join(segment.text for segment in mark(text, understand(typed))) == text


class TestExcerpts:
    def test_show_where_it_stands(self) -> None:
        text = "我昨天在電子稅務局開具" + "很久" * 60 + "發票的時候一直轉圈，請問怎麼辦" + "好的" * 80
        shown = excerpt(text, understand("发票"))
        assert [segment.text for segment in shown if segment.hit] == ["發票"]
        assert shown[0].text == shown[-1].text == "…"
        assert sum(len(segment.text) for segment in shown) < 110

    def test_are_nothing_where_it_is_not(self) -> None:
        assert excerpt("登录不了", understand("发票")) == ()

    @pytest.mark.parametrize(
        ("text", "typed", "hits"),
        [
            ("纳税人识别号 91110108MA01ABCD2X", "cd2x", ["CD2X"]),
            ("税控盘", "税", ["税"]),
            ("invoices", "invoi", ["invoi"]),
            ("发票 红冲 发票", "发票", ["发票", "发票"]),
            ("开票失败", "开票失 失败", ["开票失败"]),
        ],
    )
    def test_mark_exactly_what_was_looked_for(self, text: str, typed: str, hits: list[str]) -> None:
        assert [segment.text for segment in mark(text, understand(typed)) if segment.hit] == hits
