"""What stands between a queued message and the platform: windows, parts, pace, and what the platform answers."""

from datetime import timedelta

import pytest
from sqlmodel import select

from channels.delivery import NotRetriableError, out_queue, retry_delivery
from channels.errors import (
    AccountClosedError,
    AddressMovedError,
    DeliveryDelayedError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
    WindowClosedError,
)
from channels.models import AccountPace, Allowance, DeliveryState
from channels.port import Attachment, Capabilities, MediaKind, Opening, Rate, TextUnit
from channels.testing import FakeChannel
from channels.windows import window_of
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import Priority, claim, reap
from kit.outbox.models import Job
from tests.channels.post import Post, failing

THREAD = "fake:main:li"
WRITES = Opening(by="message", quota=5, lasts=timedelta(hours=48))
CLICKS = Opening(by="click", quota=3, lasts=timedelta(minutes=1))


def windowed(**more: object) -> FakeChannel:
    able = Capabilities(text_limit=2000, text_unit=TextUnit.UTF8, windowed=True, attachments=frozenset(MediaKind))
    return FakeChannel(capabilities=able, **more)  # type: ignore[arg-type]  # Passed on as they are.


async def jobs_left(ground: Ground) -> int:
    async with ground.db.reading() as session:
        return len((await session.exec(select(Job).where(Job.kind == "delivery.due"))).all())


class TestTheReplyWindow:
    async def test_a_reply_before_any_opening_waits_where_staff_see_it(self, ground: Ground) -> None:
        post = Post(ground, windowed())
        await post.put("一")
        await post.work()
        assert (post.channel.calls, await post.states(), post.told) == (0, ["parked"], [("m:一", "parked")])
        assert await jobs_left(ground) == 0

    async def test_what_waited_goes_out_as_one_when_the_person_writes(self, ground: Ground) -> None:
        post = Post(ground, windowed())
        await post.put("一", "二", "三")
        await post.work()
        await post.hear("p1", opening=WRITES)
        await post.work()
        assert post.channel.texts("li") == ["一\n\n二\n\n三"]
        assert await post.states() == ["sent"] * 3
        assert post.told[-3:] == [("m:一", "sent"), ("m:二", "sent"), ("m:三", "sent")]
        first, second, _third = await post.all()
        assert (first.carried_by, second.carried_by) == (None, "m:一")

    async def test_the_bot_leaves_the_last_message_of_a_quota_to_staff(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        post = Post(ground, windowed())
        await post.hear("p1", opening=WRITES)
        for text in "一二三四五":
            await post.put(text)
            await post.work()
        assert await post.states() == ["sent"] * 4 + ["parked"]
        async with ground.db.reading() as session:
            window = await window_of(session, clock.now(), THREAD)
        assert window is not None
        assert window.quota_left == 1
        await post.put("您好，我是王芳。", author="staff", priority=Priority.PERSON)
        await post.work()
        assert post.channel.texts("li")[-1] == "您好，我是王芳。"

    async def test_an_opening_begins_anew_and_adds_nothing(self, ground: Ground, clock: FrozenClock) -> None:
        post = Post(ground, windowed())
        await post.hear("p1", opening=WRITES)
        await post.hear("p2", opening=WRITES)
        async with ground.db.reading() as session:
            window = await window_of(session, clock.now(), THREAD)
        assert window is not None
        assert window.quota_left == 5

    async def test_what_closes_first_is_used_first(self, ground: Ground, clock: FrozenClock) -> None:
        post = Post(ground, windowed())
        await post.hear("p1", opening=WRITES)
        await post.hear("p2", opening=CLICKS)
        await post.put("一")
        await post.work()
        async with ground.db.reading() as session:
            left = {row.opened_by: row.quota_left for row in (await session.exec(select(Allowance))).all()}
        assert left == {"message": 5, "click": 2}
        clock.advance(minutes=2)
        async with ground.db.reading() as session:
            window = await window_of(session, clock.now(), THREAD)
        assert window is not None
        assert (window.quota_left, window.closes_at - clock.now()) == (5, timedelta(hours=47, minutes=58))

    async def test_after_the_window_has_closed_nothing_is_tried(self, ground: Ground, clock: FrozenClock) -> None:
        post = Post(ground, windowed())
        await post.hear("p1", opening=WRITES)
        clock.advance(hours=48)
        await post.put("一")
        await post.work()
        assert (post.channel.calls, await post.states()) == (0, ["parked"])

    async def test_the_platform_counts_better_than_we_do(self, ground: Ground) -> None:
        post = Post(
            ground, windowed(before=failing(1, lambda: WindowClosedError("45047", "out of response count limit")))
        )
        await post.hear("p1", opening=WRITES)
        await post.put("一", "二")
        await post.work()
        assert (post.channel.calls, await post.states()) == (1, ["parked"] * 2)
        assert (await post.all())[0].error_code == "45047"
        await post.hear("p2", opening=WRITES)
        await post.work()
        assert post.channel.texts("li") == ["一\n\n二"]

    async def test_a_message_that_was_not_sent_costs_nothing(self, ground: Ground, clock: FrozenClock) -> None:
        post = Post(ground, windowed(before=failing(1, lambda: DeliveryDelayedError("-1", "busy", retry_after_s=5))))
        await post.hear("p1", opening=WRITES)
        await post.put("一")
        await post.work()
        clock.advance(seconds=6)
        await post.work()
        async with ground.db.reading() as session:
            window = await window_of(session, clock.now(), THREAD)
        assert window is not None
        assert window.quota_left == 4

    async def test_each_part_of_a_long_message_is_counted_and_none_is_sent_twice(self, ground: Ground) -> None:
        picture = Attachment(id="a", name="错误.png", mime="image/png", size=3)
        post = Post(ground, windowed())
        opening = Opening(by="message", quota=2, lasts=timedelta(hours=48))
        await post.hear("p1", opening=opening)
        await post.put("好" * 700, files=[picture], author="staff", priority=Priority.PERSON)
        await post.work()
        (row,) = await post.all()
        assert (row.state, row.parts_sent) == ("parked", 2)
        await post.hear("p2", opening=opening)
        await post.work()
        assert [len(sent.message.text) for sent in post.channel.sent] == [666, 34, 0]
        assert [sent.key for sent in post.channel.sent] == [row.key, f"{row.key}/2", f"{row.key}/3"]
        assert post.told == [(row.key, "parked"), (row.key, "sent")]


class TestAnswersOfThePlatform:
    async def test_an_unknown_outcome_is_not_resent_and_its_companions_share_it(self, ground: Ground) -> None:
        post = Post(ground, windowed(before=failing(1, lambda: OutcomeUnknownError("timeout", "no answer in 10 s"))))
        await post.put("一", "二")
        await post.work()
        await post.hear("p1", opening=WRITES)
        await post.work()
        assert (post.channel.calls, await post.states()) == (1, ["unknown"] * 2)

    async def test_staff_may_send_again_what_did_not_arrive_and_nothing_else(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        post = Post(ground, windowed(before=failing(1, lambda: OutcomeUnknownError("timeout", "no answer in 10 s"))))
        await post.hear("p1", opening=WRITES)
        await post.put("一")
        await post.work()
        async with ground.db.transaction() as session:
            await retry_delivery(session, clock.now(), "m:一")
        await post.work()
        assert post.channel.texts("li") == ["一"]
        with pytest.raises(NotRetriableError):
            async with ground.db.transaction() as session:
                await retry_delivery(session, clock.now(), "m:一")

    async def test_who_has_blocked_us_is_left_alone_until_the_person_is_back(self, ground: Ground) -> None:
        able = Capabilities(text_limit=4096, rate=Rate(chat_every_s=1))
        blocked = failing(1, lambda: PersonUnreachableError("403", "bot was blocked by the user"))
        post = Post(ground, FakeChannel(capabilities=able, before=blocked))
        await post.put("一")
        await post.work()
        await post.put("二")
        await post.work()
        assert (post.channel.calls, await post.states()) == (1, ["failed"] * 2)
        assert (await post.all())[1].error_text == "bot was blocked by the user"
        await post.hear("p1", back=True)
        await post.put("三")
        await post.work()
        assert (await post.states())[2] == "queued"  # The person's second is not over yet.

    async def test_a_closed_account_sends_nothing_until_it_opens_and_loses_nothing(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        flood = failing(1, lambda: AccountClosedError("429", "retry after 30", retry_after_s=30))
        post = Post(
            ground, FakeChannel(capabilities=Capabilities(text_limit=4096, windowed=False), before=flood), gated=True
        )
        await post.put("一", who="li")
        await post.work()
        await post.put("二", who="zhao")
        await post.work()
        clock.advance(seconds=29)
        await post.work()
        assert post.channel.calls == 1
        clock.advance(seconds=2)
        await post.work()
        assert (post.channel.calls, await post.states()) == (3, ["sent"] * 2)
        async with ground.db.reading() as session:
            pace = (await session.exec(select(AccountPace))).one()
        assert pace.closed_code is None

    async def test_a_broken_account_is_marked_with_the_platforms_words(self, ground: Ground) -> None:
        broken = failing(
            9, lambda: AccountClosedError("40164", "invalid ip, not in whitelist", retry_after_s=60, broken=True)
        )
        post = Post(ground, FakeChannel(capabilities=Capabilities(text_limit=4096), before=broken), gated=True)
        await post.put("一", "二", "三")
        await post.work()
        async with ground.db.reading() as session:
            pace = (await session.exec(select(AccountPace))).one()
        assert (pace.broken, pace.closed_code, post.channel.calls) == (True, "40164", 1)
        assert await post.states() == ["queued"] * 3

    async def test_who_has_moved_is_written_to_at_the_new_address(self, ground: Ground, clock: FrozenClock) -> None:
        moved = failing(1, lambda: AddressMovedError("400", "group chat was upgraded", address="-100li"))
        post = Post(ground, FakeChannel(capabilities=Capabilities(text_limit=4096), before=moved))
        await post.put("一", "二")
        await post.work()
        clock.advance(seconds=1)
        await post.work()
        assert post.channel.texts("-100li") == ["一", "二"]
        assert post.channel.texts("li") == []

    async def test_what_is_too_late_to_be_of_use_is_not_sent(self, ground: Ground, clock: FrozenClock) -> None:
        post = Post(ground, FakeChannel())
        await post.put("欢迎", expires_in=timedelta(seconds=20))
        clock.advance(seconds=20)
        await post.work()
        assert (post.channel.calls, await post.states(), post.told) == (0, ["expired"], [("m:欢迎", "expired")])

    async def test_the_last_failed_try_is_a_state_staff_see_and_no_job_is_left(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        post = Post(ground, FakeChannel(before=failing(99, lambda: DeliveryDelayedError("-1", "system busy"))))
        await post.put("一")
        for _ in range(9):
            await post.work()
            clock.advance(minutes=11)
        assert (post.channel.calls, await post.states()) == (8, [DeliveryState.FAILED])
        assert post.told == [("m:一", "failed")]
        assert await jobs_left(ground) == 0


class TestPace:
    async def test_one_person_is_written_to_once_a_second(self, ground: Ground, clock: FrozenClock) -> None:
        able = Capabilities(text_limit=4096, rate=Rate(per_second=25, burst=5, chat_every_s=1))
        post = Post(ground, FakeChannel(capabilities=able), gated=True)
        await post.put("一", "二")
        await post.put("通知", priority=Priority.NOTICE)
        for sent in (1, 2, 3):
            await post.work()
            assert len(post.channel.sent) == sent
            clock.advance(seconds=1, milliseconds=1)

    async def test_an_account_sends_its_burst_and_then_at_its_rate(self, ground: Ground, clock: FrozenClock) -> None:
        able = Capabilities(text_limit=4096, rate=Rate(per_second=10, burst=3))
        post = Post(ground, FakeChannel(capabilities=able), gated=True)
        for number in range(20):
            await post.put(f"第{number}条", who=f"p{number}")
        await post.work()
        assert len(post.channel.sent) == 3
        for _ in range(10):
            clock.advance(milliseconds=100)
            await post.work()
        assert len(post.channel.sent) == 13

    async def test_a_reply_by_a_person_overtakes_every_notice(self, ground: Ground, clock: FrozenClock) -> None:
        able = Capabilities(text_limit=4096, rate=Rate(per_second=10, burst=1))
        post = Post(ground, FakeChannel(capabilities=able), gated=True)
        for number in range(20):
            await post.put(f"第{number}条", who="li", priority=Priority.BROADCAST)
        await post.work()
        await post.put("我来看一下。", who="li", author="staff", priority=Priority.PERSON)
        clock.advance(milliseconds=101)
        await post.work()
        assert post.channel.texts("li")[-1] == "我来看一下。"


class TestAKeyThePlatformHasSeen:
    """It stands for what it was given with it: nothing may be added to a second try, and nothing left out."""

    @staticmethod
    def knowing(**more: object) -> FakeChannel:
        able = Capabilities(text_limit=2000, text_unit=TextUnit.UTF8, windowed=True, idempotent=True)
        return FakeChannel(capabilities=able, **more)  # type: ignore[arg-type]  # Passed on as they are.

    async def test_what_came_later_does_not_travel_with_a_second_try(self, ground: Ground, clock: FrozenClock) -> None:
        lost = failing(1, lambda: OutcomeUnknownError("timeout", "no answer in 10 s"))
        post = Post(ground, self.knowing(before=lost))
        await post.hear("p1", opening=WRITES)
        await post.put("一", "二")
        await post.work()
        await post.put("三")
        clock.advance(minutes=1)
        await post.work()
        assert post.channel.texts("li") == ["一\n\n二", "三"]
        assert await post.states() == ["sent"] * 3

    async def test_a_worker_that_died_before_the_call_leaves_nobody_untold(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        post = Post(ground, self.knowing())
        await post.hear("p1", opening=WRITES)
        await post.put("一", "二")
        async with ground.db.transaction() as session:
            [job] = await claim(session, clock.now(), queue=out_queue("fake", "main"), limit=1, lease_s=30)
            await post.sender._begin(session, job)
        clock.advance(minutes=1)
        async with ground.db.transaction() as session:
            await reap(session, clock.now())
        await post.work()
        assert post.channel.texts("li") == ["一\n\n二"]
        assert await post.states() == ["sent"] * 2

    async def test_a_refusal_after_a_try_in_doubt_leaves_it_in_doubt(self, ground: Ground, clock: FrozenClock) -> None:
        answers = iter([OutcomeUnknownError("timeout", "no answer"), DeliveryRefusedError("95001", "too late")])

        def before(_key: str) -> None:
            raise next(answers)

        post = Post(ground, self.knowing(before=before))
        await post.hear("p1", opening=WRITES)
        await post.put("一")
        await post.work()
        clock.advance(minutes=1)
        await post.work()
        (row,) = await post.all()
        assert (row.state, row.error_code) == ("unknown", "95001")

    async def test_what_has_certainly_failed_is_sent_anew_under_a_new_key_and_a_doubt_under_the_old(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        answers = [DeliveryRefusedError("1", "no"), DeliveryRefusedError("1", "no")]
        keys = []

        def before(key: str) -> None:
            keys.append(key)
            if answers:
                raise answers.pop()

        post = Post(ground, self.knowing(before=before))
        await post.hear("p1", opening=WRITES)
        await post.put("一")
        await post.work()
        for _ in range(2):
            async with ground.db.transaction() as session:
                await retry_delivery(session, clock.now(), "m:一")
            await post.work()
        assert keys == ["m:一", "m:一~1", "m:一~2"]
        assert post.channel.texts("li") == ["一"]
