"""What the platform tells besides messages: greetings, failures, servicers' words, recalls."""

import httpx
import pytest

from channels.inbox import mark_handled, unhandled
from channels.models import Allowance, Reach
from channels.wecom.failures import msgid_of
from channels.wecom.models import WecomServicerMessage
from kit.clock import FrozenClock
from tests.channels.wecom.kf import Kf, refused, unreachable
from tests.channels.wecom.office import LI, Office


class TestGreeting:
    async def greet(self, office: Office, text: str = "您好，我是应票", key: str = "hello") -> str:
        return (await office.send(text, key=key)).state

    async def test_who_comes_in_is_greeted_with_the_code(self, office: Office, kf: Kf) -> None:
        kf.enters(scene_param="from-invoice")
        await office.news()
        [message] = await office.inbound()
        assert (message.command, message.argument, message.text) == ("start", "from-invoice", "")
        assert await self.greet(office) == "sent"
        assert [body["code"] for body in kf.called("kf/send_msg_on_event")] == ["welcome-1"]
        assert kf.customer().texts == ["您好，我是应票"]
        assert kf.violations == []

    async def test_one_message_and_no_more(self, office: Office, kf: Kf) -> None:
        kf.enters()
        await office.news()
        await self.greet(office)
        assert await self.greet(office, "还有", key="more") == "parked"
        assert len(kf.customer().inbox) == 1
        assert kf.violations == []

    async def test_a_greeting_that_is_late_is_never_sent(self, office: Office, kf: Kf, clock: FrozenClock) -> None:
        kf.enters()
        await office.news()
        clock.advance(seconds=20)
        assert await self.greet(office) == "parked"
        assert kf.called("kf/send_msg_on_event") == []
        assert kf.violations == []

    async def test_who_came_in_too_long_ago_is_not_greeted(self, office: Office, kf: Kf, clock: FrozenClock) -> None:
        kf.enters()
        clock.advance(seconds=20)
        await office.news()
        assert await office.inbound() == []

    async def test_what_a_link_brings_along_is_news_without_a_code_too(self, office: Office, kf: Kf) -> None:
        for param in ("bind-1", "bind-1", "bind-2"):
            kf.event("enter_session", scene="site", scene_param=param)
        await office.news()
        assert [message.argument for message in await office.inbound()] == ["bind-1", "bind-2"]
        assert await office.rows(Allowance) == []

    async def test_who_is_known_and_comes_again_says_nothing_new(self, office: Office, kf: Kf) -> None:
        kf.event("enter_session", scene="")
        await office.news()
        assert await office.inbound() == []

    async def test_a_greeting_that_never_left_is_tried_again_in_time(
        self, office: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        kf.enters()
        await office.news()
        kf.plan.append(("on_event", unreachable))
        assert await self.greet(office) == "queued"
        clock.advance(seconds=5)
        await office.work()
        assert (await office.delivery("hello")).state == "sent"

    async def test_a_refused_greeting_is_dropped(self, office: Office, kf: Kf) -> None:
        kf.enters()
        await office.news()
        kf.plan.append(("on_event", refused(95020, "invalid code")))
        assert await self.greet(office) == "failed"
        assert len(kf.called("kf/send_msg_on_event")) == 1

    @pytest.mark.parametrize("seconds", [5, 30])
    async def test_a_stalled_greeting_is_asked_again_within_its_seconds_only(
        self, office: Office, kf: Kf, clock: FrozenClock, seconds: int
    ) -> None:
        def stall(request: httpx.Request) -> httpx.Response:
            kf._kf_send_msg_on_event(kf._body(request))
            raise httpx.ReadTimeout("stalled", request=request)

        kf.enters()
        kf.says("顺便问一下")
        await office.news()
        kf.plan.append(("on_event", stall))
        await self.greet(office)
        clock.advance(seconds=seconds)
        await office.work()
        assert (await office.delivery("hello")).state == ("sent" if seconds == 5 else "unknown")
        assert len(kf.customer().inbox) == 1
        assert len(kf.called("kf/send_msg_on_event")) == (2 if seconds == 5 else 1)


class TestSendFailed:
    @pytest.fixture
    async def heard(self, office: Office, kf: Kf) -> Office:
        kf.says("开不了票")
        await office.news()
        return office

    async def fails(self, office: Office, kf: Kf, msgid: str, fail_type: int) -> None:
        kf.event("msg_send_fail", fail_msgid=msgid, fail_type=fail_type)
        await office.news()

    async def test_the_delivery_fails_with_the_platforms_reason_and_is_told_of(self, heard: Office, kf: Kf) -> None:
        sent = await heard.send("收到吗")
        await self.fails(heard, kf, str(sent.provider_id), 10)
        failed = await heard.delivery(sent.key)
        assert (failed.state, failed.error_code, failed.error_text) == ("failed", "msg_send_fail:10", "客户已拒收消息")
        [job] = await heard.jobs("delivery.failed")
        assert (job.queue, job.payload) == ("in", {"key": sent.key})

    async def test_who_refuses_is_not_written_to_until_writing_again(self, heard: Office, kf: Kf) -> None:
        sent = await heard.send("收到吗")
        await self.fails(heard, kf, str(sent.provider_id), 10)
        assert (await heard.send("在吗")).state == "failed"
        [reach] = await heard.rows(Reach)
        assert reach.refused_text == "客户已拒收消息"
        kf.says("我回来了")
        await heard.news()
        assert (await heard.send("欢迎回来")).state == "sent"

    @pytest.mark.parametrize("fail_type", [4, 5, 6])
    async def test_a_window_that_was_shut_after_all_is_known_as_shut(
        self, heard: Office, kf: Kf, fail_type: int
    ) -> None:
        sent = await heard.send("收到吗")
        await self.fails(heard, kf, str(sent.provider_id), fail_type)
        assert (await heard.send("再来")).state == "parked"

    async def test_a_failed_first_part_is_found_too(self, heard: Office, kf: Kf) -> None:
        sent = await heard.send("票" * 1000, key="long")
        assert sent.provider_id == msgid_of("long/2")
        await self.fails(heard, kf, msgid_of("long"), 0)
        assert (await heard.delivery("long")).state == "failed"

    async def test_those_that_travelled_along_fail_along(self, heard: Office, kf: Kf) -> None:
        await heard.put("一", key="one")
        await heard.put("二", key="two")
        await heard.work()
        await self.fails(heard, kf, msgid_of("one"), 0)
        assert [(await heard.delivery(key)).state for key in ("one", "two")] == ["failed", "failed"]
        assert [job.payload["key"] for job in await heard.jobs("delivery.failed")] == ["one", "two"]

    async def test_a_failure_told_before_we_have_written_down_the_sending_is_not_lost(
        self, heard: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        await heard.put("快", key="fast")
        await self.fails(heard, kf, msgid_of("fast"), 0)
        await heard.work()
        assert (await heard.delivery("fast")).state == "sent"
        clock.advance(seconds=5)
        await heard.pull()
        assert (await heard.delivery("fast")).state == "failed"

    async def test_a_failure_of_somebody_elses_message_is_let_go(
        self, heard: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        await self.fails(heard, kf, "another-programs", 0)
        for _ in range(5):
            clock.advance(seconds=5)
            await heard.pull()
        assert await heard.jobs("kf.send_failed") == []


class TestOthers:
    async def test_a_servicers_words_are_kept_once_and_told_of(self, office: Office, kf: Kf) -> None:
        said = {"external_userid": "wmLi", "servicer_userid": "zhangsan", "origin": 5, "msgid": "s1"}
        for _ in range(2):
            kf.add({**said, "msgtype": "text", "text": {"content": "我来处理"}})
        await office.news()
        [row] = await office.rows(WecomServicerMessage)
        assert (row.servicer, row.text, row.customer) == ("zhangsan", "我来处理", "wmLi")
        assert await office.inbound() == []
        [job] = await office.jobs("servicer.said")
        assert job.payload == {"id": row.id}

    async def test_what_was_taken_back_before_anybody_read_it_is_empty(self, office: Office, kf: Kf) -> None:
        msgid = kf.says("我的密码是 123")
        kf.event("user_recall_msg", recall_msgid=msgid)
        await office.news()
        assert await office.texts() == [""]

    async def test_what_was_taken_back_after_an_answer_is_marked_and_told_of(self, office: Office, kf: Kf) -> None:
        msgid = kf.says("我的密码是 123")
        await office.news()
        async with office.ground.db.transaction() as session:
            messages = await unhandled(session, LI.thread)
            await mark_handled(session, office.clock.now(), messages)
        kf.event("user_recall_msg", recall_msgid=msgid)
        await office.news()
        [job] = await office.jobs("message.revised")
        assert job.payload == {"thread": LI.thread, "platform_id": msgid, "text": "[客户撤回了这条消息]"}

    async def test_a_recall_of_what_we_never_had_is_let_go(self, office: Office, kf: Kf) -> None:
        kf.event("user_recall_msg", recall_msgid="unknown")
        await office.news()
        assert await office.unparsed() == []
