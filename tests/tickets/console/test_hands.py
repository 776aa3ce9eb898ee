"""What several people at one ticket see and do, through the console's own pages."""

import re

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.tickets import kinds_of, messages_of, open_one, ticket_now
from tests.tickets.console.test_ticket_page import said
from tickets.conversations.models import Author
from tickets.desk.models import Category, StaffProfile
from tickets.models import EventKind
from tickets.stages import Stage


async def choose(ground: Ground, person: Person, seconds: int) -> None:
    async with ground.db.transaction() as session:
        profile = StaffProfile(staff_id=person.id, skills=[], languages=[], preferences={"undo_s": seconds})
        session.add(profile)


async def get(person: Person, address: str) -> str:
    answer = await person.client.get(address, headers=HTMX)
    assert answer.status_code == 200, answer.text
    return answer.text


class TestUndoSend:
    async def test_a_reply_waits_and_comes_back_into_the_composer(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        await choose(ground, wang, 15)
        answer = await wang.act(opened.ticket_id, "messages", mode="reply", text="发错了")
        assert "待发" in answer.text
        assert len(await messages_of(ground, opened.conversation_id)) == 1
        held = re.search(r"held/(\d+)/take-back", answer.text)
        assert held is not None
        back = await wang.act(opened.ticket_id, f"held/{held[1]}/take-back")
        assert 'data-text="发错了"' in back.text
        assert "待发" not in back.text
        page = await wang.page(f"/console/tickets/{opened.ticket_id}")
        assert re.search(r'data-stored="reply"[^>]*>发错了<', page)
        again = await wang.act(opened.ticket_id, f"held/{held[1]}/take-back")
        assert (again.status_code, "来不及撤回" in again.text) == (409, True)

    async def test_only_the_writer_is_offered_to_take_it_back(self, ground: Ground, wang: Person, li: Person) -> None:
        opened = await open_one(ground)
        await choose(ground, wang, 30)
        await wang.act(opened.ticket_id, "messages", mode="reply", text="在查")
        assert "take-back" in await get(wang, f"/console/tickets/{opened.ticket_id}/parts")
        theirs = await get(li, f"/console/tickets/{opened.ticket_id}/parts")
        assert ("待发" in theirs, "take-back" in theirs) == (True, False)

    async def test_its_files_hang_on_what_is_written_anew(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        await choose(ground, wang, 15)
        files = [("files", ("a.txt", b"x", "text/plain"))]
        address = f"/console/tickets/{opened.ticket_id}"
        form = {"mode": "reply", "text": "附件", "version": "1"}
        sent = await wang.client.post(f"{address}/messages", data=form, files=files, headers=HTMX)
        held = re.search(r"held/(\d+)/take-back", sent.text)
        assert held is not None
        await wang.act(opened.ticket_id, f"held/{held[1]}/take-back")
        await wang.act(opened.ticket_id, "messages", mode="note", text="改成备注", kept=held[1])
        [_, noted] = await messages_of(ground, opened.conversation_id)
        assert [file["name"] for file in noted.attachments] == ["a.txt"]

    async def test_a_solution_goes_out_after_what_is_held(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        await choose(ground, wang, 15)
        await wang.act(opened.ticket_id, "messages", mode="reply", text="先说这个")
        assert "还没发出" in await get(wang, f"/console/tickets/{opened.ticket_id}/dialogs/resolve")
        assert (await wang.act(opened.ticket_id, "resolve", solution="好了")).status_code == 200
        kinds = await kinds_of(ground, opened.ticket_id)
        assert kinds.index(EventKind.REPLIED) < kinds.index(EventKind.RESOLVED)


class TestMeanwhile:
    async def test_what_others_said_since_is_shown_before_anything_is_sent(
        self, ground: Ground, clock: FrozenClock, wang: Person, li: Person
    ) -> None:
        opened = await open_one(ground)
        heard = (await messages_of(ground, opened.conversation_id))[-1].id
        await li.act(opened.ticket_id, "messages", mode="reply", text="我已经回了")
        await said(ground, opened.conversation_id, "等等还有一张", author=Author.CUSTOMER)
        clock.advance(seconds=8)
        answer = await wang.act(opened.ticket_id, "messages", mode="reply", text="您好", heard=heard)
        assert answer.status_code == 409
        for words in ("同事li 8秒", "前已回复", "我已经回了", "客户", "等等还有一张", "仍然发送"):
            assert words.replace(" ", "") in answer.text.replace(" ", ""), words
        assert [one.text for one in await messages_of(ground, opened.conversation_id)].count("您好") == 0
        sent = await wang.act(opened.ticket_id, "messages", mode="reply", text="您好", heard=heard, anyway="true")
        assert sent.status_code == 200

    async def test_ones_own_words_the_bots_and_notes_are_no_news(
        self, ground: Ground, wang: Person, li: Person
    ) -> None:
        opened = await open_one(ground)
        heard = (await messages_of(ground, opened.conversation_id))[-1].id
        await wang.act(opened.ticket_id, "messages", mode="reply", text="第一句")
        await li.act(opened.ticket_id, "messages", mode="note", text="内部")
        await said(ground, opened.conversation_id, "机器人说", author=Author.BOT)
        answer = await wang.act(opened.ticket_id, "messages", mode="reply", text="第二句", heard=heard)
        assert answer.status_code == 200


class TestBesides:
    async def test_a_colleague_is_seen_looking_writing_and_having_begun(
        self, ground: Ground, wang: Person, li: Person
    ) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        assert "li也在看" not in (await wang.act(ticket_id, "watch")).text
        await li.act(ticket_id, "watch")
        assert "li也在看" in (await wang.act(ticket_id, "watch")).text
        await li.act(ticket_id, "watch", writing="reply")
        assert "li正在写回复" in (await wang.act(ticket_id, "watch")).text
        await li.act(ticket_id, "draft", mode="reply", text="您好，")
        await li.act(ticket_id, "leave")
        left = (await wang.act(ticket_id, "watch")).text
        assert ("li也在看" in left, "li有一条没写完的回复" in left) == (False, True)

    async def test_follow_and_not(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        assert 'aria-pressed="true"' in (await wang.act(ticket_id, "follow", on="true")).text
        assert 'aria-pressed="false"' in (await wang.act(ticket_id, "follow", on="false")).text

    async def test_whoever_is_called_in_a_note_follows(self, ground: Ground, wang: Person, li: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        assert 'data-name="li"' in await get(wang, "/console/colleagues")
        answer = await wang.act(ticket_id, "messages", mode="note", text="@li 看一下")
        assert "提到了li" in answer.text


class TestMatters:
    async def test_category_tags_and_snooze(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            category = Category(key="upload", name_zh="上传", name_en="Upload")
            session.add(category)
        assert "上传" in await get(wang, f"/console/tickets/{ticket_id}/dialogs/category")
        assert (await wang.act(ticket_id, "category", category=category.id)).status_code == 200
        assert (await wang.act(ticket_id, "category", category=category.id + 1)).status_code == 422
        assert "月末" in (await wang.act(ticket_id, "tags", tags="月末，急")).text
        assert "月末" in await get(wang, f"/console/tickets/{ticket_id}/dialogs/tags")
        assert "明天" in await get(wang, f"/console/tickets/{ticket_id}/dialogs/snooze")
        assert "放回队列" in (await wang.act(ticket_id, "snooze", at="2026-11-25T09:00")).text
        ticket = await ticket_now(ground, ticket_id)
        assert (ticket.category_id, ticket.tags, ticket.snoozed_for) == (category.id, ["月末", "急"], "reply")
        assert (await wang.act(ticket_id, "wake")).status_code == 200
        assert (await ticket_now(ground, ticket_id)).snoozed_until is None


class TestMergePages:
    async def test_the_preview_says_who_hears_what_and_the_merge_leads_on(self, ground: Ground, wang: Person) -> None:
        one, other = [(await open_one(ground)).ticket_id for _ in range(2)]
        number = (await ticket_now(ground, other)).number
        assert number in await get(wang, f"/console/tickets/{one}/dialogs/merge")
        assert number in await get(wang, f"/console/tickets/{one}/lookalikes")
        preview = await get(wang, f"/console/tickets/{one}/merge?number={number[3:].replace('-', '')}")
        assert "说的是同一件事" in preview
        assert "反过来" in preview
        answer = await wang.act(one, "merge", into=other, into_version=1)
        assert answer.headers["hx-redirect"] == f"/console/tickets/{other}"
        page = await wang.page(f"/console/tickets/{one}")
        assert "已并入" in page
        assert 'id="composer"' not in page
        after = await wang.page(f"/console/tickets/{other}")
        undo = re.search(r"merges/(\d+)/undo", after)
        assert undo is not None
        assert (await wang.act(other, f"merges/{undo[1]}/undo")).status_code == 200
        assert (await ticket_now(ground, one)).stage == Stage.ACCEPTED

    async def test_of_two_persons_only_a_link_is_offered(self, ground: Ground, wang: Person) -> None:
        one = (await open_one(ground)).ticket_id
        other = (await open_one(ground, who="zhao")).ticket_id
        number = (await ticket_now(ground, other)).number
        preview = await get(wang, f"/console/tickets/{one}/merge?number={number}")
        assert "不是同一位客户" in preview
        assert "into_version" not in preview
        linked = await wang.act(one, "related", number=number, relation="duplicate")
        assert "与它重复" in linked.text

    async def test_split(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, "上传不了，另外打印错位")
        form = await get(wang, f"/console/tickets/{opened.ticket_id}/dialogs/split")
        message = re.search(r'name="message" value="(\d+)"', form)
        assert message is not None
        answer = await wang.act(opened.ticket_id, "split", message=message[1], subject="打印错位")
        assert answer.status_code == 204
        assert (await wang.act(opened.ticket_id, "split")).status_code == 422

    @pytest.mark.parametrize("path", ["merge", "split", "tags", "follow", "snooze", "category", "related"])
    async def test_whoever_only_reads_does_none_of_it(self, ground: Ground, editor: Person, path: str) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        answer = await editor.act(ticket_id, path, on="true", number="x", into=1, into_version=1, category=1)
        assert answer.status_code == 403
