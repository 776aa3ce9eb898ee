import threading

import numpy as np
import pytest

from knowledge.search.calibration import Outcome
from knowledge.search.encoder import Matrix, unit_rows
from knowledge.search.fitting import calibrate
from knowledge.search.index import Index
from knowledge.search.phrasing import BACKGROUND, Phrasing, background

TEXTS = {
    "login": {
        "zh": ["登录不了开票软件", "账号密码正确却进不去平台", "一登录就闪退", "登录页面打不开"],
        "en": ["cannot log in to the platform", "login page does not open", "right password but no login"],
    },
    "device": {
        "zh": ["税控盘插上没有显示", "电脑认不到税控盘", "提示未检测到设备", "税控盘灯不亮"],
        "en": ["tax disk not detected", "the usb key is not seen by the computer", "device light is off"],
    },
    "print": {
        "zh": ["发票打印出来位置偏了", "打印只有一半", "打印机套打对不齐", "版式文件打印不全"],
        "en": ["the printed invoice is shifted", "prints only half of the page", "print is out of line"],
    },
}  # fmt: skip
PHRASINGS = [
    Phrasing(article, lang, text, "question")
    for article, languages in TEXTS.items()
    for lang, texts in languages.items()
    for text in texts
]


class LetterEncoder:
    """Texts with the same letters lie close together: enough to see that vectors count."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: list[str], /) -> Matrix:
        self.texts += texts
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % 64] += 1
        return unit_rows(rows)


@pytest.fixture(scope="module", params=["words alone", "words and vectors"])
def index(request: pytest.FixtureRequest) -> Index:
    encoder = LetterEncoder() if request.param == "words and vectors" else None
    return Index.of(PHRASINGS + background(), encoder)


class TestSearch:
    @pytest.mark.parametrize(
        ("question", "article"),
        [
            ("我登录不了平台了", "login"),
            ("我登路不了平台", "login"),
            ("税空盘插上没显示", "device"),
            ("UKey插上没有显示", "device"),
            ("發票打印位置偏了", "print"),
            ("cant login to the platform", "login"),
            ("invocie printed shifted", "print"),
        ],
    )
    def test_the_article_is_found_however_it_is_typed(self, index: Index, question: str, article: str) -> None:
        assert index.search(question).hits[0].article == article

    @pytest.mark.parametrize("phrasing", PHRASINGS)
    def test_a_phrasing_finds_its_own_article(self, index: Index, phrasing: Phrasing) -> None:
        result = index.search(phrasing.text)
        assert result.hits[0].article == phrasing.article
        assert result.outcome is Outcome.ANSWER

    @pytest.mark.parametrize(
        "question", ["今天天气怎么样", "给我讲个笑话", "tell me a joke", "what is the weather", "zzz qqq"]
    )
    def test_foreign_questions_are_met_with_silence(self, index: Index, question: str) -> None:
        assert index.search(question).outcome is Outcome.ABSTAIN

    @pytest.mark.parametrize("question", ["", "   ", "？？！", "😀😀"])
    def test_a_text_without_words_is_met_with_silence(self, index: Index, question: str) -> None:
        result = index.search(question)
        assert (result.outcome, result.confidence, result.hits) == (Outcome.ABSTAIN, 0.0, ())

    def test_hits_are_different_articles_surest_first_and_never_the_background(self, index: Index) -> None:
        hits = index.search("打印机登录税控盘", limit=5).hits
        assert sorted(hit.article for hit in hits) == ["device", "login", "print"]
        confidences = [hit.confidence for hit in hits]
        assert confidences == sorted(confidences, reverse=True)
        assert BACKGROUND not in {hit.article for hit in hits}

    def test_the_limit_is_kept_and_does_not_change_the_first(self, index: Index) -> None:
        one, all_three = index.search("打印偏了", limit=1), index.search("打印偏了", limit=3)
        assert len(one.hits) == 1
        assert one.hits[0] == all_three.hits[0]
        assert one.outcome is all_three.outcome

    def test_the_phrasing_shown_is_in_the_language_of_the_asker(self, index: Index) -> None:
        question = "税控盘插上没有显示"
        assert index.search(question, lang="zh").hits[0].phrasing_text in TEXTS["device"]["zh"]
        assert index.search(question, lang="en").hits[0].phrasing_text in TEXTS["device"]["en"]
        assert index.search(question, lang="fr").hits[0].phrasing_text == question

    def test_a_very_long_text_is_searched_by_its_beginning(self, index: Index) -> None:
        assert index.search("税控盘插上没有显示" + "，" * 500 + "打印偏了" * 5000).hits[0].article == "device"

    def test_threads_may_search_at_once(self, index: Index) -> None:
        found: list[str] = []
        threads = [
            threading.Thread(target=lambda: found.append(index.search("税控盘灯不亮").hits[0].article))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == ["device"] * 8


class TestBuilding:
    def test_an_empty_index_is_silent(self) -> None:
        for phrasings in ([], background()):
            assert Index.of(phrasings).search("登录不了").outcome is Outcome.ABSTAIN

    def test_one_phrasing_an_article_is_enough_to_search(self) -> None:
        index = Index.of([Phrasing(article, "zh", texts["zh"][0], "title") for article, texts in TEXTS.items()])
        result = index.search("开票软件登录不了")
        assert (result.hits[0].article, result.outcome) == ("login", Outcome.ANSWER)
        assert index.search("晚上吃什么好").outcome is Outcome.ABSTAIN

    def test_the_same_phrasings_give_the_same_scores(self) -> None:
        first, second = (Index.of(PHRASINGS + background()).search("打印偏了") for _ in range(2))
        assert first == second

    def test_vectors_that_are_there_are_not_computed_again(self) -> None:
        encoder = LetterEncoder()
        known = Phrasing("login", "zh", "登录", "title", encoder.encode(["登录"])[0])
        encoder.texts.clear()
        Index.of([known, Phrasing("device", "zh", "設備", "title")], encoder)
        assert encoder.texts == ["设备"]

    def test_a_line_of_the_background_that_an_article_speaks_of_is_left_out(self) -> None:
        weather = [
            Phrasing("weather", "zh", text, "question") for text in ("今天天气怎么样", "明天天气如何", "天气好吗")
        ]
        assert Index.of(PHRASINGS + weather + background()).search("今天天气怎么样").outcome is not Outcome.ABSTAIN

    def test_steps_teach_which_words_belong_to_an_article_but_are_not_shown(self) -> None:
        steps = [Phrasing("print", "zh", "重装驱动再校准边距", "step")] * 3
        hit = Index.of(PHRASINGS + steps + background()).search("校准边距").hits[0]
        assert hit.article == "print"
        assert hit.phrasing_text in TEXTS["print"]["zh"] + TEXTS["print"]["en"]


class TestFitting:
    def test_a_calibration_can_be_fitted_on_the_articles_themselves(self) -> None:
        phrasings = PHRASINGS + background()
        index = Index.of(phrasings, calibration=calibrate(phrasings))
        assert index.search("税控盘插上没有显示").outcome is not Outcome.ABSTAIN
        assert index.search("附近有什么好吃的").outcome is Outcome.ABSTAIN
