import httpx
import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.webchat.browser import Browser, error_of, make_app


class TestOpening:
    async def test_a_first_visit_gets_a_token_and_the_limits(self, browser: Browser) -> None:
        opened = await browser.open(locale="en", page="https://shop.test/help")
        assert opened["token"]
        assert opened["renewed"] is False
        assert opened["locale"] == "en"
        assert opened["last_seq"] == opened["last_read"] == 0
        assert opened["limits"]["text_max"] == 10_000
        assert "image/png" in opened["limits"]["accept"]
        assert opened["banner"] is None

    async def test_the_same_token_brings_back_the_same_visitor_and_what_was_read(self, browser: Browser) -> None:
        first = await browser.open()
        await browser.say("开不了票")
        assert (await browser.post("read", {"seq": 1})).status_code == 204
        again = await browser.open(token=first["token"])
        assert again["visitor"] == first["visitor"]
        assert again["token"] == first["token"]
        assert (again["renewed"], again["last_seq"], again["last_read"]) == (False, 1, 1)

    async def test_reading_never_goes_backwards_nor_past_the_end(self, browser: Browser) -> None:
        first = await browser.open()
        for _ in range(3):
            await browser.say("在吗")
        for seq in (2, 1, 99):
            await browser.post("read", {"seq": seq})
        assert (await browser.open(token=first["token"]))["last_read"] == 2

    async def test_the_language_follows_the_last_choice(self, browser: Browser) -> None:
        first = await browser.open(locale="zh")
        assert (await browser.open(token=first["token"], locale="en"))["locale"] == "en"

    async def test_a_known_outage_is_told_before_the_first_question(self, browser: Browser, ground: Ground) -> None:
        app = make_app(ground)

        async def banner(_session: object, locale: str) -> str:
            return {"zh": "开票接口故障，正在处理", "en": "Invoicing is down"}[locale]

        app.state.webchat.banner = banner
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.test") as client:
            assert (await Browser(client).open(locale="zh"))["banner"] == "开票接口故障，正在处理"


class TestTokens:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda _: "forged",
            lambda _: "",
            lambda token: token[:-3] + "abc",
            lambda token: "W10" + token[3:],
            lambda token: token + "\u4e2d",
            lambda token: token * 50,
        ],
    )
    async def test_a_token_that_is_no_good_gives_a_fresh_visitor(self, browser: Browser, spoil: object) -> None:
        first = await browser.open()
        fresh = await browser.open(token=spoil(first["token"]))  # type: ignore[operator]  # A lambda from the table.
        assert fresh["renewed"] is True
        assert fresh["visitor"] != first["visitor"]

    async def test_an_old_token_is_renewed_in_time_and_worthless_too_late(
        self, browser: Browser, clock: FrozenClock
    ) -> None:
        first = await browser.open()
        clock.advance(days=100)
        second = await browser.open(token=first["token"])
        assert second["visitor"] == first["visitor"]
        assert second["token"] != first["token"]
        clock.advance(days=100)
        assert (await browser.open(token=first["token"]))["renewed"] is True
        assert (await browser.open(token=second["token"]))["visitor"] == first["visitor"]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "messages"),
            ("GET", "stream"),
            ("POST", "messages"),
            ("POST", "typing"),
            ("POST", "read"),
            ("POST", "uploads"),
            ("POST", "forget"),
        ],
    )
    @pytest.mark.parametrize("header", [None, "Bearer forged", "Basic YTpi", "Bearer"])
    async def test_nothing_else_works_without_one(
        self, client: httpx.AsyncClient, method: str, path: str, header: str | None
    ) -> None:
        headers = {"Authorization": header} if header else {}
        response = await client.request(method, f"/chat/api/{path}", headers=headers)
        assert error_of(response) == (401, "chat_visitor_unknown")

    async def test_one_visitor_never_sees_another(self, client: httpx.AsyncClient) -> None:
        mine, yours = Browser(client), Browser(client)
        await mine.open()
        await yours.open()
        await mine.say("我的税号是 91110000")
        assert await yours.news() == []


class TestForgetting:
    async def test_the_token_is_worthless_afterwards(self, browser: Browser) -> None:
        first = await browser.open()
        await browser.say("公用电脑上的秘密")
        assert (await browser.post("forget")).status_code == 204
        assert error_of(await browser.get("messages")) == (401, "chat_visitor_unknown")
        fresh = await browser.open(token=first["token"])
        assert fresh["renewed"] is True
        assert fresh["last_seq"] == 0


class TestOrigins:
    async def test_any_page_may_embed_the_chat_by_default(self, browser: Browser) -> None:
        browser.headers = {"Origin": "https://shop.test"}
        response = await browser.post("session", {})
        assert response.headers["access-control-allow-origin"] == "https://shop.test"

    async def test_the_browsers_question_is_answered(self, client: httpx.AsyncClient) -> None:
        response = await client.options("/chat/api/messages", headers={"Origin": "https://shop.test"})
        assert response.status_code == 204
        assert "Authorization" in response.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in response.headers

    @pytest.mark.parametrize(
        ("origin", "status"),
        [
            ("https://shop.test", 200),
            ("http://desk.test", 200),
            ("https://evil.test", 403),
            ("https://shop.test.evil.test", 403),
            ("null", 403),
        ],
    )
    async def test_a_list_of_origins_is_kept_to(
        self, browser: Browser, ground: Ground, origin: str, status: int
    ) -> None:
        ground.settings.chat_origins = ["https://shop.test"]
        browser.headers = {"Origin": origin}
        response = await browser.post("session", {})
        assert response.status_code == status
        assert ("access-control-allow-origin" in response.headers) == (origin == "https://shop.test")
