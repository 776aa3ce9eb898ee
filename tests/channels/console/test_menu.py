"""The menu below an Official Account's chat, edited, published and looked at again."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from channels.accounts.models import ChannelAccount
from channels.console.site import ChannelSite
from channels.simulator.faults import Refuse
from channels.wechat.menu import DEFAULT, platform_form
from channels.wechat.platform import PLATFORM
from channels.wechat.translate import CHANNEL
from kit.access.identity import Role
from kit.audit import history, verify
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.console.office import person
from tests.channels.wechat.outbound_line import GH, Line
from tests.support.console import HTMX, Person

HOME = "/console/channels"


@pytest.fixture
async def line(ground: Ground) -> Line:
    opened = Line(ground)
    await opened.add_account()
    return opened


@pytest.fixture
def site(line: Line) -> ChannelSite:
    return ChannelSite(context=line.context, platforms={CHANNEL: PLATFORM}, channels={CHANNEL: line.channel})


@pytest.fixture
async def second(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    async for someone in person(app, ground, Role.ADMIN, "qian"):
        yield someone


class Desk:
    """The page of the one account's menu, and what a browser would send from it."""

    def __init__(self, line: Line, who: Person, account: ChannelAccount) -> None:
        self.line, self.who = line, who
        self.address = f"{HOME}/{account.id}/menu"

    async def form(self) -> dict[str, str]:
        """As it stands on the page, nothing changed."""
        page = await self.who.page(self.address)
        inputs = re.findall(r'<input[^>]*name="([\d.]+\.\w+|seen)"[^>]*value="([^"]*)"', page)
        chosen = re.findall(r'name="([\d.]+\.act)"[^>]*>(.*?)</select>', page, re.DOTALL)
        acts = {name: found[1] for name, body in chosen if (found := re.search(r'value="([^"]+)" selected', body))}
        return {**dict(inputs), **acts}

    async def send(self, **typed: Any) -> httpx.Response:
        return await self.who.client.post(self.address, data={**await self.form(), **typed})

    async def told(self) -> list[str]:
        async with self.line.ground.db.reading() as session:
            assert await verify(session) is None
            return [entry.action for entry in await history(session, "wechat_menu", GH)]


@pytest.fixture
async def desk(line: Line, admin: Person) -> Desk:
    async with line.ground.db.reading() as session:
        account = (await session.exec(select(ChannelAccount))).one()
    return Desk(line, admin, account)


class TestPublishing:
    async def test_the_proposed_menu_reaches_the_platform_as_it_stands(self, desk: Desk) -> None:
        answer = await desk.send(publish="1")
        assert answer.headers["location"].endswith("?done=published")
        assert desk.line.official.menu == platform_form(DEFAULT)
        assert desk.line.platform.violations == []
        assert await desk.told() == ["publish", "change"]

    async def test_every_kind_of_entry_arrives_as_the_platform_takes_it(self, desk: Desk) -> None:
        typed = {
            "1.name": "开不了票",
            "1.act": "say",
            "1.value": "发票开不出来",
            "2.name": "官网",
            "2.act": "page",
            "2.value": "https://desk.test/a?b=1&c",
            "3.2.name": "",
            "3.4.name": "自定",
            "3.4.act": "key",
            "3.4.value": "faq",
        }
        await desk.send(**typed, publish="1")
        assert desk.line.official.menu == {
            "button": [
                {"name": "开不了票", "type": "click", "key": "say:发票开不出来"},
                {"name": "官网", "type": "view", "url": "https://desk.test/a?b=1&c"},
                {
                    "name": "更多",
                    "sub_button": [
                        {"name": "绑定账号", "type": "click", "key": "cmd:link"},
                        {"name": "自定", "type": "click", "key": "faq"},
                    ],
                },
            ]
        }
        form = await desk.form()
        assert (form["1.act"], form["1.value"], form["2.value"]) == (
            "say",
            "发票开不出来",
            "https://desk.test/a?b=1&amp;c",
        )

    async def test_only_saving_leaves_people_with_what_they_have(self, desk: Desk) -> None:
        answer = await desk.send(**{"1.name": "进度"}, save="1")
        assert answer.headers["location"].endswith("?done=saved")
        assert desk.line.official.menu is None
        page = await desk.who.page(desk.address)
        assert 'value="进度"' in page
        assert "这一版还没有发布。" in page
        assert await desk.told() == ["change"]

    async def test_what_is_changed_after_publishing_is_not_called_published(
        self, desk: Desk, clock: FrozenClock
    ) -> None:
        await desk.send(publish="1")
        assert "发布于" in await desk.who.page(desk.address)
        clock.advance(minutes=1)
        await desk.send(**{"1.name": "进度"}, save="1")
        page = await desk.who.page(desk.address)
        assert "这一版还没有发布。" in page
        assert "发布于" not in page

    async def test_a_refusal_shows_the_platforms_words_and_keeps_the_menu(self, desk: Desk) -> None:
        desk.line.platform.faults.add("menu/create", Refuse(code=48001, text="api unauthorized"))
        page = (await desk.send(**{"1.name": "进度"}, publish="1")).text
        assert "但微信没有接受" in page
        assert "48001: api unauthorized" in page
        assert 'value="进度"' in page
        assert await desk.told() == ["change"]

    async def test_going_back_brings_the_proposed_menu_and_leaves_the_platform_alone(self, desk: Desk) -> None:
        await desk.send(**{"1.name": "进度"}, publish="1")
        published = desk.line.official.menu
        await desk.who.client.post(f"{desk.address}/reset")
        assert (await desk.form())["1.name"] == "查进度"
        assert desk.line.official.menu == published
        assert (await desk.told())[0] == "reset"


#: One line each: what is typed, and what is told where it is wrong.
WRONG = [
    ({"1.name": "六个字的名字"}, "p1", "最多 5 个汉字"),
    ({"3.1.name": "十四个汉字就超过四十个字节了"}, "p3.1", "最多 13 个汉字"),
    ({"2.name": "网页", "2.act": "page", "2.value": "javascript:alert(1)"}, "p2", "以 http:// 或 https:// 开头"),
    ({"2.name": "网页", "2.act": "page", "2.value": ""}, "p2", "这里还缺内容"),
    ({"1.act": "below"}, "p1", "下面还没有选项"),
    ({"1.name": "", "1.act": "say", "1.value": "在吗"}, "p1", "名称不能为空"),
    ({"1.act": "key", "1.value": "k" * 129}, "p1", "128 字节"),
]


class TestMistakes:
    @pytest.mark.parametrize(("typed", "where", "text"), WRONG)
    async def test_are_told_where_they_are_and_nothing_is_lost(
        self, desk: Desk, typed: dict[str, str], where: str, text: str
    ) -> None:
        page = (await desk.send(**typed, publish="1")).text
        found = re.search(rf'<div id="{re.escape(where)}">(.*?)</div>', page, re.DOTALL)
        assert found
        assert text in found[1]
        for value in filter(None, typed.values()):
            assert value in page
        assert desk.line.official.menu is None
        assert await desk.told() == []

    async def test_after_an_empty_place_they_are_told_at_the_right_one(self, desk: Desk) -> None:
        empty = {"1.name": "", "1.act": "say", "1.value": ""}
        page = (await desk.send(**empty, **{"2.name": "太长的名字啊"})).text
        assert 'id="p2"' in page
        assert 'id="p1"' not in page

    async def test_a_menu_of_nothing_is_none(self, desk: Desk) -> None:
        nothing = {name: "" for name in await desk.form() if name.endswith((".name", ".value"))}
        assert "一级菜单要有 1 到 3 个" in (await desk.send(**nothing)).text

    async def test_what_a_colleague_saved_meanwhile_is_not_overwritten_unseen(self, desk: Desk, second: Person) -> None:
        old = await desk.form()
        await second.client.post(desk.address, data={**old, "1.name": "别人"})
        answer = await desk.who.client.post(desk.address, data={**old, "1.name": "自己"})
        assert "刚才有同事改过" in answer.text
        assert 'value="自己"' in answer.text
        assert (await desk.form())["1.name"] == "别人"

    async def test_the_phone_follows_what_is_typed_and_cuts_as_phones_do(self, desk: Desk) -> None:
        typed = {**await desk.form(), "1.name": "查开票进度", "3.1.name": "<b>"}
        part = (await desk.who.client.post(f"{desk.address}/preview", data=typed, headers=HTMX)).text
        assert part.lstrip().startswith('<figure id="phone"')
        assert "查开票进…" in part
        assert "&lt;b&gt;" in part
        assert "符合微信的要求" in part
        part = (await desk.who.client.post(f"{desk.address}/preview", data={"1.name": "没有"}, headers=HTMX)).text
        assert "还有 1 处要改" in part


class TestWhatPeopleSee:
    async def look(self, desk: Desk) -> str:
        return (await desk.who.client.get(f"{desk.address}/platform", headers=HTMX)).text

    async def test_is_asked_of_the_platform(self, desk: Desk) -> None:
        assert "微信上现在没有菜单" in await self.look(desk)
        await desk.send(publish="1")
        # As the platform gives menus back: with empty lists of entries.
        menu = desk.line.official.menu or {}
        desk.line.official.menu = {"button": [{"sub_button": [], **one} for one in menu["button"]]}
        assert "和这里保存的一致" in await self.look(desk)

    async def test_shows_when_somebody_changed_it_elsewhere(self, desk: Desk) -> None:
        desk.line.official.menu = {"button": [{"name": "小程序", "type": "miniprogram", "url": "https://x.test"}]}
        part = await self.look(desk)
        assert "和这里保存的不一样" in part
        assert "小程序" in part

    async def test_a_refusal_is_told_in_the_platforms_words(self, desk: Desk) -> None:
        desk.line.platform.faults.add("menu/get", Refuse(code=48001, text="api unauthorized"))
        assert "48001: api unauthorized" in await self.look(desk)


class TestWho:
    async def test_only_administrators(self, desk: Desk, supervisor: Person) -> None:
        for address in (desk.address, f"{desk.address}/platform"):
            assert (await supervisor.client.get(address)).status_code == 403
        for action in ("", "/preview", "/reset"):
            assert (await supervisor.client.post(f"{desk.address}{action}", data={})).status_code == 403

    async def test_an_account_elsewhere_has_no_menu(self, desk: Desk, admin: Person) -> None:
        assert (await admin.client.get(f"{HOME}/999/menu")).status_code == 404

    async def test_the_account_leads_to_it_in_both_languages(self, desk: Desk, admin: Person) -> None:
        assert desk.address in await admin.page(desk.address.removesuffix("/menu"))
        assert "What a tap does" in await admin.page(desk.address, lang="en")
