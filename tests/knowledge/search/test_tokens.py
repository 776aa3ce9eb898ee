from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search import generate_pinyin
from knowledge.search.fold import fold
from knowledge.search.tokens import tokenise

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=20)


class TestTokenise:
    @given(st.text())
    def test_any_text_has_tokens_of_both_kinds_or_none(self, text: str) -> None:
        tokens = tokenise(fold(text))
        assert bool(tokens.written) == bool(tokens.sounds)

    @given(HAN)
    def test_chinese_gives_each_character_and_each_pair(self, text: str) -> None:
        written = tokenise(text).written
        assert set(text) <= written
        assert all(f"{left} {right}" in written for left, right in pairwise(text))

    @given(HAN)
    def test_the_order_of_all_tokens_does_not_depend_on_the_process(self, text: str) -> None:
        tokens = tokenise(text)
        assert tokens.both == [*sorted(tokens.written), *(f"~{sound}" for sound in sorted(tokens.sounds))]

    @pytest.mark.parametrize(
        ("right", "slip"), [("税控盘", "税空盘"), ("发票", "发飘"), ("登录", "登路"), ("上传", "上船")]
    )
    def test_a_homophone_is_written_differently_and_sounds_the_same(self, right: str, slip: str) -> None:
        assert tokenise(right).written != tokenise(slip).written
        assert tokenise(right).sounds == tokenise(slip).sounds

    def test_english_words_come_alone_and_in_pairs_without_endings(self) -> None:
        assert tokenise("printing invoices").written == tokenise("print invoice").written
        assert len(tokenise("print invoice").written) == 3

    def test_a_mistyped_english_word_still_sounds_alike(self) -> None:
        shared = tokenise("invoice").sounds & tokenise("invocie").sounds
        assert {"#in", "inv", "nvo"} <= shared

    def test_a_long_number_is_one_token(self) -> None:
        assert "<n>" in tokenise(fold("发票 12345678")).written


def test_the_shipped_pinyin_table_is_the_generated_one() -> None:
    lines = generate_pinyin.TARGET.read_text(encoding="utf-8").splitlines()
    assert dict(line.split(" ") for line in lines) == generate_pinyin.syllables()
