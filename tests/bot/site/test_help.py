import pytest
from fastapi import FastAPI
from sqlmodel import select

from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.feedback import helped_counts
from knowledge.models import AnswerLog, ArticleFeedback
from tests.support.public import make_article, make_public_app, visit

ARTICLES = (
    make_article("fix-login"),
    make_article(
        "fix-login",
        lang="en",
        title="Cannot sign in",
        summary="Read the message first.",
        tags=("sign in",),
        steps=("Note the message", "Another browser", "Tell us"),
        questions=("I cannot log in", "login fails", "sign in does not work"),
        body="Type it by **hand**.",
    ),
    make_article(
        "guide-print",
        kind="guide",
        component="print",
        title="打印偏了怎么调",
        summary="按实际大小打。",
        tags=("打印",),
        steps=("选实际大小", "选纸张", "试打一张"),
        questions=("发票打印出来偏了", "打印缺一块", "版式打印不全"),
    ),
)


@pytest.fixture
async def app(ground: Ground) -> FastAPI:
    return await make_public_app(ground, *ARTICLES)


async def logged(ground: Ground) -> list[tuple[str, str, str | None]]:
    async with ground.db.reading() as session:
        rows = (await session.exec(select(AnswerLog))).all()
    return [(row.question, row.outcome, row.slug) for row in rows]


class TestBrowsing:
    async def test_it_is_narrowed_down_by_kind_and_topic(self, app: FastAPI) -> None:
        async with visit(app) as client:
            by_kind = (await client.get("/help?kind=guide")).text
            by_both = (await client.get("/help?kind=guide&component=login")).text
        assert "打印偏了怎么调" in by_kind
        assert "登录不上怎么办" not in by_kind
        assert "这里还没有文章" in by_both

    async def test_a_made_up_kind_counts_as_none(self, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.get('/help?kind="><script>')
        assert response.status_code == 200
        assert '"><script>' not in response.text


class TestSearching:
    async def test_the_article_that_answers_is_shown_and_the_question_kept(self, ground: Ground, app: FastAPI) -> None:
        async with visit(app) as client:
            page = (await client.get("/help", params={"q": "发票打印出来偏了"})).text
        assert 'href="/help/guide-print"' in page
        [(question, outcome, slug)] = await logged(ground)
        assert (question, slug) == ("发票打印出来偏了", "guide-print")
        assert outcome in {"answer", "clarify"}

    async def test_nothing_found_is_said_and_the_chat_offered(self, ground: Ground, app: FastAPI) -> None:
        async with visit(app) as client:
            page = (await client.get("/help", params={"q": "<b>zzqx</b>"})).text
        assert "没有找到能回答“&lt;b&gt;zzqx&lt;/b&gt;”的文章" in page
        assert "data-chat-open" in page.split('st-note" role="status"')[1]
        assert [entry[1:] for entry in await logged(ground)] == [("abstain", None)]

    async def test_an_empty_question_is_no_question(self, ground: Ground, app: FastAPI) -> None:
        async with visit(app) as client:
            assert (await client.get("/help", params={"q": " \0 "})).status_code == 200
        assert await logged(ground) == []


class TestReading:
    async def test_an_article_is_shown_in_the_language_of_the_page(self, app: FastAPI) -> None:
        async with visit(app, "en") as client:
            page = (await client.get("/help/fix-login")).text
        assert "Cannot sign in" in page
        assert "<strong>hand</strong>" in page
        assert "Another browser" in page

    async def test_one_without_a_translation_says_so(self, app: FastAPI) -> None:
        async with visit(app, "en") as client:
            page = (await client.get("/help/guide-print")).text
        assert "in Chinese only" in page
        assert '<article class="st-article" lang="zh-CN">' in page

    async def test_an_unknown_one_leads_back_to_the_search(self, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.get("/help/nothing")
        assert response.status_code == 404
        assert 'action="/help"' in response.text


class TestJudging:
    async def test_a_yes_is_counted_with_its_words_and_thanked_for(self, ground: Ground, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.post("/help/fix-login/feedback", data={"helped": "true", "comment": " 很清楚 "})
            page = (await client.get(response.headers["location"])).text
        assert response.status_code == 303
        assert "谢谢" in page
        async with ground.db.reading() as session:
            row = (await session.exec(select(ArticleFeedback))).one()
        assert (row.slug, row.locale, row.helped, row.comment) == ("fix-login", "zh", True, "很清楚")

    async def test_one_visitor_is_counted_once_an_article(self, ground: Ground, app: FastAPI) -> None:
        async with visit(app) as client:
            for slug in ("fix-login", "fix-login", "guide-print"):
                await client.post(f"/help/{slug}/feedback", data={"helped": "false"})
            assert "谢谢" in (await client.get("/help/fix-login")).text
        async with ground.db.reading() as session:
            assert await helped_counts(session, "fix-login") == (0, 1)
            assert await helped_counts(session, "guide-print") == (0, 1)

    async def test_a_stuck_finger_is_slowed_down(self, app: FastAPI, clock: FrozenClock) -> None:
        codes = []
        for _ in range(21):
            async with visit(app) as client:
                response = await client.post("/help/fix-login/feedback", data={"helped": "true"})
                codes.append(response.status_code)
        assert codes == [303] * 20 + [429]
        clock.advance(minutes=10)
        async with visit(app) as client:
            again = await client.post("/help/fix-login/feedback", data={"helped": "true"})
        assert again.status_code == 303

    async def test_an_unknown_article_cannot_be_judged(self, ground: Ground, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.post("/help/nothing/feedback", data={"helped": "true"})
        assert response.status_code == 404
        async with ground.db.reading() as session:
            assert await helped_counts(session, "nothing") == (0, 0)
