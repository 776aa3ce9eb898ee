from datetime import timedelta

import httpx
import pytest

from channels.simulator.faults import Garbage, Refuse, Stall, Unreachable
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.state import WeChatPlatform
from kit.clock import FrozenClock
from tests.channels.simulator.product import Product
from tests.channels.simulator.wechat.caller import Caller

AMR = b"#!AMR\n" + b"\x3c" * 64
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


class TestTokens:
    async def test_a_stable_token_stays_the_same_until_five_minutes_before_its_end(
        self, caller: Caller, clock: FrozenClock
    ) -> None:
        first = await caller.authorise()
        assert first["expires_in"] == 7200
        assert len(first["access_token"]) >= 100
        clock.advance(seconds=6899)
        assert (await caller.authorise())["access_token"] == first["access_token"]
        clock.advance(seconds=1)
        second = await caller.authorise()
        assert second["access_token"] != first["access_token"]
        caller.token = first["access_token"]
        assert "ip_list" in (await caller.get("getcallbackip")).json()

    async def test_a_token_is_refused_after_two_hours_and_when_revoked(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        await caller.authorise()
        clock.advance(hours=2)
        assert (await caller.get("getcallbackip")).json()["errcode"] == 42001
        await caller.authorise()
        platform.tokens.revoke("wx-desk")
        assert (await caller.get("getcallbackip")).json()["errcode"] == 40001
        await caller.authorise()
        platform.tokens.revoke("wx-desk", 40014)
        assert (await caller.get("getcallbackip")).json()["errcode"] == 40014
        assert platform.violations == []

    async def test_the_two_ways_to_a_token_know_nothing_of_each_other(self, caller: Caller, clock: FrozenClock) -> None:
        stable = (await caller.authorise())["access_token"]
        query = {"grant_type": "client_credential", "appid": "wx-desk", "secret": "app-secret"}
        first = (await caller.http.get("/cgi-bin/token", params=query)).json()["access_token"]
        second = (await caller.http.get("/cgi-bin/token", params=query)).json()["access_token"]
        assert len({stable, first, second}) == 3
        clock.advance(seconds=300)
        answers = []
        for caller.token in (stable, first, second):
            answers.append((await caller.get("getcallbackip")).json().get("errcode", 0))
        assert answers == [0, 42001, 0]

    async def test_forcing_ends_the_old_token_and_is_held_back(self, caller: Caller, clock: FrozenClock) -> None:
        old = (await caller.authorise())["access_token"]
        await caller.authorise(force_refresh=True)
        assert (await caller.authorise(force_refresh=True))["errcode"] == 45011
        caller.token = old
        assert (await caller.get("getcallbackip")).json()["errcode"] == 40001
        for _ in range(18):
            clock.advance(seconds=30)
            assert "access_token" in await caller.authorise(force_refresh=True)
        clock.advance(seconds=30)
        assert (await caller.authorise(force_refresh=True))["errcode"] == 45009

    @pytest.mark.parametrize(("field", "code"), [("appid", 40013), ("secret", 40125), ("grant_type", 40002)])
    async def test_wrong_credentials_have_their_codes(self, caller: Caller, field: str, code: int) -> None:
        assert (await caller.authorise(**{field: "wrong"}))["errcode"] == code

    async def test_a_strange_address_is_not_on_the_white_list(self, account: OfficialAccount, caller: Caller) -> None:
        account.whitelist = {"203.0.113.7"}
        answer = await caller.authorise()
        assert answer["errcode"] == 40164
        assert "not in whitelist" in answer["errmsg"]

    async def test_a_call_without_a_token_says_so(self, caller: Caller) -> None:
        answer = (await caller.http.get("/cgi-bin/getcallbackip")).json()
        assert answer["errcode"] == 41001
        assert "rid: " in answer["errmsg"]


class TestQuotas:
    async def test_the_day_in_beijing_ends_the_quota_and_calling_on_breaks_the_rules(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        platform.quotas.daily["message/custom/send"] = 1
        await (await platform.person("li")).says("你好")
        assert [await caller.text("li", "一") for _ in range(2)] == [0, 45009]
        assert platform.violations == []
        clock.advance(minutes=1)
        assert await caller.text("li", "一") == 45009
        assert len(platform.violations) == 1
        clock.advance(hours=13, minutes=58)
        await caller.authorise()
        assert await caller.text("li", "一") == 45009
        clock.advance(minutes=1)
        assert await caller.text("li", "一") == 0

    async def test_clearing_begins_the_count_anew_ten_times_a_month(
        self, platform: WeChatPlatform, caller: Caller
    ) -> None:
        platform.quotas.daily["user/info"] = 0
        platform.quotas.daily["menu/get"] = 1
        codes = [(await caller.post("clear_quota", {"appid": "wx-desk"}))["errcode"] for _ in range(11)]
        assert codes == [0] * 10 + [48006]


class TestFiles:
    async def test_a_file_of_a_person_is_fetched_until_three_days_are_over(
        self, platform: WeChatPlatform, caller: Caller, product: Product, clock: FrozenClock
    ) -> None:
        li = await platform.person("li")
        await li.sends("voice", AMR)
        fields = product.pushes[-1].fields
        assert (fields["MsgType"], fields["Format"]) == ("voice", "amr")
        answer = await caller.get("media/get", media_id=fields["MediaId"])
        assert (answer.content, answer.headers["content-type"]) == (AMR, "voice/amr")
        assert answer.headers["content-disposition"].endswith('.amr"')
        clock.advance(days=3)
        await caller.authorise()
        assert (await caller.get("media/get", media_id=fields["MediaId"])).json()["errcode"] == 40007

    async def test_a_video_is_only_an_address(self, platform: WeChatPlatform, caller: Caller, product: Product) -> None:
        await (await platform.person("li")).sends("video", b"\x00\x00\x00\x18ftypmp42")
        answer = await caller.get("media/get", media_id=product.pushes[-1].fields["MediaId"])
        film = await caller.http.get(answer.json()["video_url"])
        assert film.content.endswith(b"ftypmp42")

    async def test_what_is_uploaded_is_sent_as_what_it_is(self, platform: WeChatPlatform, caller: Caller) -> None:
        li = await platform.person("li")
        await li.says("你好")
        media_id = (await caller.upload("image", PNG))["media_id"]
        body = {"touser": "li", "msgtype": "image", "image": {"media_id": media_id}}
        assert (await caller.post("message/custom/send", body))["errcode"] == 0
        assert li.last.media == PNG
        wrong = {"touser": "li", "msgtype": "voice", "voice": {"media_id": media_id}}
        assert (await caller.post("message/custom/send", wrong))["errcode"] == 40007

    @pytest.mark.parametrize(
        ("kind", "content", "code"),
        [
            ("file", PNG, 40004),
            ("image", AMR, 40005),
            ("image", PNG + b"\x00" * (10 << 20), 40006),
            ("voice", AMR + b"\x00" * (2 << 20), 40006),
        ],
    )
    async def test_kinds_contents_and_sizes_are_limited(
        self, platform: WeChatPlatform, caller: Caller, kind: str, content: bytes, code: int
    ) -> None:
        assert (await caller.upload(kind, content))["errcode"] == code


class TestNotices:
    async def test_a_template_message_arrives_and_the_event_tells_of_it(
        self, platform: WeChatPlatform, account: OfficialAccount, caller: Caller, product: Product
    ) -> None:
        account.templates.add("t-progress")
        li = await platform.person("li")
        body = {"touser": "li", "template_id": "t-progress", "data": {"thing1": {"value": "已受理"}}}
        answer = await caller.post("message/template/send", body)
        await li.blocks()
        blocked = await caller.post("message/template/send", body)
        await platform.settle()
        assert li.texts == ["已受理"]
        jobs = {each.fields["MsgID"]: each.fields["Status"] for each in product.pushes}
        assert jobs == {str(answer["msgid"]): "success", str(blocked["msgid"]): "failed:user block"}

    async def test_one_consent_is_one_notice(
        self, platform: WeChatPlatform, account: OfficialAccount, caller: Caller
    ) -> None:
        account.subscription_templates.add("s-result")
        li = await platform.person("li")
        body = {"touser": "li", "template_id": "s-result", "data": {"thing1": {"value": "已解决"}}}
        await li.decides(**{"s-result": True})
        codes = [(await caller.post("message/subscribe/bizsend", body))["errcode"] for _ in range(2)]
        await platform.settle()
        assert codes == [0, 43101]

    @pytest.mark.parametrize("value", ["", "票" * 21])
    async def test_a_field_keeps_the_limit_of_its_kind(
        self, platform: WeChatPlatform, account: OfficialAccount, caller: Caller, value: str
    ) -> None:
        account.templates.add("t")
        await platform.person("li")
        body = {"touser": "li", "template_id": "t", "data": {"thing1": {"value": value}}}
        assert (await caller.post("message/template/send", body))["errcode"] == 47003


class TestMenusAndCodes:
    async def test_a_menu_is_kept_and_taken_away(self, caller: Caller) -> None:
        menu = {"button": [{"name": "客服", "sub_button": [{"type": "click", "name": "找人工", "key": "human"}]}]}
        assert (await caller.post("menu/create", menu))["errcode"] == 0
        assert (await caller.get("menu/get")).json() == {"menu": menu}
        await caller.get("menu/delete")
        assert (await caller.get("menu/get")).json()["errcode"] == 46003

    @pytest.mark.parametrize(
        ("button", "code"),
        [
            ({"type": "click", "name": "客服客服客", "key": "k"}, 0),
            ({"type": "click", "name": "客服客服客服", "key": "k"}, 40018),
            ({"type": "click", "name": "客服", "key": "k" * 129}, 40019),
            ({"type": "view", "name": "客服", "url": ""}, 40020),
            ({"name": "客服", "sub_button": [{"type": "click", "name": "一", "key": "k"}] * 6}, 40023),
        ],
    )
    async def test_a_menu_keeps_its_limits(self, caller: Caller, button: dict[str, object], code: int) -> None:
        assert (await caller.post("menu/create", {"button": [button]}))["errcode"] == code

    async def test_a_code_carries_its_scene_to_the_account(
        self, platform: WeChatPlatform, caller: Caller, product: Product
    ) -> None:
        body = {
            "expire_seconds": 600,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": "bind-abc"}},
        }
        answer = await caller.post("qrcode/create", body)
        assert answer["expire_seconds"] == 600
        await (await platform.person("li")).scans("bind-abc")
        assert product.pushes[-1].fields["Ticket"] == answer["ticket"]
        picture = await caller.get("showqrcode", ticket=answer["ticket"])
        assert picture.headers["content-type"] == "image/png"
        too_long = {**body, "expire_seconds": 2_592_001}
        assert (await caller.post("qrcode/create", too_long))["errcode"] == 40053

    async def test_a_follower_has_no_name_and_one_who_left_nothing_at_all(
        self, platform: WeChatPlatform, caller: Caller
    ) -> None:
        li = await platform.person("li", "小李")
        known = (await caller.get("user/info", openid="li")).json()
        assert (known["subscribe"], known["nickname"]) == (1, "")
        await li.unfollows()
        assert (await caller.get("user/info", openid="li")).json() == {"subscribe": 0, "openid": "li"}


class TestFaults:
    async def test_a_refusal_is_given_as_often_as_asked_for(self, platform: WeChatPlatform, caller: Caller) -> None:
        li = await platform.person("li")
        await li.says("你好")
        platform.faults.add("custom/send", Refuse(code=-1, text="system error"), times=2)
        assert [await caller.text("li", "一") for _ in range(3)] == [-1, -1, 0]
        assert li.texts == ["一"]

    async def test_a_stall_is_a_time_out_after_the_message_was_sent(
        self, platform: WeChatPlatform, caller: Caller
    ) -> None:
        li = await platform.person("li")
        await li.says("你好")
        platform.faults.add("custom/send", Stall())
        with pytest.raises(httpx.ReadTimeout):
            await caller.text("li", "一")
        platform.faults.add("custom/send", Stall(carried_out=False))
        with pytest.raises(httpx.ReadTimeout):
            await caller.text("li", "二")
        platform.faults.add("custom/send", Unreachable())
        with pytest.raises(httpx.ConnectError):
            await caller.text("li", "三")
        assert li.texts == ["一"]

    async def test_garbage_is_a_page_with_a_good_status(self, platform: WeChatPlatform, caller: Caller) -> None:
        await caller.authorise()
        platform.faults.add("getcallbackip", Garbage())
        answer = await caller.get("getcallbackip")
        assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")


class TestTheLog:
    async def test_every_call_is_remembered_with_its_time(
        self, platform: WeChatPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        await caller.text("li", "您好")
        clock.advance(seconds=3)
        await caller.upload("image", PNG)
        assert [call.path for call in platform.calls] == ["stable_token", "message/custom/send", "media/upload"]
        assert platform.calls[2].at - platform.calls[1].at == timedelta(seconds=3)
        assert platform.calls[2].body == {"file": "file.bin", "size": len(PNG)}
