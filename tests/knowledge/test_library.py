import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from sqlmodel import select, update

from kit.ground import Ground
from knowledge.articles import import_folder
from knowledge.errors import ArticleNotFoundError
from knowledge.library import Library
from knowledge.models import Article, ArticleText, Question
from knowledge.search.calibration import Outcome
from knowledge.search.encoder import Matrix, unit_rows
from knowledge.search.phrasing import background
from tests.support.public import make_article

LOGIN = make_article("fix-login")
PRINT = make_article(
    "fix-print",
    title="打印偏了",
    component="print",
    summary="按实际大小打。",
    steps=("选实际大小", "选纸张", "试打一张"),
    tags=("打印",),
    questions=("发票打印出来偏了", "打印缺一块", "版式打印不全"),
)


class SpellingEncoder:
    """Texts with the same characters are close; counts what it was asked to encode."""

    def __init__(self, model: str = "spelling-1") -> None:
        self.MODEL = model
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], /) -> Matrix:
        self.encoded += texts
        rows = np.zeros((len(texts), 256), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for character in text:
                row[ord(character) % 256] += 1
        return unit_rows(rows)


async def put(ground: Ground, *files: object) -> None:
    async with ground.db.transaction() as session:
        await import_folder(session, ground.clock.now(), files)  # type: ignore[arg-type]  # Rows of a table of cases.


class TestOpening:
    async def test_it_answers_by_words_at_once(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        library = Library(ground.db, ground.clock, SpellingEncoder())
        before = library.ready
        await library.open()
        assert (before, library.ready) == (False, True)
        assert library.search("打印缺一块", "zh").hits[0].article == "fix-print"
        assert library.components == {"fix-login": "login", "fix-print": "print"}

    async def test_asking_too_early_is_a_fault_of_the_caller(self, ground: Ground) -> None:
        with pytest.raises(RuntimeError):
            Library(ground.db, ground.clock, None).search("打印", "zh")

    async def test_an_empty_knowledge_base_knows_nothing_and_says_so(self, ground: Ground) -> None:
        library = Library(ground.db, ground.clock, None)
        await library.open()
        result = library.search("打印", "zh")
        assert (result.outcome, result.hits) == (Outcome.ABSTAIN, ())


class TestVectors:
    async def test_they_are_made_once_and_kept_with_the_name_of_their_model(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        first, second = SpellingEncoder(), SpellingEncoder()
        await Library(ground.db, ground.clock, first).refresh()
        async with ground.db.reading() as session:
            questions = (await session.exec(select(Question))).all()
        assert {question.model for question in questions} == {"spelling-1"}
        assert all(question.vector and len(question.vector) == 256 * 4 for question in questions)
        assert {question.text for question in questions} <= set(first.encoded)
        await Library(ground.db, ground.clock, second).refresh()
        assert {line.text for line in background()} >= set(second.encoded)

    async def test_those_of_another_model_are_made_anew(self, ground: Ground) -> None:
        await put(ground, LOGIN)
        await Library(ground.db, ground.clock, SpellingEncoder("old")).refresh()
        await Library(ground.db, ground.clock, SpellingEncoder("new")).refresh()
        async with ground.db.reading() as session:
            assert set((await session.exec(select(Question.model))).all()) == {"new"}

    async def test_meaning_counts_once_they_are_there(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        encoder = SpellingEncoder()
        library = Library(ground.db, ground.clock, encoder)
        await library.refresh()
        encoder.encoded.clear()
        assert library.search("登不进去", "zh").hits[0].article == "fix-login"
        assert encoder.encoded == ["登不进去"]


class TestRefreshing:
    async def test_an_edit_is_seen_after_the_next_refresh(self, ground: Ground) -> None:
        await put(ground, LOGIN)
        library = Library(ground.db, ground.clock, None)
        await library.refresh()
        async with ground.db.transaction() as session:
            await session.exec(update(ArticleText).values(title="新标题"))
            later = ground.clock.now().replace(hour=23)
            await session.exec(update(Article).values(updated_at=later))
        assert library.article("fix-login", "zh").title == "登录不上怎么办"
        await library.refresh()
        assert library.article("fix-login", "zh").title == "新标题"

    async def test_a_new_article_is_found_and_encoded_alone(self, ground: Ground) -> None:
        await put(ground, LOGIN)
        encoder = SpellingEncoder()
        library = Library(ground.db, ground.clock, encoder)
        await library.refresh()
        encoder.encoded.clear()
        await put(ground, PRINT)
        await library.refresh()
        assert "登录不上" not in encoder.encoded
        assert library.search("打印缺一块", "zh").hits[0].article == "fix-print"

    async def test_nothing_is_done_when_nothing_changed(self, ground: Ground) -> None:
        await put(ground, LOGIN)
        encoder = SpellingEncoder()
        library = Library(ground.db, ground.clock, encoder)
        await library.refresh()
        encoder.encoded.clear()
        await library.refresh()
        assert encoder.encoded == []

    async def test_questions_are_answered_while_it_refreshes(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        library = Library(ground.db, ground.clock, SpellingEncoder())
        await library.open()
        refreshing = asyncio.create_task(library.refresh())
        answers = 0
        while not refreshing.done():
            assert library.search("打印缺一块", "zh").hits[0].article == "fix-print"
            answers += 1
            await asyncio.sleep(0)
        await refreshing
        assert answers > 1


class TestArticles:
    async def test_a_missing_translation_is_shown_in_the_other_language(self, ground: Ground) -> None:
        await put(ground, LOGIN)
        library = Library(ground.db, ground.clock, None)
        await library.open()
        view = library.article("fix-login", "en")
        assert view.locale == "zh"
        assert "<strong>手工</strong>" in view.body_html

    async def test_an_unknown_one_is_refused(self, ground: Ground) -> None:
        library = Library(ground.db, ground.clock, None)
        await library.open()
        with pytest.raises(ArticleNotFoundError):
            library.article("nothing", "zh")
