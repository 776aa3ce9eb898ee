"""One person on two channels, from the word to the merge and back, as the person sees it."""

import asyncio
import re

from sqlmodel import select

from channels.inbox import accept
from channels.port import Inbound
from tests.flows.test_story import staff_replies
from tests.support.desk import Desk
from tickets.conversations.models import Conversation


async def code_of(desk: Desk, who: str = "li", text: str = "绑定") -> str:
    (told,) = await desk.write(text, who=who)
    found = re.search(r"[0-9A-Z]{8}", told)
    assert found is not None
    return found[0]


async def contacts(desk: Desk) -> dict[str, int]:
    async with desk.ground.db.reading() as session:
        return {one.address: one.contact_id for one in (await session.exec(select(Conversation))).all()}


async def link(desk: Desk, first: str, second: str) -> None:
    await desk.write(f"绑定 {await code_of(desk, first)}", who=second)
    await desk.press("是的，合并", who=second)
    desk.news(first)


class TestLinking:
    async def test_the_code_of_one_channel_joins_the_other_after_a_look_and_a_yes(self, desk: Desk) -> None:
        await desk.write("转人工", who="channel-a")
        code = await code_of(desk, "channel-a")
        (asked,) = await desk.write(f"绑定 {code}", who="channel-b")
        assert "••nnel-a" in asked
        assert "1 张工单" in asked
        assert desk.labels(who="channel-b") == ["是的，合并", "不用了"]
        assert len(set((await contacts(desk)).values())) == 2
        (done,) = await desk.press("是的，合并", who="channel-b")
        assert "已经合并" in done
        (warned,) = desk.news("channel-a")
        assert "••nnel-b" in warned
        assert "不是您本人" in warned
        assert len(set((await contacts(desk)).values())) == 1

    async def test_tickets_are_found_from_either_side_then(self, desk: Desk) -> None:
        await desk.write("转人工", who="a")
        number = (await desk.ticket("a")).number
        (foreign,) = await desk.write(f"{number} 到哪一步了", who="b")
        assert "保护隐私" in foreign
        await link(desk, "a", "b")
        (own,) = await desk.write(f"{number} 到哪一步了", who="b")
        assert number in own
        (newest,) = await desk.write(command="status", who="b")
        assert number in newest

    async def test_a_new_ticket_right_after_the_merge_is_the_one_persons(self, desk: Desk) -> None:
        await link(desk, "a", "b")
        await desk.write("转人工", who="b")
        assert (await desk.ticket("b")).contact_id == (await contacts(desk))["a"]

    async def test_a_link_or_a_qr_code_does_the_same_as_typing(self, desk: Desk) -> None:
        code = await code_of(desk, "a")
        (asked,) = await desk.write(who="b", command="start", argument=f"link_{code}")
        assert "同一个人" in asked
        (done,) = await desk.write("好的", who="b")
        assert "已经合并" in done

    async def test_the_bare_code_is_enough(self, desk: Desk) -> None:
        (asked,) = await desk.write((await code_of(desk, "a")).lower(), who="b")
        assert "同一个人" in asked

    async def test_in_english_too(self, desk: Desk) -> None:
        code = await code_of(desk, "a", "link my account")
        (asked,) = await desk.write(f"link {code}", who="b", locale="en")
        assert "same person" in asked
        assert "join" in (await desk.write("yes", who="b"))[0]


class TestNotLinking:
    async def test_no_is_no_and_the_code_is_spent(self, desk: Desk) -> None:
        code = await code_of(desk, "a")
        await desk.write(f"绑定 {code}", who="b")
        (left,) = await desk.press("不用了", who="b")
        assert "还是分开的" in left
        (again,) = await desk.write(f"绑定 {code}", who="b")
        assert "不对" in again
        assert len(set((await contacts(desk)).values())) == 2

    async def test_a_code_is_no_use_where_it_was_given_out(self, desk: Desk) -> None:
        (told,) = await desk.write(f"绑定 {await code_of(desk, 'a')}", who="a")
        assert "另一个渠道" in told

    async def test_twice_is_said_to_be_done_already(self, desk: Desk) -> None:
        await link(desk, "a", "b")
        (told,) = await desk.write(f"绑定 {await code_of(desk, 'a')}", who="b")
        assert "已经是同一个人" in told

    async def test_after_ten_minutes_the_yes_is_too_late(self, desk: Desk) -> None:
        await desk.write(f"绑定 {await code_of(desk, 'a')}", who="b")
        await desk.later(minutes=11)
        (told,) = await desk.press("是的，合并", who="b")
        assert "超过时间" in told

    async def test_guessing_is_shut_off_but_help_is_not(self, desk: Desk) -> None:
        for number in range(2, 7):
            await desk.write(f"绑定 7K3M9Q2{number}", who="b")
        (told,) = await desk.write(f"绑定 {await code_of(desk, 'a')}", who="b")
        assert "15 分钟" in told
        assert "1. " in (await desk.write("离线发票一直上传不了怎么办", who="b"))[0]

    async def test_two_who_send_one_code_at_once_one_is_asked(self, desk: Desk) -> None:
        code = await code_of(desk, "a")

        async def show(who: str) -> None:
            inbound = Inbound(channel="fake", account="main", address=who, platform_id=who, text=f"绑定 {code}")
            async with desk.ground.db.transaction() as session:
                await accept(session, desk.clock.now(), inbound)

        await asyncio.gather(show("b"), show("c"))
        await desk.later(seconds=1)
        told = [*desk.news("b"), *desk.news("c")]
        assert sorted("同一个人" in text for text in told) == [False, True]

    async def test_what_differs_is_left_to_staff(self, desk: Desk) -> None:
        for who, phone in (("a", "13800138000"), ("b", "13900139000")):
            await desk.write("附近的打印店几点关门", who=who)
            await desk.press("登记工单", who=who)
            while "电话" not in desk.channel.texts(who)[-1]:
                await desk.press("跳过", who=who)
            await desk.write(phone, who=who)
        await desk.write(f"绑定 {await code_of(desk, 'a')}", who="b")
        (told,) = await desk.press("是的，合并", who="b")
        assert "请同事核对" in told
        assert len(set((await contacts(desk)).values())) == 2


class TestParting:
    async def test_the_person_can_part_them_again_after_a_yes(self, desk: Desk) -> None:
        await desk.write("转人工", who="b")
        before = await contacts(desk)
        await link(desk, "a", "b")
        (asked,) = await desk.write("解除绑定", who="a")
        assert "分开吗" in asked
        (kept,) = await desk.press("不用了", who="a")
        assert "保持合并" in kept
        await desk.write("解除绑定", who="a")
        (done,) = await desk.press("是的，分开", who="a")
        assert "已经分开" in done
        after = await contacts(desk)
        assert after["b"] == before["b"] != after["a"]
        assert (await desk.ticket("b")).contact_id == before["b"]

    async def test_without_a_link_there_is_nothing_to_part(self, desk: Desk) -> None:
        (told,) = await desk.write("解除绑定")
        assert "没有可以解除" in told

    async def test_an_old_button_of_somebody_elses_link_does_nothing(self, desk: Desk) -> None:
        await link(desk, "a", "b")
        (told,) = await desk.write("是的，分开", who="c", button="unlink:1")
        assert "已经处理过" in told
        assert len(set((await contacts(desk)).values())) == 2


async def test_linking_works_while_staff_lead_and_leaves_the_word_to_them(desk: Desk) -> None:
    await desk.write("转人工", who="li")
    await staff_replies(desk, "我来看看。")
    code = await code_of(desk, "a")
    desk.news("li")
    (asked,) = await desk.write(f"绑定 {code}", who="li")
    assert "同一个人" in asked
    (done,) = await desk.press("是的，合并", who="li")
    assert "已经合并" in done
    assert await desk.write("离线发票一直上传不了怎么办", who="li") == []
