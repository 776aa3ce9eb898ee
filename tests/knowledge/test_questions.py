"""The shipped articles answer the questions of real people, and stay silent on what they do not know."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.questions import CONTENT, FRESH, QUESTIONS, VOICES, Asked, ask, meets_target, report, shipped_index
from knowledge.loader import read_folder
from knowledge.search.fold import fold

FILES = (QUESTIONS, VOICES, FRESH)


@pytest.fixture(scope="module")
def answers() -> dict[Path, list[Asked]]:
    index = shipped_index(lexical=False)
    return {path: ask(index, path) for path in FILES}


@pytest.mark.slow
class TestShippedArticles:
    @pytest.mark.parametrize("path", [QUESTIONS, VOICES], ids=["plain", "voices"])
    def test_nine_in_ten_are_found_first_and_four_in_five_unknown_ones_met_with_silence(
        self, answers: dict[Path, list[Asked]], path: Path
    ) -> None:
        assert meets_target(answers[path]), "\n".join(report(answers[path]))

    def test_no_voice_is_left_behind(self, answers: dict[Path, list[Asked]]) -> None:
        right = Counter(one.voice for one in answers[VOICES] if one.gold and one.right_first)
        assert len(right) == 5
        assert min(right.values()) >= 0.75 * 30, "\n".join(report(answers[VOICES]))

    @pytest.mark.parametrize("path", FILES, ids=["plain", "voices", "fresh"])
    def test_hardly_any_outright_answer_is_wrong(self, answers: dict[Path, list[Asked]], path: Path) -> None:
        outright = [one for one in answers[path] if one.answered]
        assert outright
        assert sum(not one.right_first for one in outright) <= 0.05 * len(outright), "\n".join(report(answers[path]))


class TestQuestions:
    def test_none_is_a_phrasing_of_an_article(self) -> None:
        articles = read_folder(CONTENT)
        phrasings = {fold(text): text for article in articles for text in (article.title, *article.questions)}
        copied = [(line["q"], phrasings[fold(line["q"])]) for line in _lines(*FILES) if fold(line["q"]) in phrasings]
        assert not copied

    def test_each_is_asked_once_and_names_articles_that_are_there(self) -> None:
        slugs = {article.slug for article in read_folder(CONTENT)}
        lines = _lines(*FILES)
        assert {slug for line in lines for slug in line["gold"]} <= slugs
        assert [text for text, times in Counter(line["q"] for line in lines).items() if times > 1] == []

    def test_each_voice_asks_the_same_number_of_them(self) -> None:
        voices = Counter((line["voice"], bool(line["gold"])) for line in _lines(VOICES))
        assert sorted(voices.values()) == [10] * 5 + [30] * 5


def _lines(*paths: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
