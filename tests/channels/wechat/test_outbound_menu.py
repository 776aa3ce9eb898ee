"""The menu below the chat, QR codes, and the gauge of calls."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from channels.simulator.faults import Refuse
from channels.wechat.credentials import Credentials
from channels.wechat.error_codes import PlatformRefusedError
from channels.wechat.menu import (
    DEFAULT,
    Menu,
    MenuInvalidError,
    MenuItem,
    menu_of,
    platform_form,
    problems_of,
    push_menu,
    save_menu,
)
from channels.wechat.outbound_models import WeChatMenu
from channels.wechat.qrcode import LONGEST, issue_code
from channels.wechat.quota import gauges
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.wechat.outbound_line import GH, Line


@pytest.fixture
async def line(ground: Ground) -> Line:
    opened = Line(ground)
    await opened.add_account()
    return opened


@pytest.fixture
async def us(line: Line) -> Credentials:
    return Credentials.of(await line.context.accounts.named("wechat", GH))


def page(name: str) -> MenuItem:
    return MenuItem(name=name, url="https://desk.test/")


#: One line each: what is wrong, where it is told, and the text that tells it.
WRONG = [
    (Menu(items=()), "", "wechat.menu.count"),
    (Menu(items=tuple(page(name) for name in "甲乙丙丁")), "", "wechat.menu.count"),
    (Menu(items=(MenuItem(name="", key="k"),)), "1", "wechat.menu.name"),
    (Menu(items=(MenuItem(name="六个字的名字", key="k"),)), "1", "wechat.menu.name"),
    (Menu(items=(MenuItem(name="甲", below=(page("十四个汉字就超过四十个字节了"),)),)), "1.1", "wechat.menu.name"),
    (Menu(items=(MenuItem(name="甲", below=tuple(page(name) for name in "一二三四五六")),)), "1", "wechat.menu.below"),
    (Menu(items=(MenuItem(name="甲", below=(MenuItem(name="乙", below=(page("丙"),)),)),)), "1.1", "wechat.menu.depth"),
    (Menu(items=(MenuItem(name="甲"),)), "1", "wechat.menu.action"),
    (Menu(items=(MenuItem(name="甲", key="k", url="https://a.cn"),)), "1", "wechat.menu.action"),
    (Menu(items=(MenuItem(name="甲", key="k" * 129),)), "1", "wechat.menu.key"),
    (Menu(items=(MenuItem(name="甲", key="cmd:dance"),)), "1", "wechat.menu.command"),
    (Menu(items=(MenuItem(name="甲", url="javascript:alert(1)"),)), "1", "wechat.menu.url"),
    (Menu(items=(MenuItem(name="甲", url="https://[bad"),)), "1", "wechat.menu.url"),
    (Menu(items=(MenuItem(name="甲", url="https://a.cn/" + "x" * 1024),)), "1", "wechat.menu.url"),
]


class TestMenu:
    async def test_the_proposed_one_reaches_the_platform(self, line: Line, us: Credentials) -> None:
        await push_menu(line.ground.db, line.ground.clock, line.channel.api, us)
        assert line.official.menu == platform_form(DEFAULT)
        assert line.platform.violations == []

    async def test_a_saved_one_takes_its_place(self, line: Line, us: Credentials) -> None:
        menu = Menu(items=(page("首页"), MenuItem(name="查进度", key="cmd:status")))
        async with line.ground.db.transaction() as session:
            await save_menu(session, line.ground.clock.now(), GH, menu)
        await push_menu(line.ground.db, line.ground.clock, line.channel.api, us)
        assert line.official.menu == {
            "button": [
                {"name": "首页", "type": "view", "url": "https://desk.test/"},
                {"name": "查进度", "type": "click", "key": "cmd:status"},
            ]
        }
        async with line.ground.db.reading() as session:
            assert await menu_of(session, GH) == menu
            assert (await session.exec(select(WeChatMenu.pushed_at))).one() == line.ground.clock.now()

    async def test_one_that_the_platform_refused_is_not_called_pushed(self, line: Line, us: Credentials) -> None:
        line.platform.faults.add("menu/create", Refuse(code=40018, text="invalid button name size"))
        with pytest.raises(PlatformRefusedError):
            await push_menu(line.ground.db, line.ground.clock, line.channel.api, us)
        async with line.ground.db.reading() as session:
            assert (await session.exec(select(WeChatMenu.pushed_at))).one() is None

    @pytest.mark.parametrize(("menu", "where", "text"), WRONG)
    async def test_what_the_platform_would_refuse_is_not_saved(
        self, line: Line, menu: Menu, where: str, text: str
    ) -> None:
        with pytest.raises(MenuInvalidError) as invalid:
            async with line.ground.db.transaction() as session:
                await save_menu(session, line.ground.clock.now(), GH, menu)
        assert (where, text) in [(problem.where, problem.text) for problem in invalid.value.problems]
        async with line.ground.db.reading() as session:
            assert await menu_of(session, GH) == DEFAULT

    def test_everything_wrong_is_told_at_once(self) -> None:
        menu = Menu(items=(MenuItem(name="", key="cmd:dance"), MenuItem(name="甲")))
        assert [problem.where for problem in problems_of(menu)] == ["1", "1", "2"]

    def test_a_key_of_ones_own_is_a_button(self) -> None:
        assert problems_of(Menu(items=(MenuItem(name="常见问题", key="faq"),))) == []


class TestCodes:
    async def test_a_scene_cannot_be_guessed_and_comes_back_with_the_scan(self, line: Line, us: Credentials) -> None:
        codes = [await issue_code(line.channel.api, us, line.ground.clock, lasts=timedelta(minutes=10)) for _ in "ab"]
        assert codes[0].scene != codes[1].scene
        assert len(bytes.fromhex(codes[0].scene)) == 16
        assert codes[0].scene in line.platform.tickets.values()
        assert codes[0].picture_url.startswith("https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=")
        assert codes[0].expires_at == line.ground.clock.now() + timedelta(minutes=10)
        assert line.platform.violations == []

    async def test_it_lasts_no_longer_than_the_platform_allows(self, line: Line, us: Credentials) -> None:
        code = await issue_code(line.channel.api, us, line.ground.clock, lasts=timedelta(days=365))
        assert code.expires_at == line.ground.clock.now() + LONGEST
        (body,) = line.bodies("qrcode/create")
        assert (body["expire_seconds"], body["action_name"]) == (2_592_000, "QR_STR_SCENE")

    async def test_at_a_simulated_platform_the_picture_lies_there(self, ground: Ground) -> None:
        line = Line(ground)
        await line.add_account(api_url="http://api.weixin.qq.com/")
        us = Credentials.of(await line.context.accounts.named("wechat", GH))
        code = await issue_code(line.channel.api, us, ground.clock, lasts=timedelta(minutes=10))
        assert code.picture_url.startswith("http://api.weixin.qq.com/cgi-bin/showqrcode?")


class TestGauge:
    async def test_calls_are_counted_by_interface_until_midnight_in_beijing(
        self, line: Line, us: Credentials, clock: FrozenClock
    ) -> None:
        await line.person()
        await line.put("一")
        await line.work()
        await line.put("二")
        await line.work()
        async with line.ground.db.reading() as session:
            used = {gauge.interface: (gauge.used, gauge.most) for gauge in await gauges(session, clock.now(), GH)}
        assert used == {"/cgi-bin/message/custom/send": (2, 500_000), "/cgi-bin/stable_token": (1, 500_000)}
        clock.advance(hours=14)
        async with line.ground.db.reading() as session:
            assert list(await gauges(session, clock.now(), us.account)) == []

    async def test_addresses_the_platform_calls_from_are_known(self, line: Line, us: Credentials) -> None:
        assert await line.channel.api.callback_addresses(us)

    async def test_everything_travels_in_real_utf8(self, line: Line, us: Credentials) -> None:
        await push_menu(line.ground.db, line.ground.clock, line.channel.api, us)
        assert "查进度" in json.dumps(list(line.bodies("menu/create")), ensure_ascii=False)
