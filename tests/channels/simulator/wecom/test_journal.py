import pytest

from channels.simulator.faults import Drop, LoseAnswer, Twice
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.state import WeComPlatform
from channels.simulator.xml import read_xml
from kit.clock import FrozenClock
from tests.channels.simulator.product import Product, Pushed
from tests.channels.simulator.wecom.caller import KFID, Caller


def opened(corp: Corp, pushed: Pushed) -> dict[str, str]:
    return read_xml(corp.cipher.decrypt(pushed.fields["Encrypt"]))


class TestCallbacks:
    async def test_a_callback_carries_a_token_and_no_content(
        self, platform: WeComPlatform, corp: Corp, caller: Caller, product: Product
    ) -> None:
        await (await platform.person("wm-li")).says("你好")
        fields = opened(corp, product.pushes[0])
        assert (fields["Event"], fields["OpenKfId"], fields["ToUserName"]) == ("kf_msg_or_event", KFID, "ww-corp")
        (message,) = (await caller.pull(token=fields["Token"]))["msg_list"]
        assert (message["origin"], message["text"]["content"]) == (3, "你好")
        assert len(message["msgid"]) > 32

    async def test_a_dropped_callback_loses_nothing_but_time(
        self, platform: WeComPlatform, caller: Caller, product: Product
    ) -> None:
        platform.faults.add("/hooks/wecom", Drop())
        await (await platform.person("wm-li")).says("你好")
        assert product.pushes == []
        assert len(await caller.pull_all()) == 1

    @pytest.mark.parametrize(("fault", "count"), [(Twice(), 2), (LoseAnswer(), 2)])
    async def test_a_callback_comes_again(
        self, platform: WeComPlatform, product: Product, fault: Twice | LoseAnswer, count: int
    ) -> None:
        platform.faults.add("/hooks/wecom", fault)
        await (await platform.person("wm-li")).says("你好")
        assert len(product.pushes) == count

    async def test_a_product_that_does_not_answer_is_asked_three_times(
        self, platform: WeComPlatform, product: Product
    ) -> None:
        product.status = 500
        await (await platform.person("wm-li")).says("你好")
        assert len(product.pushes) == 3
        assert len(platform.violations) == 1

    @pytest.mark.parametrize(("decoration", "good"), [("", True), ('"', False)])
    async def test_the_echo_comes_back_decrypted(
        self, platform: WeComPlatform, corp: Corp, product: Product, decoration: str, *, good: bool
    ) -> None:
        product.answer = lambda pushed: corp.cipher.decrypt(pushed.query["echostr"]) + decoration
        assert await platform.verify(corp) is good


class TestPulling:
    async def test_pages_may_be_shorter_than_asked_and_more_is_said(
        self, platform: WeComPlatform, caller: Caller
    ) -> None:
        platform.journal.page = 2
        li = await platform.person("wm-li")
        for number in range(5):
            await li.says(str(number))
        pages = [await caller.pull(limit=100) for _ in range(3)]
        assert [(len(page["msg_list"]), page["has_more"]) for page in pages] == [(2, 1), (2, 1), (1, 0)]
        again = await caller.pull()
        assert (again["msg_list"], again["next_cursor"]) == ([], pages[-1]["next_cursor"])

    async def test_what_is_older_than_three_days_is_gone(
        self, platform: WeComPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        li = await platform.person("wm-li")
        await li.says("旧")
        clock.advance(days=2)
        await li.says("新")
        clock.advance(days=1)
        assert [message["text"]["content"] for message in await caller.pull_all()] == ["新"]

    async def test_an_account_sees_its_own_messages_alone(
        self, platform: WeComPlatform, corp: Corp, caller: Caller
    ) -> None:
        platform.add_account(corp, "wk-other")
        await (await platform.person("wm-li", open_kfid="wk-other")).says("别处")
        assert await caller.pull_all() == []

    async def test_without_a_callbacks_token_only_so_many_a_minute(
        self, platform: WeComPlatform, corp: Corp, caller: Caller, product: Product, clock: FrozenClock
    ) -> None:
        platform.journal.untokened_a_minute = 2
        await (await platform.person("wm-li")).says("你好")
        token = opened(corp, product.pushes[0])["Token"]
        codes = [(await caller.pull())["errcode"] for _ in range(3)]
        assert codes == [0, 0, 45009]
        assert (await caller.pull(token=token))["errcode"] == 0
        clock.advance(minutes=10)
        assert (await caller.pull(token=token))["errcode"] == 95007
        assert (await caller.pull())["errcode"] == 0

    @pytest.mark.parametrize(
        ("changes", "code"), [({"limit": 1001}, 40058), ({"cursor": "junk"}, 40058), ({"open_kfid": "wk-none"}, 95004)]
    )
    async def test_wrong_parameters_are_refused(
        self, platform: WeComPlatform, caller: Caller, changes: dict[str, object], code: int
    ) -> None:
        assert (await caller.pull(**changes))["errcode"] == code


class TestTokens:
    async def test_the_same_token_is_given_until_it_ends(
        self, platform: WeComPlatform, corp: Corp, caller: Caller, clock: FrozenClock
    ) -> None:
        first = await caller.authorise()
        clock.advance(seconds=7199)
        second = await caller.authorise()
        assert (second["access_token"], second["expires_in"]) == (first["access_token"], 1)
        clock.advance(seconds=1)
        assert (await caller.pull())["errcode"] == 42001
        await caller.authorise()
        platform.tokens.revoke(corp.corp_id)
        assert (await caller.pull())["errcode"] == 40014
        assert platform.violations == []

    @pytest.mark.parametrize(("name", "code"), [("corpid", 40013), ("corpsecret", 40001)])
    async def test_wrong_credentials_have_their_codes(self, caller: Caller, name: str, code: int) -> None:
        assert (await caller.authorise(**{name: "wrong"}))["errcode"] == code

    async def test_a_strange_address_is_refused_at_the_call(self, corp: Corp, caller: Caller) -> None:
        corp.whitelist = {"203.0.113.7"}
        assert (await caller.authorise())["errcode"] == 0
        answer = await caller.pull()
        assert (answer["errcode"], "from ip" in answer["errmsg"]) == (60020, True)
