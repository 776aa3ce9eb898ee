from typing import Any

import pytest

from channels.simulator.wecom.state import WeComPlatform
from kit.clock import FrozenClock
from tests.channels.simulator.wecom.caller import KFID, Caller

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def click(label: str, menu_id: str = "a") -> dict[str, Any]:
    return {"type": "click", "click": {"id": menu_id, "content": label}}


class TestTheFiveMessages:
    async def test_a_message_allows_five_for_48_hours(
        self, platform: WeComPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        li = await platform.person("wm-li")
        await li.says("你好")
        assert [await caller.text("wm-li", "在") for _ in range(6)] == [0, 0, 0, 0, 0, 95001]
        await li.says("再问")
        assert await caller.text("wm-li", "在") == 0
        clock.advance(hours=48)
        await caller.authorise()
        assert await caller.text("wm-li", "晚") == 95018
        assert li.texts == ["在"] * 6

    async def test_who_has_not_written_is_not_written_to(self, platform: WeComPlatform, caller: Caller) -> None:
        await (await platform.person("wm-li")).enters()
        assert await caller.text("wm-li", "您好") == 95018
        assert await caller.text("wm-nobody", "您好") == 84061

    async def test_a_refusal_of_the_customer_is_told_afterwards(self, platform: WeComPlatform, caller: Caller) -> None:
        li = await platform.person("wm-li")
        await li.says("你好")
        await li.blocks()
        assert await caller.text("wm-li", "您好", "msg-1") == 0
        await platform.settle()
        event = (await caller.pull_all())[-1]["event"]
        assert (event["event_type"], event["fail_msgid"], event["fail_type"]) == ("msg_send_fail", "msg-1", 10)
        assert li.texts == []

    async def test_what_the_product_sends_is_not_in_the_journal(self, platform: WeComPlatform, caller: Caller) -> None:
        await (await platform.person("wm-li")).says("你好")
        await caller.text("wm-li", "您好")
        assert len(await caller.pull_all()) == 1


class TestMsgids:
    @pytest.mark.parametrize(("msgid", "code"), [("a" * 32, 0), ("a" * 33, 40058), ("消息", 40058), ("a b", 40058)])
    async def test_a_msgid_has_its_alphabet_and_length(
        self, platform: WeComPlatform, caller: Caller, msgid: str, code: int
    ) -> None:
        await (await platform.person("wm-li")).says("你好")
        assert await caller.text("wm-li", "在", msgid) == code

    async def test_a_msgid_is_taken_once_and_costs_nothing_more(self, platform: WeComPlatform, caller: Caller) -> None:
        li = await platform.person("wm-li")
        await li.says("你好")
        assert [await caller.text("wm-li", "在", "same") for _ in range(2)] == [0, 40058]
        assert (li.texts, li.session.left, platform.violations) == (["在"], 4, [])


class TestContent:
    @pytest.mark.parametrize(("text", "code"), [("票" * 682, 0), ("票" * 683, 45002), (" ", 44004)])
    async def test_a_text_is_counted_in_bytes(
        self, platform: WeComPlatform, caller: Caller, text: str, code: int
    ) -> None:
        await (await platform.person("wm-li")).says("你好")
        assert await caller.text("wm-li", text) == code

    @pytest.mark.parametrize(
        ("menu", "code"),
        [
            ({"head_content": "选", "list": [click(str(number)) for number in range(10)]}, 0),
            ({"head_content": "选", "list": [click(str(number)) for number in range(11)]}, 95008),
            ({"head_content": "票" * 342, "list": [click("好")]}, 45002),
            ({"list": [click("好", "a" * 65)]}, 45002),
            ({"list": [click("票" * 43)]}, 45002),
            ({"list": [{"type": "dance"}]}, 95009),
        ],
    )
    async def test_a_menu_keeps_its_limits(
        self, platform: WeComPlatform, caller: Caller, menu: dict[str, Any], code: int
    ) -> None:
        await (await platform.person("wm-li")).says("你好")
        assert await caller.send("wm-li", "msgmenu", menu) == code

    async def test_a_menu_is_pressed_and_comes_back_with_its_id(self, platform: WeComPlatform, caller: Caller) -> None:
        li = await platform.person("wm-li")
        await li.says("你好")
        await caller.send("wm-li", "msgmenu", {"head_content": "好了吗", "list": [click("没好", "no")]})
        assert li.last.text == "好了吗\n没好"
        await li.presses("没好")
        assert (await caller.pull_all())[-1]["text"] == {"content": "没好", "menu_id": "no"}

    async def test_files_go_both_ways(self, platform: WeComPlatform, caller: Caller) -> None:
        li = await platform.person("wm-li")
        await li.sends("file", b"invoice", "发票.pdf")
        media_id = (await caller.pull_all())[-1]["file"]["media_id"]
        answer = await caller.get("media/get", media_id=media_id)
        assert answer.content == b"invoice"
        mine = (await caller.upload("image", PNG))["media_id"]
        assert await caller.send("wm-li", "image", {"media_id": mine}) == 0
        assert li.last.media == PNG
        assert (await caller.upload("image", b"text" * 9))["errcode"] == 40004


class TestGreetings:
    async def test_a_welcome_code_is_good_once_and_for_twenty_seconds(
        self, platform: WeComPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        li = await platform.person("wm-li")
        await li.enters("page", "bind-7")
        event = (await caller.pull_all())[-1]["event"]
        assert (event["scene"], event["scene_param"]) == ("page", "bind-7")
        body = {"code": event["welcome_code"], "msgid": "w1", "msgtype": "text", "text": {"content": "欢迎"}}
        clock.advance(seconds=19)
        assert (await caller.post("kf/send_msg_on_event", body))["errcode"] == 0
        assert (await caller.post("kf/send_msg_on_event", {**body, "msgid": "w2"}))["errcode"] == 95025
        assert li.texts == ["欢迎"]

    async def test_a_code_runs_out(self, platform: WeComPlatform, caller: Caller, clock: FrozenClock) -> None:
        await (await platform.person("wm-li")).enters()
        code = (await caller.pull_all())[-1]["event"]["welcome_code"]
        clock.advance(seconds=20)
        body = {"code": code, "msgtype": "text", "text": {"content": "欢迎"}}
        assert (await caller.post("kf/send_msg_on_event", body))["errcode"] == 95025

    async def test_who_was_greeted_or_wrote_within_two_days_gets_no_code(
        self, platform: WeComPlatform, caller: Caller, clock: FrozenClock
    ) -> None:
        li = await platform.person("wm-li")
        await li.says("你好")
        await li.enters()
        clock.advance(hours=48)
        await li.enters()
        codes = ["welcome_code" in each["event"] for each in await caller.pull_all() if each["msgtype"] == "event"]
        assert codes == [False, True]


class TestSessions:
    @pytest.mark.parametrize(
        ("moves", "codes"),
        [
            ([1, 2, 3, 4], [0, 0, 0, 0]),
            ([1, 1], [0, 95016]),
            ([2, 1], [0, 95016]),
            ([4], [95016]),
            ([3, 2], [0, 95016]),
        ],
    )
    async def test_only_certain_moves_are_allowed(
        self, platform: WeComPlatform, caller: Caller, moves: list[int], codes: list[int]
    ) -> None:
        platform.colleague("zhang")
        await (await platform.person("wm-li")).says("你好")
        assert [(await caller.move("wm-li", state, "zhang"))["errcode"] for state in moves] == codes

    async def test_nothing_moves_after_the_end_until_the_customer_writes(
        self, platform: WeComPlatform, caller: Caller
    ) -> None:
        zhang = platform.colleague("zhang")
        li = await platform.person("wm-li")
        await li.says("你好")
        await caller.move("wm-li", 3, "zhang")
        await zhang.ends(li)
        assert (await caller.move("wm-li", 2))["errcode"] == 95013
        await li.says("还有一个问题")
        assert (await caller.state("wm-li"))["service_state"] == 0

    async def test_a_servicer_who_rests_receives_nobody(self, platform: WeComPlatform, caller: Caller) -> None:
        zhang = platform.colleague("zhang")
        await zhang.rests()
        await (await platform.person("wm-li")).says("你好")
        assert (await caller.move("wm-li", 3, "zhang"))["errcode"] == 95014
        assert (await caller.move("wm-li", 3, "nobody"))["errcode"] == 95014
        assert (await caller.get("kf/servicer/list", open_kfid=KFID)).json()["servicer_list"] == [
            {"userid": "zhang", "status": 1}
        ]

    async def test_in_the_pool_and_with_people_nothing_is_sent_by_interface(
        self, platform: WeComPlatform, caller: Caller
    ) -> None:
        zhang = platform.colleague("zhang")
        li = await platform.person("wm-li")
        await li.says("转人工")
        await caller.move("wm-li", 2)
        assert await caller.text("wm-li", "在") == 95018
        assert len(platform.violations) == 1
        await zhang.accepts(li)
        await zhang.says(li, "我来看看")
        assert await caller.state("wm-li") == {
            "errcode": 0,
            "errmsg": "ok",
            "service_state": 3,
            "servicer_userid": "zhang",
        }
        listed = await caller.pull_all()
        change = listed[-2]["event"]
        assert (change["change_type"], change["new_servicer_userid"]) == (1, "zhang")
        assert (listed[-1]["origin"], listed[-1]["servicer_userid"]) == (5, "zhang")

    async def test_a_change_the_product_was_not_told_of_is_no_fault_of_its_own(
        self, platform: WeComPlatform, caller: Caller
    ) -> None:
        zhang = platform.colleague("zhang")
        li = await platform.person("wm-li")
        await li.says("转人工")
        await caller.move("wm-li", 3, "zhang")
        await zhang.ends(li)
        assert await caller.text("wm-li", "在") == 95018
        assert platform.violations == []
        await caller.pull_all()
        assert await caller.text("wm-li", "在") == 95018
        assert len(platform.violations) == 1
