import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.fold import NUMBER, fold, is_chinese, normalise


class TestNormalise:
    @given(st.text())
    def test_it_changes_nothing_the_second_time(self, text: str) -> None:
        assert normalise(normalise(text)) == normalise(text)

    @given(st.text())
    def test_it_leaves_words_and_single_spaces(self, text: str) -> None:
        words = normalise(text).split()
        assert all(word == NUMBER or word.isalnum() for word in words if word.isascii())
        assert normalise(text) == " ".join(words)

    @given(st.text(alphabet="abcXYZ发票 "))
    def test_case_and_width_do_not_matter(self, text: str) -> None:
        wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
        assert normalise(text) == normalise(text.upper()) == normalise(wide)

    def test_long_numbers_are_all_the_same(self) -> None:
        assert normalise("发票12345678查不到") == normalise("发票 99990000 查不到")
        assert normalise("错误码 404") != normalise("错误码 500")

    def test_traditional_characters_become_simplified(self) -> None:
        assert normalise("電子發票開不出來") == "电子发票开不出来"

    def test_an_apostrophe_does_not_split_a_word(self) -> None:
        assert normalise("can't") == normalise("can’t") == "cant"


#: Texts in which synonyms meet: what one replacement makes may complete another.
PIECES = "不能 没 什么 问题 怎么 办 办法 登 录 进 不 了 无法 打开 发 票 开 u key 税控 盘 请问 你好 log in cant not sign"
MIXED = st.lists(st.sampled_from(PIECES.split()), max_size=8)


class TestFold:
    @given(MIXED.map("".join), MIXED.map(" ".join), st.text())
    def test_folding_twice_changes_nothing(self, close: str, spaced: str, anything: str) -> None:
        for text in (close, spaced, anything):
            assert fold(fold(text)) == fold(text)

    @given(st.text())
    def test_any_text_can_be_folded(self, text: str) -> None:
        assert fold(text) == fold(text).strip()

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("开票系统登陆不上怎么办", "开票软件登录不上咋办"),
            ("金税盘识别不了", "UKey 识别不了"),
            ("税务UKey没反应", "税控盘没动静了吗"),
            ("请问如何打印发票？", "怎么打印发票"),
            ("纳税人识别号填错", "税号填错"),
        ],
    )
    def test_words_of_one_meaning_become_one(self, one: str, other: str) -> None:
        shared = set(fold(one)) & set(fold(other))
        assert len(shared) >= 0.7 * len(set(fold(one)))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("I can't sign in!", "I cannot log in"),
            ("What do I do", "what should we do"),
            ("e-invoice fails", "electronic invoice failed"),
            ("network down at month-end", "internet down at the end of the month"),
        ],
    )
    def test_english_words_of_one_meaning_become_one(self, one: str, other: str) -> None:
        assert set(fold(one).split()) - {"at", "the"} == set(fold(other).split()) - {"at", "the"}

    def test_a_latin_variant_is_only_replaced_as_a_whole_word(self) -> None:
        assert "recognise" not in fold("the pincushion")
        assert "password" not in fold("spinning wheel pinned")

    def test_the_language_of_the_text_picks_the_words(self) -> None:
        assert fold("my ukey") == "my device"
        assert fold("我的ukey") == "我的税控盘"
        assert is_chinese("ukey坏了")
        assert not is_chinese("ukey broken")
