from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

import knowledge
from kit.ground import Ground
from knowledge.answers import log_answer, mark_helped
from knowledge.articles import get_article, import_folder, list_articles, slugs
from knowledge.errors import ArticleNotFoundError
from knowledge.feedback import give_feedback, helped_counts
from knowledge.loader import read_folder
from knowledge.models import AnswerLog, ArticleText, Question
from tests.support.public import make_article

CONTENT = Path(knowledge.__file__).parent / "content"


@pytest.fixture
def now(ground: Ground) -> datetime:
    return ground.clock.now()


class TestImport:
    async def test_the_shipped_articles_come_in_with_their_questions(self, ground: Ground, now: datetime) -> None:
        files = read_folder(CONTENT)
        async with ground.db.transaction() as session:
            added = await import_folder(session, now, files)
        async with ground.db.reading() as session:
            assert added == len(await slugs(session)) == len(files) / 2
            view = await get_article(session, "fix-cannot-login", "en")
            questions = (await session.exec(select(Question))).all()
        assert view.kind == "fix"
        assert "<h2>" in view.body_html
        assert len(questions) > len(files) * 8

    async def test_a_title_asked_as_a_question_too_is_kept_once(self, ground: Ground, now: datetime) -> None:
        async with ground.db.transaction() as session:
            await import_folder(session, now, [make_article(title="登录不上", questions=("登录不上", "登不进去"))])
            questions = (await session.exec(select(Question.text, Question.source))).all()
        asked = [(text, source) for text, source in questions if source in {"title", "question"}]
        assert asked == [("登录不上", "title"), ("登不进去", "question")]
        assert {source for _, source in questions} >= {"summary", "step", "tags"}

    async def test_a_second_import_leaves_an_edited_article_as_it_is(self, ground: Ground, now: datetime) -> None:
        async with ground.db.transaction() as session:
            await import_folder(session, now, [make_article()])
            text = (await session.exec(select(ArticleText))).one()
            text.title = "登录失败"
        async with ground.db.transaction() as session:
            added = await import_folder(session, now, [make_article(title="新标题"), make_article("fix-print")])
        async with ground.db.reading() as session:
            assert added == 1
            assert (await get_article(session, "fix-login", "zh")).title == "登录失败"
            assert await slugs(session) == ["fix-login", "fix-print"]


class TestReading:
    async def test_an_article_without_a_translation_is_shown_in_the_other_language(
        self, ground: Ground, now: datetime
    ) -> None:
        async with ground.db.transaction() as session:
            await import_folder(session, now, [make_article()])
            view = await get_article(session, "fix-login", "en")
        assert view.locale == "zh"

    async def test_an_unknown_slug_is_refused(self, ground: Ground) -> None:
        async with ground.db.reading() as session:
            with pytest.raises(ArticleNotFoundError):
                await get_article(session, "nothing", "zh")

    async def test_a_list_is_narrowed_by_kind_and_component(self, ground: Ground, now: datetime) -> None:
        files = [
            make_article("a", kind="fix", component="login"),
            make_article("b", kind="fix", component="print"),
            make_article("c", kind="guide", component="login"),
            make_article("a", lang="en", kind="fix", component="login"),
        ]
        async with ground.db.transaction() as session:
            await import_folder(session, now, files)
            by_both = await list_articles(session, "zh", kind="fix", component="login")
            by_kind = await list_articles(session, "zh", kind="fix")
        assert [view.slug for view in by_both] == ["a"]
        assert {view.slug for view in by_kind} == {"a", "b"}

    async def test_what_an_author_writes_cannot_run_in_the_page(self, ground: Ground, now: datetime) -> None:
        body = "<script>go()</script>\n\n[a](javascript:go()) **b** ![c](https://x.test/c.png)"
        async with ground.db.transaction() as session:
            await import_folder(session, now, [make_article(body=body)])
            html = (await get_article(session, "fix-login", "zh")).body_html
        assert "<script" not in html
        assert 'href="javascript' not in html
        assert "<img" not in html
        assert "<strong>b</strong>" in html


class TestAnswerLog:
    async def test_the_word_of_the_person_goes_to_the_last_answer_with_that_article(
        self, ground: Ground, now: datetime
    ) -> None:
        async with ground.db.transaction() as session:
            for question in ("登不上", "还是登不上"):
                await log_answer(
                    session,
                    now,
                    reference="conversation:1",
                    locale="zh",
                    question=question,
                    outcome="answer",
                    slug="fix-login",
                    confidence=0.9,
                    candidates=[{"slug": "fix-login", "confidence": 0.9}],
                )
            assert await mark_helped(session, "conversation:1", "fix-login", helped=True)
        async with ground.db.reading() as session:
            rows = (await session.exec(select(AnswerLog.question, AnswerLog.helped))).all()
        assert list(rows) == [("登不上", None), ("还是登不上", True)]

    async def test_a_word_on_an_article_never_given_is_kept_nowhere(self, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            assert not await mark_helped(session, "conversation:1", "fix-login", helped=True)


class TestFeedback:
    async def test_yes_and_no_are_counted(self, ground: Ground, now: datetime) -> None:
        async with ground.db.transaction() as session:
            for helped in (True, True, False):
                await give_feedback(session, now, slug="a", locale="zh", helped=helped, comment="看不懂\0")
            assert await helped_counts(session, "a") == (2, 1)
            assert await helped_counts(session, "b") == (0, 0)
