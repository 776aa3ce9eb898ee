from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import APIRouter, Request, Response
from jinja2 import UndefinedError

from kit.ground import Ground
from kit.web.locale import LocaleDep
from kit.web.pages import Pages, PagesDep
from tests.support.web import make_app, open_client

MOMENT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PAGE = "|".join(
    f"{{{{ {value} }}}}"
    for value in (
        't("error.not_found")',
        "html_lang",
        "moment(at)",
        "moment(at, relative=True)",
        "duration(7200)",
        "organisation",
        "other_locale_url",
        "said",
        "csrf_token",
    )
)


@pytest.fixture
def router() -> APIRouter:
    router = APIRouter()

    @router.get("/page")
    async def page(request: Request, pages: PagesDep) -> Response:
        return pages.render(request, "trial/page.html", at=MOMENT, said="<b>&")

    @router.get("/locale")
    async def locale(locale: LocaleDep) -> str:
        return locale

    return router


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "trial").mkdir(parents=True)
    (folder / "trial/page.html").write_text(PAGE)
    (folder / "trial/gap.html").write_text("{{ forgotten }}")
    return folder


class TestRender:
    async def test_binds_texts_times_and_names_to_the_language_of_the_request(
        self, ground: Ground, router: APIRouter, templates: Path
    ) -> None:
        async with open_client(make_app(ground, router, templates=[templates])) as client:
            zh = (await client.get("/page?a=1")).text.split("|")
            en = (await client.get("/page?lang=en")).text.split("|")
        stamp = "2026-11-24T02:00:00+00:00"
        assert zh[:2] == ["没有找到您要的内容，可能链接不完整或已失效。", "zh-CN"]
        assert zh[2] == f'<time datetime="{stamp}" title="11月24日 10:00 (Asia/Shanghai)">11月24日 10:00</time>'
        assert " data-relative>" in zh[3]
        assert zh[5:7] == ["应票", "/page?a=1&amp;lang=en"]
        assert en[1] == "en"
        assert en[4:7] == ["2 hours", "Yingpiao", "/page?lang=zh"]

    async def test_escapes_what_it_is_given(self, ground: Ground, router: APIRouter, templates: Path) -> None:
        async with open_client(make_app(ground, router, templates=[templates])) as client:
            assert "|&lt;b&gt;&amp;|" in (await client.get("/page")).text

    def test_refuses_a_value_nobody_passed(self, ground: Ground, templates: Path) -> None:
        pages: Pages = make_app(ground, templates=[templates]).state.pages
        with pytest.raises(UndefinedError):
            pages.text_for("zh", "trial/gap.html")

    async def test_a_language_asked_for_in_the_address_is_remembered(
        self, ground: Ground, router: APIRouter, templates: Path
    ) -> None:
        async with open_client(make_app(ground, router, templates=[templates])) as client:
            await client.get("/page?lang=en")
            assert "Yingpiao" in (await client.get("/page", headers={"accept-language": "zh"})).text


class TestLocale:
    @pytest.mark.parametrize(
        ("accepted", "expected"),
        [
            ("en-GB,en;q=0.9,zh;q=0.8", "en"),
            ("en;q=0.4,zh-Hans-CN;q=0.9", "zh"),
            ("fr,de;q=0.9", "zh"),
            ("en;q=0", "zh"),
            ("en;q=garbage,;;,", "zh"),
            ("", "zh"),
        ],
    )
    async def test_follows_the_browser_then_the_default(
        self, ground: Ground, router: APIRouter, accepted: str, expected: str
    ) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.get("/locale", headers={"accept-language": accepted})
        assert got.json() == expected

    async def test_ignores_a_language_that_is_not_ours(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            client.cookies.set("yp_lang", "xx")
            assert (await client.get("/locale?lang=../en")).json() == "zh"
