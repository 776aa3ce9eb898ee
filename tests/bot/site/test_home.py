import pytest
from fastapi import FastAPI
from sqlmodel import select

from kit.ground import Ground
from tests.support.public import make_article, make_public_app, visit
from tickets.sla.models import SlaPolicy


@pytest.fixture
async def app(ground: Ground) -> FastAPI:
    return await make_public_app(ground, make_article("fix-cannot-login"))


class TestHome:
    async def test_it_leads_to_chat_help_tracking_and_the_rules(self, app: FastAPI) -> None:
        async with visit(app) as client:
            page = (await client.get("/")).text
        assert "有票必应" in page
        assert 'href="/chat/" data-chat-open' in page
        assert 'action="/track"' in page
        assert 'action="/help"' in page
        assert 'href="/help/fix-cannot-login"' in page
        assert 'href="/process"' in page

    async def test_it_speaks_the_language_of_the_browser_and_the_one_picked(self, app: FastAPI) -> None:
        async with visit(app, "en-GB") as client:
            assert 'lang="en"' in (await client.get("/")).text
            assert 'lang="zh-CN"' in (await client.get("/?lang=zh")).text
            assert 'lang="zh-CN"' in (await client.get("/help")).text

    async def test_the_promise_is_the_slowest_of_the_targets_in_force(self, ground: Ground, app: FastAPI) -> None:
        async with ground.db.transaction() as session:
            policy = (await session.exec(select(SlaPolicy).where(SlaPolicy.key == "default"))).one()
            policy.targets = {name: {**one, "first_reply_s": 6 * 3600 + 1} for name, one in policy.targets.items()}
        async with visit(app) as client:
            assert "7 小时内一定有人回复您" in (await client.get("/")).text

    async def test_it_can_be_read_before_the_articles_are(self, ground: Ground) -> None:
        app = await make_public_app(ground, make_article(), opened=False)
        async with visit(app) as client:
            assert (await client.get("/")).status_code == 200
            assert "帮助内容正在准备" in (await client.get("/help")).text


class TestEveryPage:
    @pytest.mark.parametrize("path", ["/", "/help", "/help/fix-cannot-login", "/process", "/track", "/nothing"])
    async def test_the_chat_is_on_it_under_the_strict_policy(self, app: FastAPI, path: str) -> None:
        async with visit(app, "en") as client:
            response = await client.get(path)
        assert '<script async src="/chat/widget.js" data-lang="en">' in response.text
        assert "script-src 'self'" in response.headers["content-security-policy"]

    @pytest.mark.parametrize("path", ["/", "/help", "/process", "/track"])
    async def test_no_text_is_left_in_the_other_language(self, app: FastAPI, path: str) -> None:
        async with visit(app, "en") as client:
            page = (await client.get(path)).text
        main = page.split('<main id="main"')[1].split("</main>")[0]
        assert [character for character in main if "\u4e00" <= character <= "\u9fff"] == []


class TestNothingThere:
    async def test_a_person_is_shown_the_way_on(self, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.get("/no/such/page")
        assert response.status_code == 404
        assert "这里没有内容" in response.text
        assert 'action="/help"' in response.text

    async def test_a_program_gets_the_plain_refusal(self, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.get("/no/such/page", headers={"accept": "application/json"})
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "not_found"

    async def test_the_console_keeps_its_own_page(self, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.get("/console/no/such/page")
        assert response.status_code == 404
        assert "yingpiao-chat" not in response.text
        assert "/chat/widget.js" not in response.text
