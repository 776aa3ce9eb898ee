"""What platforms tell after the fact: an edit, a new address, a delivery that failed."""

from typing import Any

import pytest
from sqlmodel import select

from channels.failing import DELIVERY_FAILED
from channels.inbox import IN_QUEUE
from channels.models import DeliveryState
from channels.moving import ADDRESS_MOVED
from channels.revisions import MESSAGE_REVISED, accept_revision
from channels.wecom.colleagues import SERVICER_SAID
from channels.wecom.models import WecomServicerMessage
from kit.outbox import NewJob, enqueue_one
from kit.outbox.models import Job
from tests.flows.test_story import staff_replies
from tests.support.desk import Desk
from tests.support.tickets import follow_ups
from tickets.contacts.models import ContactIdentity
from tickets.conversations.models import Conversation

THREAD = "fake:main:li"


async def tell(desk: Desk, kind: str, **payload: Any) -> None:
    async with desk.ground.db.transaction() as session:
        await enqueue_one(session, desk.clock.now(), NewJob(kind=kind, payload=payload, queue=IN_QUEUE))
    await desk.pump()
    async with desk.ground.db.reading() as session:
        left = (await session.exec(select(Job).where(Job.kind == kind))).all()
    assert left == []


async def edit(desk: Desk, platform_id: str, text: str, who: str = "li") -> bool:
    async with desk.ground.db.transaction() as session:
        known = await accept_revision(
            session,
            desk.clock.now(),
            channel="fake",
            account="main",
            address=who,
            platform_id=platform_id,
            text=text,
        )
    await desk.later(seconds=1)
    return known


class TestEdited:
    async def test_the_message_reads_differently_keeps_what_it_said_and_is_not_answered_again(self, desk: Desk) -> None:
        await desk.write("附近哪家川菜馆好吃", platform_id="m1")
        desk.news()
        for text in ("附近哪家湘菜馆好吃", "附近哪家粤菜馆好吃"):
            assert await edit(desk, "m1", text)
        (message, *_) = await desk.messages()
        assert message.text == "附近哪家粤菜馆好吃"
        assert message.revisions is not None
        assert [old["text"] for old in message.revisions] == ["附近哪家川菜馆好吃", "附近哪家湘菜馆好吃"]
        assert message.revised_at is not None
        assert desk.news() == []

    async def test_the_same_edit_told_twice_is_one(self, desk: Desk) -> None:
        await desk.write("你好", platform_id="m1")
        for _ in range(2):
            await tell(desk, MESSAGE_REVISED, thread=THREAD, platform_id="m1", text="您好")
        (message, *_) = await desk.messages()
        assert len(message.revisions or []) == 1

    @pytest.mark.parametrize(("thread", "platform_id"), [(THREAD, "other"), ("fake:main:wang", "m1")])
    async def test_what_is_not_found_is_left_alone(self, desk: Desk, thread: str, platform_id: str) -> None:
        await desk.write("你好", platform_id="m1")
        await tell(desk, MESSAGE_REVISED, thread=thread, platform_id=platform_id, text="您好")
        assert (await desk.messages())[0].text == "你好"

    async def test_an_edit_before_anybody_looked_is_what_was_said(self, desk: Desk) -> None:
        await desk.write("你好", platform_id="m1", pump=False)
        await edit(desk, "m1", "附近哪家川菜馆好吃")
        assert "没有把握" in desk.news()[0]
        assert (await desk.messages())[0].revisions is None


class TestMoved:
    async def test_talk_address_preference_and_clocks_follow_together(self, desk: Desk) -> None:
        await desk.write("转人工")
        await desk.write("以后都发到这里")
        desk.news()
        await tell(desk, ADDRESS_MOVED, old=THREAD, thread="fake:main:li2", address="li2")
        async with desk.ground.db.reading() as session:
            (talk,) = (await session.exec(select(Conversation))).all()
            (identity,) = (await session.exec(select(ContactIdentity))).all()
        assert (talk.thread, talk.address, identity.address) == ("fake:main:li2", "li2", "li2")
        assert {row.thread for row in await follow_ups(desk.ground)} == {"fake:main:li2"}
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        assert "还在处理中" in desk.news("li2")[-1]
        assert desk.news("li") == []
        assert (await desk.write(command="status", who="li2")) != []
        async with desk.ground.db.reading() as session:
            assert len((await session.exec(select(Conversation))).all()) == 1

    async def test_who_wrote_under_the_new_name_already_is_the_same_person(self, desk: Desk) -> None:
        await desk.write("转人工")
        number = (await desk.ticket()).number
        await desk.write("你好", who="li2")
        await tell(desk, ADDRESS_MOVED, old=THREAD, thread="fake:main:li2", address="li2")
        (status,) = [*await desk.write(command="status", who="li2")][-1:]
        assert number in status
        assert (await desk.ticket("li2")).number == number
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        assert "还在处理中" in desk.news("li2")[-1]

    async def test_a_name_nobody_knows_moves_nothing(self, desk: Desk) -> None:
        await desk.write("你好")
        await tell(desk, ADDRESS_MOVED, old="fake:main:wang", thread="fake:main:wang2", address="wang2")
        async with desk.ground.db.reading() as session:
            assert (await session.exec(select(Conversation.thread))).all() == [THREAD]


class TestFailedAfterwards:
    async def test_staff_see_that_it_did_not_arrive(self, desk: Desk) -> None:
        await desk.write("转人工")
        await staff_replies(desk, "您好。")
        (sent,) = [one for one in await desk.messages() if one.author == "staff"]
        assert sent.delivery == DeliveryState.SENT
        await tell(desk, DELIVERY_FAILED, key=f"staff:{sent.id}", code="msg_send_fail:4", text="会话已过期")
        (failed,) = [one for one in await desk.messages() if one.author == "staff"]
        assert failed.delivery == DeliveryState.FAILED

    async def test_a_bots_message_too(self, desk: Desk) -> None:
        await desk.write("你好")
        (_, answer) = await desk.messages()
        await tell(desk, DELIVERY_FAILED, key=f"bot:{answer.id}")
        assert (await desk.messages())[1].delivery == DeliveryState.FAILED

    async def test_what_is_no_message_of_ours_is_passed_over(self, desk: Desk) -> None:
        for key in ("check:7", "campaign:spring:9", "nonsense"):
            await tell(desk, DELIVERY_FAILED, key=key)


class TestSaidElsewhere:
    async def test_what_a_colleague_said_in_the_platforms_client_is_in_the_talk_and_unanswered(
        self, desk: Desk
    ) -> None:
        await desk.write("你好")
        desk.news()
        said = await servicer_says(desk, THREAD)
        await tell(desk, SERVICER_SAID, id=said)
        message = (await desk.messages())[-1]
        assert (message.author, message.author_name, message.text) == ("staff", "zhaoqian", "我在企业微信里看到了。")
        assert message.delivery == DeliveryState.SENT
        assert desk.news() == []

    async def test_where_nobody_has_written_yet_it_is_kept_and_holds_nothing_up(self, desk: Desk) -> None:
        await tell(desk, SERVICER_SAID, id=await servicer_says(desk, "fake:main:nobody"))
        assert await desk.messages() == []


async def servicer_says(desk: Desk, thread: str) -> int:
    said = WecomServicerMessage(
        account="main",
        platform_id=f"msg-{thread}",
        thread=thread,
        customer=thread.rpartition(":")[2],
        servicer="zhaoqian",
        text="我在企业微信里看到了。",
        media=[],
        raw={},
        sent_at=desk.clock.now(),
    )
    async with desk.ground.db.transaction() as session:
        session.add(said)
    return said.id
