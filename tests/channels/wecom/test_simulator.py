"""The whole way over the shipped simulator, which is written from the platform's documents by itself."""

import pytest

from channels.port import Button
from channels.simulator.faults import Drop, Garbage, Refuse, Stall, Twice
from channels.wecom.checks import check
from channels.wecom.models import WecomServicerMessage
from kit.clock import FrozenClock
from kit.outbox import Priority
from tests.channels.wecom.kf import CORP
from tests.channels.wecom.scene import Scene

YES = Button(id="yes", label="解决了")


class TestStory:
    async def test_the_address_verifies_and_the_check_is_happy(self, scene: Scene) -> None:
        assert await scene.platform.verify(scene.corp)
        await (await scene.li()).says("在吗")
        await scene.work()
        steps = await check(scene.office.context, await scene.office.account())
        assert [step.step for step in steps if not step.ok] == []

    async def test_a_question_an_answer_and_a_pressed_reply(self, scene: Scene) -> None:
        li = await scene.li()
        await li.says("开不了票")
        await scene.work()
        assert await scene.office.texts() == ["开不了票"]
        await scene.office.send("请按 F5，解决了吗？", buttons=(YES,))
        assert li.last.buttons == ["解决了"]
        await li.presses("解决了")
        await scene.work()
        assert (await scene.office.inbound())[-1].button == "yes"
        assert scene.platform.violations == []

    async def test_who_comes_in_is_greeted_in_time(self, scene: Scene) -> None:
        li = await scene.li()
        await li.enters(scene_param="bind-7")
        await scene.work()
        assert [(message.command, message.argument) for message in await scene.office.inbound()] == [
            ("start", "bind-7")
        ]
        assert (await scene.office.send("您好")).state == "sent"
        assert [arrived.text for arrived in li.inbox] == ["您好"]
        assert (await scene.office.send("还在吗")).state == "parked"
        assert scene.platform.violations == []

    async def test_a_greeting_that_is_late_stays_here(self, scene: Scene, clock: FrozenClock) -> None:
        li = await scene.li()
        await li.enters()
        await scene.work()
        clock.advance(seconds=21)
        assert (await scene.office.send("您好")).state == "parked"
        assert li.inbox == []
        assert scene.platform.violations == []

    async def test_to_a_servicer_and_back(self, scene: Scene, clock: FrozenClock) -> None:
        li, zhang = await scene.li(), scene.platform.colleague("zhangsan")
        await li.says("找人工")
        await scene.work()
        account, reception = await scene.office.account(), scene.office.channel.reception
        await reception.hand_over(account, "wmLi")
        assert (await scene.office.send("前面还有 1 位")).state == "sent"
        await zhang.accepts(li)
        await zhang.says(li, "我来处理")
        await scene.work()
        assert (await scene.office.send("机器人插话")).state == "parked"
        assert [row.text for row in await scene.office.rows(WecomServicerMessage)] == ["我来处理"]
        await zhang.ends(li)
        await scene.work()
        clock.advance(seconds=30)
        await li.says("又有问题")
        await scene.work()
        assert [arrived.text for arrived in li.inbox] == ["前面还有 1 位", "我来处理", "机器人插话"]
        assert scene.platform.violations == []

    async def test_who_rests_is_not_asked_twice(self, scene: Scene) -> None:
        li, zhang = await scene.li(), scene.platform.colleague("zhangsan")
        await zhang.rests()
        await li.says("找人工")
        await scene.work()
        reception = scene.office.channel.reception
        assert await reception.hand_over(await scene.office.account(), "wmLi", servicer="zhangsan") == 2
        assert scene.platform.violations == []

    async def test_a_customer_who_refuses_is_found_out(self, scene: Scene) -> None:
        li = await scene.li()
        await li.says("一")
        await scene.work()
        await li.blocks()
        sent = await scene.office.send("收到吗")
        await scene.work()
        failed = await scene.office.delivery(sent.key)
        assert (failed.state, failed.error_text) == ("failed", "客户已拒收消息")

    async def test_all_that_the_window_allows_and_nothing_more(self, scene: Scene, clock: FrozenClock) -> None:
        li = await scene.li()
        for _round in range(3):
            await li.says("在吗")
            await scene.work()
            for priority in (Priority.BOT,) * 6 + (Priority.PERSON,) * 3:
                await scene.office.send("答", priority=priority)
            clock.advance(hours=5)
        clock.advance(hours=48)
        await scene.office.send("太晚了")
        assert scene.platform.violations == []
        assert len(li.inbox) == 15

    async def test_files_go_both_ways(self, scene: Scene) -> None:
        li = await scene.li()
        await li.sends("image", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "屏幕.png")
        await scene.work()
        [media] = (await scene.office.inbound())[0].media
        assert media["kind"] == "image"


class TestTrouble:
    async def test_a_dropped_callback_is_found_by_the_sweep(self, scene: Scene, clock: FrozenClock) -> None:
        await scene.office.sweep()
        scene.platform.faults.add("/hooks/wecom", Drop())
        await (await scene.li()).says("没人告诉你们")
        await scene.work()
        assert await scene.office.texts() == []
        clock.advance(seconds=121)
        await scene.office.sweep()
        assert await scene.office.texts() == ["没人告诉你们"]
        assert scene.platform.violations == []

    async def test_a_callback_told_twice_is_one_message(self, scene: Scene) -> None:
        scene.platform.faults.add("/hooks/wecom", Twice())
        await (await scene.li()).says("一")
        await scene.work()
        assert await scene.office.texts() == ["一"]

    @pytest.mark.parametrize("carried_out", [True, False])
    async def test_a_stall_is_told_once(
        self,
        scene: Scene,
        clock: FrozenClock,
        carried_out: bool,  # noqa: FBT001 - a parameter of the case.
    ) -> None:
        li = await scene.li()
        await li.says("一")
        await scene.work()
        scene.platform.faults.add("send_msg", Stall(carried_out=carried_out))
        await scene.office.send("就一次", key="k")
        clock.advance(minutes=1)
        await scene.work()
        assert (await scene.office.delivery("k")).state == "sent"
        assert [arrived.text for arrived in li.inbox] == ["就一次"]
        assert scene.platform.violations == []

    async def test_a_revoked_token_is_no_trouble(self, scene: Scene) -> None:
        li = await scene.li()
        await li.says("一")
        await scene.work()
        scene.platform.tokens.revoke(CORP)
        assert (await scene.office.send("答")).state == "sent"

    async def test_an_address_not_on_the_list_pauses_the_account(self, scene: Scene) -> None:
        await (await scene.li()).says("一")
        await scene.work()
        scene.corp.whitelist = {"192.0.2.1"}
        delivery = await scene.office.send("答")
        assert (delivery.state, delivery.error_code) == ("queued", "60020")

    async def test_gateways_and_limits_hold_nothing_up_for_ever(self, scene: Scene, clock: FrozenClock) -> None:
        li = await scene.li()
        scene.platform.faults.add("sync_msg", Garbage(), times=2)
        scene.platform.faults.add("sync_msg", Refuse(code=45009))
        await li.says("一")
        for _ in range(40):
            await scene.work()
            clock.advance(seconds=60)
            await scene.office.sweep()
        assert await scene.office.texts() == ["一"]
        assert len([call for call in scene.platform.calls if call.path == "kf/sync_msg"]) < 40
        assert scene.platform.violations == []

    async def test_what_is_older_than_three_days_is_what_the_platform_forgets(
        self, scene: Scene, clock: FrozenClock
    ) -> None:
        await scene.office.sweep()
        scene.platform.faults.add("/hooks/wecom", Drop(), times=2)
        li = await scene.li()
        await li.says("太早")
        clock.advance(hours=71)
        await li.says("还在")
        clock.advance(hours=1, seconds=1)
        await scene.office.sweep()
        assert await scene.office.texts() == ["还在"]
