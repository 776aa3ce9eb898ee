import pytest

from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.state import WeChatPlatform
from kit.clock import FrozenClock
from tests.channels.simulator.product import Product
from tests.channels.simulator.wechat.caller import Caller


async def send_many(caller: Caller, openid: str, count: int) -> list[int]:
    return [await caller.text(openid, f"第{number}条") for number in range(count)]


class TestTheReplyWindow:
    async def test_a_message_allows_five_and_the_sixth_is_refused(
        self, platform: WeChatPlatform, caller: Caller
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        assert await send_many(caller, "li", 6) == [0, 0, 0, 0, 0, 45047]
        assert len(li.texts) == 5
        assert [violation.code for violation in platform.violations] == [45047]

    async def test_another_message_begins_the_five_anew_and_adds_nothing(
        self, platform: WeChatPlatform, caller: Caller
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        await send_many(caller, "li", 2)
        await li.says("在吗")
        assert await send_many(caller, "li", 6) == [0, 0, 0, 0, 0, 45047]

    async def test_nobody_is_written_to_first_nor_after_48_hours(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        li = await platform.person("li")
        assert await caller.text("li", "您好") == 45015
        await li.says("你好")
        clock.advance(hours=48, seconds=-1)
        await caller.authorise()
        assert await caller.text("li", "还在") == 0
        clock.advance(seconds=1)
        assert await caller.text("li", "太晚") == 45015

    @pytest.mark.parametrize("deed", ["clicks", "follows", "scans"])
    async def test_a_click_a_follow_and_a_scan_allow_three_for_a_minute(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock, deed: str
    ) -> None:
        li = await platform.person("li", following=deed != "follows")
        await getattr(li, deed)("key")
        assert await send_many(caller, "li", 4) == [0, 0, 0, 45047]
        clock.advance(minutes=1)
        assert await caller.text("li", "太晚") == 45015

    async def test_what_closes_first_is_used_up_first(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        await li.clicks("menu")
        assert await send_many(caller, "li", 3) == [0, 0, 0]
        clock.advance(minutes=1)
        assert await send_many(caller, "li", 6) == [0, 0, 0, 0, 0, 45047]

    async def test_a_menu_item_that_opens_a_page_allows_nothing(self, platform: WeChatPlatform, caller: Caller) -> None:
        li = await platform.person("li")
        await li.views("https://example.com")
        assert await caller.text("li", "您好") == 45015


class TestWhoCannotBeWrittenTo:
    async def test_somebody_who_left_is_refused_and_the_product_was_told(
        self, platform: WeChatPlatform, caller: Caller
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        await li.unfollows()
        assert await caller.text("li", "您好") == 43004
        assert [violation.code for violation in platform.violations] == [43004]

    async def test_a_person_who_refuses_is_a_surprise_once(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        await li.blocks()
        assert await caller.text("li", "一") == 48002
        assert platform.violations == []
        clock.advance(seconds=1)
        assert await caller.text("li", "二") == 48002
        assert len(platform.violations) == 1

    async def test_the_blacklist_and_strangers(self, platform: WeChatPlatform, caller: Caller) -> None:
        li = await platform.person("li")
        await li.says("你好")
        li.blacklisted = True
        assert await caller.text("li", "一") == 43019
        assert await caller.text("nobody", "一") == 40003


class TestContent:
    @pytest.mark.parametrize(
        ("content", "code"),
        [("a" * 2048, 0), ("a" * 2049, 45002), ("票" * 682, 0), ("票" * 683, 45002), ("", 44004), (" \n", 44004)],
    )
    async def test_a_text_is_counted_in_bytes(
        self, platform: WeChatPlatform, caller: Caller, content: str, code: int
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        assert await caller.text("li", content) == code
        assert len(li.inbox) == (code == 0)
        assert li.grants.left(platform.clock.now()) == (4 if code == 0 else 5)

    async def test_escaped_characters_are_refused(self, platform: WeChatPlatform, caller: Caller) -> None:
        await (await platform.person("li")).says("你好")
        body = b'{"touser":"li","msgtype":"text","text":{"content":"\\u4f60"}}'
        assert (await caller.post("message/custom/send", body))["errcode"] == 40033

    async def test_a_backslash_before_a_u_is_no_escape(self, platform: WeChatPlatform, caller: Caller) -> None:
        li = await platform.person("li")
        await li.says("你好")
        assert await caller.text("li", r"C:\u1234") == 0
        assert li.texts == [r"C:\u1234"]

    @pytest.mark.parametrize("articles", [[], [{"title": "一"}, {"title": "二"}]])
    async def test_news_carries_one_article(
        self, platform: WeChatPlatform, caller: Caller, articles: list[dict[str, str]]
    ) -> None:
        await (await platform.person("li")).says("你好")
        body = {"touser": "li", "msgtype": "news", "news": {"articles": articles}}
        assert (await caller.post("message/custom/send", body))["errcode"] == 45008

    async def test_a_menu_of_replies_is_pressed_and_comes_back_with_its_id(
        self, platform: WeChatPlatform, caller: Caller, product: Product
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        menu = {
            "head_content": "解决了吗",
            "list": [{"id": "101", "content": "好了"}, {"id": "102", "content": "没好"}],
        }
        body = {"touser": "li", "msgtype": "msgmenu", "msgmenu": {**menu, "tail_content": "谢谢"}}
        assert (await caller.post("message/custom/send", body))["errcode"] == 0
        assert li.last.buttons == ["好了", "没好"]
        await li.presses("没好")
        fields = product.pushes[-1].fields
        assert (fields["Content"], fields["bizmsgmenuid"]) == ("没好", "102")

    async def test_links_within_a_text_are_shown_by_their_labels(
        self, platform: WeChatPlatform, caller: Caller
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        tap = '<a href="weixin://bizmsgmenu?msgmenucontent=没好&amp;msgmenuid=7">没好</a>'
        await caller.text("li", f'请看<a href="https://a.test/x">说明</a> 1 &lt; 2 {tap}')
        assert li.texts == ["请看说明 1 < 2 没好"]
        assert li.last.links == {"说明": "https://a.test/x"}
        await li.presses("没好")


class TestTyping:
    async def test_typing_needs_a_message_of_late_and_is_not_repeated(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        await (await platform.person("li")).says("你好")
        body = {"touser": "li", "command": "Typing"}
        assert (await caller.post("message/custom/typing", body))["errcode"] == 0
        assert (await caller.post("message/custom/typing", body))["errcode"] == 45081
        clock.advance(seconds=31)
        assert (await caller.post("message/custom/typing", body))["errcode"] == 45080


class TestVerification:
    async def test_an_unverified_account_has_no_customer_service(
        self, platform: WeChatPlatform, account: OfficialAccount, caller: Caller
    ) -> None:
        account.verified = False
        await (await platform.person("li")).says("你好")
        assert await caller.text("li", "您好") == 48001
