import re

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.tickets import events_of, messages_of, open_one, ticket_now
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, get_conversation, post, record_delivery


async def said(ground: Ground, conversation_id: int, text: str, **fields: object) -> int:
    async with ground.db.transaction() as session:
        conversation = await get_conversation(session, conversation_id)
        new = NewMessage(text=text, **{"author": Author.BOT, **fields})  # type: ignore[arg-type]  # Chosen by the test.
        return (await post(session, ground.clock.now(), conversation, new)).id


def bubble(page: str, text: str) -> str:
    """The bubble with this text, as HTML."""
    found = [part for part in re.findall(r"<article.*?</article>", page, re.DOTALL) if text in part]
    assert len(found) == 1
    return str(found[0])


class TestThread:
    async def test_an_internal_note_cannot_be_taken_for_a_reply(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        await wang.act(opened.ticket_id, "messages", mode="note", text="怀疑证书链过期")
        await wang.act(opened.ticket_id, "messages", mode="reply", text="正在查")
        page = await wang.page(f"/console/tickets/{opened.ticket_id}")
        note, reply = bubble(page, "怀疑证书链过期"), bubble(page, "正在查")
        assert "yc-voice-note" in note
        assert "客户看不到" in note
        assert "yc-voice-staff" in reply
        assert "客户看不到" not in reply

    @pytest.mark.parametrize(
        ("outcome", "text", "bad"),
        [
            (None, "等待发送", False),
            ("sent", "已送达平台", False),
            ("failed", "发送失败", True),
            ("unknown", "不确定是否送达", True),
        ],
    )
    async def test_what_became_of_a_message_is_in_words(
        self, ground: Ground, wang: Person, outcome: str | None, text: str, *, bad: bool
    ) -> None:
        opened = await open_one(ground)
        message_id = await said(ground, opened.conversation_id, "您好", author=Author.STAFF)
        if outcome:
            async with ground.db.transaction() as session:
                await record_delivery(session, message_id, outcome)
        shown = bubble(await wang.page(f"/console/tickets/{opened.ticket_id}"), "您好")
        assert text in shown
        assert ("yc-delivery-bad" in shown) == bad

    @pytest.mark.parametrize(("outcome", "told"), [(None, False), ("sent", False), ("failed", True)])
    async def test_of_the_bots_own_words_only_what_went_wrong_is_told(
        self, ground: Ground, wang: Person, outcome: str | None, *, told: bool
    ) -> None:
        opened = await open_one(ground)
        message_id = await said(ground, opened.conversation_id, "您好")
        if outcome:
            async with ground.db.transaction() as session:
                await record_delivery(session, message_id, outcome)
        shown = bubble(await wang.page(f"/console/tickets/{opened.ticket_id}"), "您好")
        assert ("yc-delivery" in shown) == told

    async def test_what_a_customer_says_has_no_delivery(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, "转圈了")
        assert "yc-delivery" not in bubble(await wang.page(f"/console/tickets/{opened.ticket_id}"), "转圈了")

    async def test_messages_and_events_stand_in_one_order(
        self, ground: Ground, wang: Person, clock: FrozenClock
    ) -> None:
        opened = await open_one(ground, "最先")
        clock.advance(minutes=1)
        await wang.act(opened.ticket_id, "priority", priority=1)
        clock.advance(minutes=1)
        await said(ground, opened.conversation_id, "最后")
        page = await wang.page(f"/console/tickets/{opened.ticket_id}")
        assert page.index("最先</p>") < page.index("优先级：普通 → 紧急") < page.index("最后</p>")

    async def test_neither_script_nor_a_script_address_gets_through(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, "<script>alert(1)</script>", facts={"<b>x": "<script>alert(2)</script>"})
        links = [{"label": "bad", "url": "javascript:alert(3)"}, {"label": "good", "url": "https://example.cn/a"}]
        await said(ground, opened.conversation_id, "看这里", links=links, buttons=[{"label": "<i>好</i>"}])
        page = await wang.page(f"/console/tickets/{opened.ticket_id}")
        assert "<script>alert" not in page
        assert "javascript:" not in page
        assert 'href="https://example.cn/a"' in page
        assert "&lt;i&gt;好" in page


PERSON = {"name": "张会计", "phone": "13812345678", "tax_id": "91110108MA01ABCD2X", "company": "云帆公司"}


class TestSidePanel:
    async def test_personal_data_is_masked(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, person=PERSON, facts={"phone": "13900001111", "error": "E-1002"})
        page = await wang.page(f"/console/tickets/{opened.ticket_id}")
        for text in ("张会计", "云帆公司", "138••••5678", "911••••CD2X", "139••••1111", "E-1002", "报错"):
            assert text in page
        for secret in ("13812345678", "91110108MA01ABCD2X", "13900001111", "显示完整信息"):
            assert secret not in page

    async def test_a_supervisor_may_see_it_and_it_is_written_down(self, ground: Ground, li: Person) -> None:
        opened = await open_one(ground, person=PERSON)
        assert "显示完整信息" in await li.page(f"/console/tickets/{opened.ticket_id}")
        answer = await li.client.post(f"/console/tickets/{opened.ticket_id}/reveal", headers=HTMX)
        assert "13812345678" in answer.text
        last = (await events_of(ground, opened.ticket_id))[-1]
        assert (last.kind, last.actor_name, last.public) == ("revealed", "li", False)

    async def test_an_agent_may_not(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, person=PERSON)
        answer = await wang.client.post(f"/console/tickets/{opened.ticket_id}/reveal", headers=HTMX)
        assert answer.status_code == 403
        assert "13812345678" not in answer.text

    async def test_what_comes_next_and_the_persons_other_tickets(self, ground: Ground, wang: Person) -> None:
        first, second = await open_one(ground, "第一件"), await open_one(ground, "第二件")
        page = await wang.page(f"/console/tickets/{second.ticket_id}")
        assert "自动发送进展" in page
        assert (await ticket_now(ground, first.ticket_id)).number in page
        assert "第一件" in page


class TestDialogs:
    @pytest.mark.parametrize("name", ["assign", "stage", "priority", "promise", "resolve"])
    @pytest.mark.parametrize("lang", ["zh", "en"])
    async def test_each_can_be_fetched(self, ground: Ground, wang: Person, name: str, lang: str) -> None:
        opened = await open_one(ground)
        assert "<form" in await wang.page(f"/console/tickets/{opened.ticket_id}/dialogs/{name}", lang)

    async def test_quick_promises_are_in_the_organisations_zone(
        self, ground: Ground, wang: Person, clock: FrozenClock
    ) -> None:
        opened = await open_one(ground)
        address = f"/console/tickets/{opened.ticket_id}/dialogs/promise"
        # It is 10:00 in Shanghai.
        offered = re.findall(r'name="at" value="([^"]+)"', await wang.page(address))
        assert offered == ["2026-11-24T10:30", "2026-11-24T12:00", "2026-11-24T18:00", "2026-11-25T10:00"]
        clock.advance(hours=8, minutes=30)
        assert "今天 18:00" not in await wang.page(address)


class TestWhatIsNotThere:
    @pytest.mark.parametrize("tail", ["", "/parts", "/dialogs/assign"])
    async def test_is_said_calmly(self, wang: Person, tail: str) -> None:
        answer = await wang.client.get(f"/console/tickets/999{tail}")
        assert answer.status_code == 404
        assert "没有找到这张工单" in answer.text


class TestFiles:
    async def test_are_served_to_staff_so_that_they_can_do_nothing(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        data = {"mode": "reply", "text": "附图", "version": "1"}
        files = [("files", ("说明.txt", "第一行\n".encode(), "text/html"))]
        answer = await wang.client.post(
            f"/console/tickets/{opened.ticket_id}/messages", data=data, files=files, headers=HTMX
        )
        assert answer.status_code == 200
        address = re.search(r'href="(/console/files/[^"]+)"', answer.text)
        assert address is not None
        served = await wang.client.get(address[1])
        assert served.content == "第一行\n".encode()
        assert served.headers["content-type"].startswith("text/plain")
        assert served.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in served.headers["content-security-policy"]

    async def test_only_a_file_of_that_message(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        message = (await messages_of(ground, opened.conversation_id))[0]
        for file_id in ("0" * 32, "..%2f..%2fsecret.key"):
            answer = await wang.client.get(f"/console/files/{message.id}/{file_id}")
            assert answer.status_code == 404


async def test_the_list_of_what_is_due_marks_what_is_late(ground: Ground, wang: Person, clock: FrozenClock) -> None:
    opened = await open_one(ground)
    clock.advance(hours=5)
    page = await wang.page(f"/console/tickets/{opened.ticket_id}")
    assert re.search(r'自动发送进展</dt><dd class="yc-late">', page)
