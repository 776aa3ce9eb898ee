"""The answer goes back with the push it answers where it is ready in time, and never twice."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from channels.models import Delivery, DeliveryState
from channels.port import Attachment, Button, Outbound
from channels.simulator.xml import read_xml
from channels.tencent.cipher import MessageCipher
from channels.wechat.models import PassiveReply
from channels.wechat.patience import PROBE_EVERY, Patience
from channels.wechat.receiving import CUT_AFTER_S
from channels.wechat.replies import Envelope
from channels.wechat.settings import LONGEST_WAIT_S
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import translate
from kit.outbox import reap
from tests.channels.wechat.hook import APP, KEY, LI, TOKEN, Answering, Hook

LATER = translate("channels.wechat.passive.later", "zh")
MORE = translate("channels.wechat.passive.more", "zh")
PDF = Attachment(id="f1", name="发票.pdf", mime="application/pdf", size=10)


@pytest.fixture
async def hook(ground: Ground, clock: FrozenClock) -> AsyncIterator[Hook]:
    """An account with the customer service interface."""
    async with Hook(ground, clock) as opened:
        yield opened


@pytest.fixture
async def bare(ground: Ground, clock: FrozenClock) -> AsyncIterator[Hook]:
    """An account without it."""
    async with Hook(ground, clock, name="gh_bare", settings={"verified": False}) as opened:
        yield opened


class TestInTime:
    @pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
    @pytest.mark.parametrize("as_json", [False, True], ids=["xml", "json"])
    async def test_a_ready_answer_is_the_reply_in_the_form_of_the_push(
        self, ground: Ground, clock: FrozenClock, mode: str, *, as_json: bool
    ) -> None:
        async with Hook(ground, clock, mode=mode) as hook:
            hook.waiting.during.append(hook.answering("在的 ]]> <b>"))
            response = await hook.push(hook.fields(), as_json=as_json)
            assert response.headers["content-type"].split(";")[0] == f"application/{'json' if as_json else 'xml'}"
            assert hook.reply_in(response) == "在的 ]]&gt; &lt;b>".replace("&gt;", ">")
            await hook.work()
            (delivery,) = await hook.deliveries()
            assert (delivery.state, delivery.provider_id) == ("sent", "passive:m:1001")
            assert hook.channel.calls == 0

    async def test_the_message_is_stored_before_anybody_waits(self, hook: Hook) -> None:
        async def look() -> None:
            assert len(await hook.inbound()) == 1

        hook.waiting.during.append(look)
        await hook.say()
        assert hook.waiting.asked == [0.3]

    async def test_events_are_answered_the_same(self, hook: Hook) -> None:
        hook.waiting.during.append(hook.answering("欢迎关注"))
        assert hook.reply_in(await hook.push(hook.event("subscribe", ""))) == "欢迎关注"

    async def test_quick_replies_are_tappable_in_the_text(self, hook: Hook) -> None:
        hook.waiting.during.append(hook.answering("好了吗？", buttons=(Button(id="works:7", label="好了"),)))
        told = await hook.say()
        assert told is not None
        assert "msgmenuid=works" in told
        assert told.startswith("好了吗？")

    async def test_a_retry_whose_answer_was_lost_gets_the_same_answer(self, hook: Hook) -> None:
        sent = hook.fields()
        hook.waiting.during.append(hook.answering("在的"))
        assert hook.reply_in(await hook.push(sent)) == "在的"
        await hook.work()
        for _ in range(2):
            assert hook.reply_in(await hook.push(sent)) == "在的"
        assert (len(await hook.inbound()), hook.channel.calls) == (1, 0)

    async def test_a_retry_finds_what_came_just_too_late_for_the_first_try(self, hook: Hook) -> None:
        sent = hook.fields()
        hook.waiting.deaf = True
        hook.waiting.during.append(hook.answering("在的"))
        assert hook.reply_in(await hook.push(sent)) is None
        assert hook.reply_in(await hook.push(sent)) == "在的"

    async def test_each_of_two_quick_messages_has_its_own_answer(self, hook: Hook) -> None:
        hook.waiting.during.append(hook.answering("一"))
        assert await hook.say("1?") == "一"
        await hook.work()
        hook.waiting.during.append(hook.answering("二"))
        assert await hook.say("2?") == "二"
        await hook.work()
        assert await hook.states() == ["sent", "sent"]

    async def test_only_the_first_part_of_a_long_answer_goes_back_the_rest_follows(self, hook: Hook) -> None:
        hook.waiting.during.append(hook.answering("长" * 900))
        told = await hook.say()
        assert told == "长" * 600
        await hook.work()
        assert hook.channel.texts(LI) == ["长" * 300]
        assert await hook.states() == ["sent"]

    async def test_a_person_who_has_just_come_back_is_answered(self, hook: Hook) -> None:
        await hook.push(hook.event("unsubscribe", ""))
        hook.waiting.during.append(hook.answering("欢迎回来"))
        assert hook.reply_in(await hook.push(hook.event("subscribe", ""))) == "欢迎回来"


class TestNotInTime:
    async def test_the_answer_is_sent_when_the_push_is_gone(self, hook: Hook) -> None:
        assert await hook.say() is None
        await hook.answer("在的")
        assert (hook.channel.texts(LI), await hook.states()) == (["在的"], ["sent"])

    async def test_it_is_sent_at_once_after_a_retry_that_did_not_wait_either(self, hook: Hook) -> None:
        sent = hook.fields()
        await hook.push(sent)
        await hook.push(sent)
        await hook.answer("在的")
        assert (hook.channel.texts(LI), await hook.states()) == (["在的"], ["sent"])

    async def test_an_answer_is_laid_ready_only_together_with_the_look_whether_it_was_taken(self, hook: Hook) -> None:
        """Else who takes it at once would not find the job to hurry."""

        class Robbed(Answering):
            async def offer(
                self, session: AsyncSession, now: datetime, delivery: Delivery, part: Outbound
            ) -> datetime | None:
                until = await super().offer(session, now, delivery, part)
                # Another worker has taken the job over: what this one does must not count.
                await reap(session, now, everything=True)
                return until

        robbed = Robbed(name="wechat", capabilities=hook.channel.capabilities)
        hook.sender.channels["wechat"] = robbed  # type: ignore[index]  # The test's own dict.
        hook.waiting.during.append(hook.answering("在的"))
        assert await hook.say() is None
        async with hook.ground.db.reading() as session:
            (slot,) = (await session.exec(select(PassiveReply))).all()
        assert slot.state == "waiting"

    async def test_nothing_is_laid_where_nobody_looks_any_more(self, hook: Hook) -> None:
        await hook.say()
        await hook.answer("在的")
        async with hook.ground.db.reading() as session:
            (slot,) = (await session.exec(select(PassiveReply))).all()
        assert (slot.state, slot.content) == ("waiting", None)

    async def test_an_answer_nobody_took_out_is_taken_back_and_sent_once(self, hook: Hook) -> None:
        sent = hook.fields()
        hook.waiting.deaf = True
        hook.waiting.during.append(hook.answering("在的"))
        assert hook.reply_in(await hook.push(sent)) is None
        assert await hook.states() == [DeliveryState.OFFERED]
        await hook.work()
        assert (hook.channel.texts(LI), await hook.states()) == (["在的"], ["sent"])
        # A retry must not be given it as well.
        assert hook.reply_in(await hook.push(sent)) is None

    async def test_a_file_cannot_go_back_with_a_push(self, hook: Hook) -> None:
        hook.waiting.during.append(hook.answering("", attachments=(PDF,)))
        assert await hook.say() is None
        assert hook.channel.calls == 1

    async def test_another_person_s_answer_is_not_taken(self, hook: Hook) -> None:
        await hook.say()
        hook.waiting.during.append(hook.answering("给小李的"))
        assert (await hook.push(hook.fields(FromUserName="oSomebodyElse"))).text == "success"
        assert hook.channel.texts(LI) == ["给小李的"]

    async def test_a_paused_account_takes_everything_and_waits_for_nothing(self, hook: Hook) -> None:
        async with hook.ground.db.transaction() as session:
            hook.account.paused = True
            session.add(hook.account)
        hook.context.accounts.forget()
        assert await hook.say() is None
        assert (len(await hook.inbound()), hook.waiting.asked) == (1, [])

    async def test_a_failure_after_the_message_was_stored_does_not_show(self, hook: Hook) -> None:
        async def fail() -> None:
            raise RuntimeError

        hook.waiting.during.append(fail)
        with capture_logs() as lines:
            assert await hook.say() is None
        assert [line["event"] for line in lines if line["log_level"] == "error"] == ["passive reply failed"]
        assert len(await hook.inbound()) == 1

    async def test_zero_seconds_is_no_waiting(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock, settings={"passive_wait_s": 0}) as hook:
            assert await hook.say() is None
            assert hook.waiting.asked == []


class TestPatience:
    async def test_pushes_stop_waiting_when_answers_do_not_come_in_time(self, hook: Hook) -> None:
        for _ in range(20):
            await hook.say()
        assert len(hook.waiting.asked) == 8

    def test_one_push_in_many_tries_all_the_same_and_one_success_is_enough_to_go_on(self) -> None:
        patience = Patience()
        for _ in range(30):
            patience.note("gh", came=False)
        assert [patience.allows("gh") for _ in range(2 * PROBE_EVERY)].count(True) == 2
        patience.note("gh", came=True)
        assert all(patience.allows("gh") for _ in range(PROBE_EVERY))

    def test_a_few_misses_are_borne(self) -> None:
        patience = Patience()
        for number in range(100):
            assert patience.allows("gh")
            patience.note("gh", came=number % 3 == 0)

    def test_accounts_are_judged_apart(self) -> None:
        patience = Patience()
        for _ in range(30):
            patience.note("gh_slow", came=False)
        assert (patience.allows("gh_slow"), patience.allows("gh_fast")) == (False, True)


class TestWithoutServiceInterface:
    """Three tries of 5 s each, and nothing else: what is late waits for the person's next message."""

    async def three_tries(self, hook: Hook, sent: dict[str, Any]) -> list[str | None]:
        """The platform asks again whenever it had no answer in time."""
        replies: list[str | None] = []
        for _ in range(3):
            before = hook.clock.now()
            reply = hook.reply_in(await hook.push(sent))
            took = (hook.clock.now() - before).total_seconds()
            replies.append(reply if took < 5 else None)
            if took < 5:
                break
        return replies

    async def test_an_answer_within_seconds_goes_back_with_the_first_try(self, bare: Hook) -> None:
        bare.waiting.during.append(bare.answering("在的"))
        assert await self.three_tries(bare, bare.fields()) == ["在的"]
        assert bare.waiting.asked == [LONGEST_WAIT_S]

    @pytest.mark.parametrize("late", [1, 2])
    async def test_the_second_and_third_try_collect_a_later_one(self, bare: Hook, late: int) -> None:
        async def nothing() -> None:
            return

        during: list[Callable[[], Awaitable[None]]] = [nothing] * late
        bare.waiting.during = [*during, bare.answering("在的")]
        assert await self.three_tries(bare, bare.fields()) == [None] * late + ["在的"]
        await bare.work()
        assert (await bare.states(), len(await bare.inbound()), bare.channel.calls) == (["sent"], 1, 0)

    async def test_a_try_without_an_answer_says_nothing_until_the_platform_has_hung_up(self, bare: Hook) -> None:
        await bare.push(bare.fields())
        assert bare.waiting.silent == [CUT_AFTER_S - LONGEST_WAIT_S]

    async def test_an_answer_between_two_tries_is_collected_at_once(self, bare: Hook) -> None:
        sent = bare.fields()
        await bare.push(sent)
        # The platform's next try is on its way; the slot is still open for a moment.
        bare.clock.advance(seconds=-0.5)
        await bare.answer("在的")
        assert bare.reply_in(await bare.push(sent)) == "在的"

    async def test_the_last_try_tells_how_to_fetch_it_and_one_digit_does(self, bare: Hook) -> None:
        assert await self.three_tries(bare, bare.fields()) == [None, None, LATER]
        await bare.answer("慢慢想出来的")
        assert (await bare.states(), bare.channel.calls) == (["parked"], 0)
        bare.waiting.during.append(bare.work)
        assert await bare.say("1") == "慢慢想出来的"
        await bare.work()
        assert await bare.states() == ["sent"]
        # To fetch is not to say something: nobody answers the digit.
        assert len(await bare.inbound()) == 1

    async def test_a_try_that_got_lost_does_not_cost_the_person_the_last_word(self, bare: Hook) -> None:
        sent = bare.fields()
        await bare.push(sent)
        bare.clock.advance(seconds=5)
        assert bare.reply_in(await bare.push(sent)) == LATER

    async def test_any_other_message_lets_it_go_as_well_and_is_answered_next(self, bare: Hook) -> None:
        await self.three_tries(bare, bare.fields())
        await bare.answer("第一个答复")
        bare.waiting.during.append(bare.answering("第二个答复"))
        assert await bare.say("还有个问题") == "第一个答复" + MORE
        await bare.work()
        assert await bare.states() == ["sent", "parked"]
        bare.waiting.during.append(bare.work)
        assert await bare.say("1") == "第二个答复"
        assert len(await bare.inbound()) == 2

    async def test_a_long_answer_is_fetched_part_by_part(self, bare: Hook) -> None:
        bare.waiting.during.append(bare.answering("长" * 900))
        assert await bare.say() == "长" * 600 + MORE
        await bare.work()
        bare.waiting.during.append(bare.work)
        assert await bare.say("1") == "长" * 300
        await bare.work()
        assert await bare.states() == ["sent"]

    async def test_fetching_is_repeated_by_the_platform_without_a_second_answer(self, bare: Hook) -> None:
        await self.three_tries(bare, bare.fields())
        await bare.answer("答复")
        fetch = bare.fields(Content="1")
        bare.waiting.during.append(bare.work)
        assert bare.reply_in(await bare.push(fetch)) == "答复"
        assert bare.reply_in(await bare.push(fetch)) == "答复"
        assert len(await bare.inbound()) == 1

    async def test_the_digit_is_a_message_like_any_other_when_nothing_waits(self, bare: Hook) -> None:
        bare.waiting.during.append(bare.answering("您说的是？"))
        assert await bare.say("1") == "您说的是？"
        assert [message.text for message in await bare.inbound()] == ["1"]

    async def test_nothing_is_ever_sent_by_itself(self, bare: Hook) -> None:
        await bare.answer("主动说一句")
        assert (await bare.states(), bare.channel.calls) == (["parked"], 0)


class TestWording:
    def envelope(self, *, as_json: bool = False, sealed: bool = False) -> Envelope:
        cipher = MessageCipher(aes_key=KEY, receiver_id=APP) if sealed else None
        return Envelope(as_json=as_json, nonce="n", token=TOKEN, cipher=cipher)

    @pytest.mark.parametrize("text", ["a]]>b", "]]>]]>", "<![CDATA[x]]>", "&amp;", "a\nb", "]]", "😀"])
    def test_no_text_breaks_out_of_its_element(self, text: str) -> None:
        body = self.envelope().text(text, sender="gh", receiver="o", seconds=1).body
        assert read_xml(body)["Content"] == text

    def test_what_xml_cannot_write_is_left_out(self) -> None:
        body = self.envelope().text("a\x00\x0b\ufffe\ud800b", sender="gh", receiver="o", seconds=1).body
        assert read_xml(body)["Content"] == "ab"

    def test_json_carries_real_characters(self) -> None:
        body = self.envelope(as_json=True).text("中文😀", sender="gh", receiver="o", seconds=1).body
        assert "中文😀" in body
        assert json.loads(body)["CreateTime"] == 1

    @pytest.mark.parametrize("as_json", [False, True])
    def test_a_sealed_answer_shows_nothing(self, *, as_json: bool) -> None:
        body = self.envelope(as_json=as_json, sealed=True).text("机密", sender="gh", receiver="o", seconds=1).body
        assert "机密" not in body
        assert set(json.loads(body) if as_json else read_xml(body)) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
