"""The sessions of the platform: mirrored, changed by legal moves alone, told of by events."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from channels.errors import DeliveryError
from channels.models import Delivery
from channels.wecom.errors import KfError, MoveRefusedError
from channels.wecom.models import WecomServicer, WecomSession
from channels.wecom.sessions import ALLOWED, SessionState
from kit.clock import FrozenClock
from kit.outbox import Priority
from tests.channels.wecom.kf import KFID, MOVES, Kf, refused
from tests.channels.wecom.office import Office
from tests.support.ground import make_ground


@pytest.fixture
async def heard(office: Office, kf: Kf) -> Office:
    kf.says("开不了票")
    await office.news()
    return office


async def mirrored(office: Office) -> int | None:
    [row] = await office.rows(WecomSession)
    state: int | None = row.state
    return state


class TestMoves:
    def test_the_moves_are_those_of_the_platforms_table(self) -> None:
        assert {int(state): {int(target) for target in targets} for state, targets in ALLOWED.items()} == MOVES

    async def test_a_customer_is_handed_to_the_pool(self, heard: Office, kf: Kf) -> None:
        account = await heard.account()
        assert await heard.channel.reception.hand_over(account, "wmLi") is SessionState.POOL
        assert (kf.customer().state, await mirrored(heard)) == (2, 2)

    async def test_a_customer_is_handed_to_a_servicer(self, heard: Office, kf: Kf) -> None:
        account = await heard.account()
        assert await heard.channel.reception.hand_over(account, "wmLi", servicer="zhangsan") is SessionState.HUMAN
        assert (kf.customer().state, kf.customer().servicer) == (3, "zhangsan")

    async def test_a_servicer_who_does_not_receive_is_the_pool(self, heard: Office, kf: Kf) -> None:
        account = await heard.account()
        assert await heard.channel.reception.hand_over(account, "wmLi", servicer="lisi") is SessionState.POOL
        assert kf.customer().state == 2
        assert kf.violations == []

    async def test_who_waits_in_the_pool_can_be_given_to_a_servicer(self, heard: Office, kf: Kf) -> None:
        account, reception = await heard.account(), heard.channel.reception
        await reception.hand_over(account, "wmLi")
        assert await reception.hand_over(account, "wmLi") is SessionState.POOL
        assert await reception.hand_over(account, "wmLi", servicer="lisi") is SessionState.POOL
        assert await reception.hand_over(account, "wmLi", servicer="zhangsan") is SessionState.HUMAN
        assert kf.violations == []

    async def test_back_from_a_servicer_the_bot_speaks_at_the_customers_next_word(self, heard: Office, kf: Kf) -> None:
        account, reception = await heard.account(), heard.channel.reception
        await reception.hand_over(account, "wmLi", servicer="zhangsan")
        assert await reception.hand_back(account, "wmLi") is SessionState.ENDED
        assert await reception.hand_back(account, "wmLi") is SessionState.ENDED
        kf.says("还有个问题")
        await heard.news()
        assert (await heard.send("我在")).state == "sent"
        assert kf.violations == []

    async def test_before_anybody_has_the_customer_back_means_the_bot(self, heard: Office, kf: Kf) -> None:
        account, reception = await heard.account(), heard.channel.reception
        assert await reception.hand_back(account, "wmLi") is SessionState.BOT
        assert await reception.hand_back(account, "wmLi") is SessionState.BOT
        assert kf.customer().state == 1

    async def test_out_of_the_pool_there_is_no_way_back(self, heard: Office, kf: Kf) -> None:
        account, reception = await heard.account(), heard.channel.reception
        await reception.hand_over(account, "wmLi")
        with pytest.raises(MoveRefusedError):
            await reception.hand_back(account, "wmLi")
        assert kf.violations == []

    async def test_an_ended_session_cannot_be_changed(self, heard: Office, kf: Kf) -> None:
        account, reception = await heard.account(), heard.channel.reception
        kf.customer().state = 4
        with pytest.raises(MoveRefusedError):
            await reception.hand_over(account, "wmLi", servicer="zhangsan")
        assert kf.called("kf/service_state/trans") == []

    async def test_a_mirror_that_is_behind_is_read_again_before_giving_up(self, heard: Office, kf: Kf) -> None:
        account, reception = await heard.account(), heard.channel.reception
        await reception.hand_over(account, "wmLi")
        kf.customer().state, kf.customer().servicer = 3, "zhangsan"
        assert await reception.end(account, "wmLi") is SessionState.ENDED

    async def test_a_move_the_platform_refuses_puts_the_mirror_right(self, heard: Office, kf: Kf) -> None:
        account, reception = await heard.account(), heard.channel.reception
        await reception.state(account, "wmLi")
        kf.customer().state = 4
        kf.plan.append(("trans", refused(95016, "state change not allowed")))
        with pytest.raises(KfError):
            await reception.hand_over(account, "wmLi")
        assert await mirrored(heard) == 4


class TestMirror:
    @pytest.mark.parametrize(("change", "state"), [(1, 3), (2, 3), (3, 4), (4, 3), (9, None)])
    async def test_it_follows_what_happens_in_the_app(
        self, heard: Office, kf: Kf, change: int, state: int | None
    ) -> None:
        kf.event("session_status_change", change_type=change, new_servicer_userid="zhangsan")
        await heard.news()
        assert await mirrored(heard) == state

    async def test_after_two_days_it_is_not_believed(self, heard: Office, kf: Kf, clock: FrozenClock) -> None:
        account, reception = await heard.account(), heard.channel.reception
        assert await reception.state(account, "wmLi") is SessionState.NEW
        clock.advance(hours=48)
        assert await reception.state(account, "wmLi") is SessionState.ENDED

    async def test_who_receives_is_known_from_events(self, heard: Office, kf: Kf) -> None:
        kf.event("servicer_status_change", servicer_userid="zhangsan", status=1)
        kf.event("servicer_status_change", servicer_userid="lisi", status=1)
        kf.event("servicer_status_change", servicer_userid="lisi", status=2)
        await heard.news()
        rows = {(row.userid, row.receiving) for row in await heard.rows(WecomServicer) if row.account == KFID}
        assert rows == {("zhangsan", True), ("lisi", False)}


class TestCodes:
    async def test_one_word_goes_to_who_has_just_come_into_the_pool(self, heard: Office, kf: Kf) -> None:
        await heard.channel.reception.hand_over(await heard.account(), "wmLi")
        assert (await heard.send("前面还有 2 位，请稍等")).state == "sent"
        assert (await heard.send("再等等")).state == "parked"
        assert kf.customer().texts == ["前面还有 2 位，请稍等"]
        assert kf.violations == []

    async def test_the_pools_word_does_not_go_once_a_servicer_has_the_customer(self, heard: Office, kf: Kf) -> None:
        await heard.channel.reception.hand_over(await heard.account(), "wmLi")
        kf.customer().state = 3
        kf.event("session_status_change", change_type=1, new_servicer_userid="zhangsan")
        await heard.news()
        assert (await heard.send("前面还有 2 位")).state == "parked"
        assert kf.violations == []

    async def test_a_last_word_goes_within_the_seconds_of_the_end(
        self, heard: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        account, reception = await heard.account(), heard.channel.reception
        await reception.hand_over(account, "wmLi", servicer="zhangsan")
        await reception.end(account, "wmLi")
        clock.advance(seconds=21)
        assert (await heard.send("满意吗？")).state == "parked"
        assert kf.called("kf/send_msg_on_event") == []
        kf.says("在吗")
        await heard.news()
        await heard.work()
        await reception.hand_over(account, "wmLi", servicer="zhangsan")
        await reception.end(account, "wmLi")
        clock.advance(seconds=10)
        assert (await heard.send("这次满意吗？")).state == "sent"
        assert kf.violations == []


Step = Callable[[], Awaitable[Any]]


class SessionLife(RuleBasedStateMachine):
    """Customers, servicers, the bot and the clock do as they like; the platform never has to refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        self.clock = FrozenClock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
        self.kf = Kf(self.clock)
        self.office = self.runner.run(self._open())

    async def _open(self) -> Office:
        office = Office(await make_ground(Path(self.folder.name), clock=self.clock), self.clock, self.kf)
        await office.open()
        return office

    def teardown(self) -> None:
        self.runner.run(self.office.ground.db.close())
        self.runner.close()
        self.folder.cleanup()

    def attempt(self, step: Callable[[Any], Awaitable[Any]]) -> None:
        async def run() -> None:
            account = await self.office.account()
            try:
                await step(account)
            except MoveRefusedError:
                return

        self.runner.run(run())

    @rule()
    def customer_writes(self) -> None:
        self.kf.says()
        self.runner.run(self.office.news())
        self.runner.run(self.office.work())

    @rule(priority=some.sampled_from([Priority.BOT, Priority.PERSON]))
    def product_answers(self, priority: Priority) -> None:
        self.runner.run(self.office.send("答", priority=priority))

    @rule(servicer=some.sampled_from([None, "zhangsan", "lisi"]))
    def hand_over(self, servicer: str | None) -> None:
        reception = self.office.channel.reception
        self.attempt(lambda account: reception.hand_over(account, "wmLi", servicer=servicer))

    @rule()
    def hand_back(self) -> None:
        self.attempt(lambda account: self.office.channel.reception.hand_back(account, "wmLi"))

    @rule()
    def end(self) -> None:
        self.attempt(lambda account: self.office.channel.reception.end(account, "wmLi"))

    @rule()
    def servicer_takes(self) -> None:
        if self.kf.customer().state == 2:
            self.kf.customer().state = 3
            self.kf.event("session_status_change", change_type=1, new_servicer_userid="zhangsan")
            self.runner.run(self.office.news())

    @rule()
    def servicer_ends(self) -> None:
        if self.kf.customer().state == 3:
            self.kf.customer().state = 4
            self.kf.event("session_status_change", change_type=3, old_servicer_userid="zhangsan", msg_code="gone")
            self.kf.codes["gone"] = ("wmLi", 4, self.clock.now().replace(year=2030))
            self.runner.run(self.office.news())

    @rule(hours=some.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours=hours)
        self.runner.run(self.office.sweep())

    @invariant()
    def nothing_was_asked_against_the_rules(self) -> None:
        assert self.kf.violations == []

    @invariant()
    def nothing_is_without_a_state_staff_can_see(self) -> None:
        async def states() -> set[str]:
            return {row.state for row in await self.office.rows(Delivery)}

        assert self.runner.run(states()) <= {"sent", "parked"}


TestSessionLife = pytest.mark.sqlite(SessionLife.TestCase)
# A life takes a while, so a failing one is shown as it was found: to make it short would take minutes.
TestSessionLife.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


class TestUnexpectedAnswers:
    async def test_a_state_nobody_knows_is_asked_for_again_later(self, heard: Office, kf: Kf) -> None:
        kf.customer().state = 7
        with pytest.raises(DeliveryError):
            await heard.channel.reception.state(await heard.account(), "wmLi")
