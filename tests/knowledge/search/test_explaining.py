import pytest

from knowledge.search.explaining import explain
from knowledge.search.fold import Synonyms
from knowledge.search.index import Index
from knowledge.search.nearness import near_entries
from knowledge.search.phrasing import Phrasing
from knowledge.search.preparation import Reader
from tests.knowledge.search.test_growing import LetterEncoder
from tests.knowledge.search.test_index import PHRASINGS


class TestExplain:
    def test_it_names_the_words_in_common_whole(self) -> None:
        found = explain("税控盘灯不亮了", "税控盘灯不亮", Reader())
        assert found.words == ("税控盘灯不亮",)
        assert found.sounds == ()

    def test_it_tells_what_only_sounds_alike(self) -> None:
        found = explain("发飘开不出来", "发票开不出来", Reader(Synonyms({})))
        assert any("飘" in run for run in found.sounds)
        assert not any("飘" in run for run in found.words)

    def test_it_tells_what_a_synonym_means(self) -> None:
        assert "税控盘" in "".join(explain("ukey没反应", "税控盘没反应", Reader()).meant)

    def test_english_words_are_told_as_they_were_typed(self) -> None:
        assert explain("Printing an invoice", "print the invoice", Reader()).words == ("printing", "invoice")

    def test_nothing_in_common_is_said_as_nothing(self) -> None:
        found = explain("天气", "税控盘", Reader())
        assert (found.words, found.sounds, found.meant) == ((), (), ())


class TestNearEntries:
    @pytest.mark.parametrize("encoder", [None, LetterEncoder()])
    def test_a_draft_that_repeats_an_article_is_told_which_and_why(self, encoder: LetterEncoder | None) -> None:
        [entry] = near_entries(Index.of(PHRASINGS, encoder), ["电脑认不到税控盘了", "随便写点什么"])
        assert entry.article == "device"
        assert (entry.own_text, entry.their_text) == ("电脑认不到税控盘了", "电脑认不到税控盘")

    def test_an_article_is_not_near_itself_and_a_new_subject_is_near_nothing(self) -> None:
        index = Index.of(PHRASINGS)
        assert near_entries(index, ["电脑认不到税控盘"], itself="device") == []
        assert near_entries(index, ["红冲之后怎么重开"]) == []

    def test_an_added_synonym_makes_two_texts_alike(self) -> None:
        texts = [Phrasing("a", "zh", "羊毛卡用不了", "question"), Phrasing("b", "zh", "打印偏了", "question")]
        plain, taught = Index.of(texts), Index.of(texts, reader=Reader(Synonyms({"zh": {"羊毛卡": ["优惠本"]}})))
        assert taught.search("优惠本用不了").hits[0].score > plain.search("优惠本用不了").hits[0].score
