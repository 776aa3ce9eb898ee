"""The whole product beside the simulated platform: what arrives on the phone, and by which way."""

from typing import Any

import pytest

from channels.models import DeliveryState
from channels.simulator.faults import LoseAnswer, Twice
from channels.wechat.waiting import Waiting
from kit.bus import Listener
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.i18n import translate
from tests.support.platforms import PlatformDesk, make_platform_desk

QUESTION = "登录不上"
LATER = translate("channels.wechat.passive.later", "zh")


class Working(Waiting):
    """While a push waits, the product works; for the first ``idle`` pushes it has something else to do."""

    def __init__(self, desk: PlatformDesk) -> None:
        super().__init__()
        self.desk = desk
        self.idle = 0

    async def hear(self, listener: Listener, seconds: float) -> bool:
        if self.idle:
            self.idle -= 1
            self.desk.clock.advance(seconds=seconds)
            return False
        # Past the moment in which another line might follow; the product itself takes no time.
        self.desk.clock.advance(seconds=min(seconds, 0.15))
        await self.desk.pump()
        return await listener.wait(0)

    async def pause(self, seconds: float) -> None:
        self.desk.clock.advance(seconds=seconds)


async def desk_of(ground: Ground, clock: FrozenClock, **settings: Any) -> tuple[PlatformDesk, Working]:
    desk = await make_platform_desk(ground, clock, "wechat", **settings)
    working = Working(desk)
    desk.app.state.wechat_waiting = working
    return desk, working


class TestVerifiedAccount:
    @pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
    async def test_a_ready_answer_goes_back_with_the_push_and_costs_nothing(
        self, ground: Ground, clock: FrozenClock, mode: str
    ) -> None:
        desk, _ = await desk_of(ground, clock, mode=mode)
        li = (await desk.customer()).person
        await li.says(QUESTION)
        assert [arrived.via for arrived in li.inbox] == ["passive"]
        assert "解决了" in li.last.buttons
        await desk.pump()
        assert [row.state for row in await desk.deliveries()] == [DeliveryState.SENT]
        assert (desk.simulated.calls, desk.simulated.violations) == ([], [])

    async def test_its_quick_replies_can_be_pressed(self, ground: Ground, clock: FrozenClock) -> None:
        desk, _ = await desk_of(ground, clock)
        li = (await desk.customer()).person
        await li.says(QUESTION)
        await li.presses("没解决")
        pressed = (await desk.inbound())[-1]
        assert (pressed.text, pressed.button is not None) == ("没解决", True)
        assert [arrived.via for arrived in li.inbox] == ["passive", "passive"]

    async def test_a_late_answer_is_sent_by_itself(self, ground: Ground, clock: FrozenClock) -> None:
        desk, working = await desk_of(ground, clock)
        working.idle = 1
        li = (await desk.customer()).person
        await li.says(QUESTION)
        assert li.inbox == []
        await desk.later(seconds=1)
        assert [arrived.via for arrived in li.inbox] == ["custom/send"]
        assert desk.simulated.violations == []

    @pytest.mark.parametrize("fault", [Twice(), LoseAnswer()])
    async def test_a_push_that_is_repeated_is_answered_once(
        self, ground: Ground, clock: FrozenClock, fault: Twice | LoseAnswer
    ) -> None:
        desk, _ = await desk_of(ground, clock)
        li = (await desk.customer()).person
        desk.simulated.faults.add("/hooks/", fault)
        await li.says(QUESTION)
        await desk.later(seconds=1)
        assert len(await desk.inbound()) == 1
        assert len(set(li.texts)) == 1
        assert len(await desk.deliveries()) == 1
        assert desk.simulated.calls == []


class TestUnverifiedAccount:
    """The platform would refuse every call: nothing may go any other way than back with a push."""

    async def scene(self, ground: Ground, clock: FrozenClock, *, idle: int) -> tuple[PlatformDesk, Any]:
        desk, working = await desk_of(ground, clock, verified=False)
        working.idle = idle
        # The platform has hung up before a try that has no answer ends.
        if idle:
            desk.simulated.faults.add("/hooks/", LoseAnswer(), times=min(idle, 2))
        person = (await desk.customer()).person
        await person.says(QUESTION)
        return desk, person

    @pytest.mark.parametrize("idle", [0, 1, 2])
    async def test_the_first_second_or_third_try_brings_the_answer(
        self, ground: Ground, clock: FrozenClock, idle: int
    ) -> None:
        desk, li = await self.scene(ground, clock, idle=idle)
        assert [arrived.via for arrived in li.inbox] == ["passive"]
        assert "登录" in li.last.text
        await desk.later(seconds=60)
        assert [row.state for row in await desk.deliveries()] == [DeliveryState.SENT]
        assert (len(await desk.inbound()), desk.simulated.calls, desk.simulated.violations) == (1, [], [])

    async def test_what_is_later_still_waits_in_sight_and_is_fetched_with_one_digit(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        desk, li = await self.scene(ground, clock, idle=3)
        assert li.texts == [LATER]
        await desk.later(seconds=1)
        assert [row.state for row in await desk.deliveries()] == [DeliveryState.PARKED]
        await li.says("1")
        assert "登录" in li.last.text
        await desk.later(seconds=1)
        assert [row.state for row in await desk.deliveries()] == [DeliveryState.SENT]
        assert (len(await desk.inbound()), desk.simulated.calls, desk.simulated.violations) == (1, [], [])
