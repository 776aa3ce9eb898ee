import pytest

from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.models import DeliveryState
from channels.port import Capabilities
from channels.testing import FakeChannel
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.post import Post, failing


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
