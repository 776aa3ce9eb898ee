from collections.abc import Callable

import pytest
from sqlmodel import select

from channels.delivery import Recipient, out_queue, queue
from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.models import Delivery, DeliveryState
from channels.port import Capabilities, Outbound
from channels.sending import Sender
from channels.testing import FakeChannel
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox.runner import Runner

TO = Recipient(channel="fake", account="main", address="li")


class Post:
    """A delivery queue over one fake platform."""

    def __init__(self, ground: Ground, channel: FakeChannel) -> None:
        self.ground = ground
        self.told: list[tuple[str, str]] = []
        sender = Sender(db=ground.db, clock=ground.clock, channels={"fake": channel}, listener=self._listen)
        self.runner = Runner(
            ground.db, ground.clock, out_queue("fake", "main"), independent={"delivery.due": sender.handle}
        )

    async def _listen(self, _session: AsyncSession, key: str, state: DeliveryState) -> None:
        self.told.append((key, state))

    async def put(self, *texts: str) -> None:
        async with self.ground.db.transaction() as session:
            for text in texts:
                await queue(session, self.ground.clock.now(), key=f"m:{text}", to=TO, message=Outbound(text=text))

    async def work(self) -> None:
        while await self.runner.run_once():
            pass

    async def all(self) -> list[Delivery]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Delivery).order_by(Delivery.id))).all())  # type: ignore[arg-type]  # A column at class level.


def failing(times: int, error: Callable[[], Exception]) -> Callable[[str], None]:
    left = [times]

    def before(_key: str) -> None:
        if left[0]:
            left[0] -= 1
            raise error()

    return before


class TestSending:
    async def test_messages_to_one_person_go_out_in_order_and_are_recorded(self, ground: Ground) -> None:
        channel = FakeChannel()
        post = Post(ground, channel)
        await post.put("一", "二", "三")
        await post.work()
        assert channel.texts("li") == ["一", "二", "三"]
        assert {row.state for row in await post.all()} == {DeliveryState.SENT}
        assert [state for _key, state in post.told] == [DeliveryState.SENT] * 3

    async def test_a_refusal_is_final_and_keeps_the_platforms_own_words(self, ground: Ground) -> None:
        channel = FakeChannel(before=failing(1, lambda: DeliveryRefusedError("45015", "out of window")))
        post = Post(ground, channel)
        await post.put("一", "二")
        await post.work()
        first, second = await post.all()
        assert (first.state, first.error_code, first.error_text) == ("failed", "45015", "out of window")
        assert second.state == DeliveryState.SENT
        assert channel.calls == 2

    async def test_a_delay_is_tried_again_when_the_platform_said_and_order_holds(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        delayed = failing(1, lambda: DeliveryDelayedError("429", "slow down", retry_after_s=30))
        channel = FakeChannel(before=delayed)
        post = Post(ground, channel)
        await post.put("一", "二")
        await post.work()
        assert channel.sent == []
        clock.advance(seconds=31)
        await post.work()
        assert channel.texts("li") == ["一", "二"]

    async def test_a_platform_that_never_recovers_ends_in_a_visible_failure(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        channel = FakeChannel(before=failing(99, lambda: DeliveryDelayedError("502", "bad gateway")))
        post = Post(ground, channel)
        await post.put("一")
        for _ in range(10):
            await post.work()
            clock.advance(minutes=11)
        (row,) = await post.all()
        assert (row.state, row.attempts) == (DeliveryState.FAILED, 8)
        assert post.told == [("m:一", DeliveryState.FAILED)]


class TestUnknownOutcome:
    @pytest.mark.parametrize(("idempotent", "state", "calls"), [(True, "sent", 2), (False, "unknown", 1)])
    async def test_an_unexpected_break_is_repeated_only_where_the_platform_drops_repeats(
        self, ground: Ground, clock: FrozenClock, *, idempotent: bool, state: str, calls: int
    ) -> None:
        channel = FakeChannel(
            capabilities=Capabilities(text_limit=100, idempotent=idempotent),
            before=failing(1, lambda: RuntimeError("connection lost after sending")),
        )
        post = Post(ground, channel)
        await post.put("一")
        await post.work()
        clock.advance(hours=1)
        await post.work()
        (row,) = await post.all()
        assert (row.state, channel.calls) == (state, calls)
