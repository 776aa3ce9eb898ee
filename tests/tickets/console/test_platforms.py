"""What a ticket's page shows of the platform its conversation is on."""

import pytest

from kit.ground import Ground
from tests.support.console import Person
from tests.support.tickets import open_one
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, get_conversation, post, record_delivery


async def say(ground: Ground, conversation_id: int, author: Author, **more: object) -> int:
    async with ground.db.transaction() as session:
        conversation = await get_conversation(session, conversation_id)
        new = NewMessage(author=author, text="您好", **more)  # type: ignore[arg-type]  # as the caller names them.
        return (await post(session, ground.clock.now(), conversation, new)).id


async def page_with_file(ground: Ground, person: Person, **file: object) -> str:
    opened = await open_one(ground)
    attachment = {"id": "ab12", "name": "", "mime": "", "size": 2048, **file}
    await say(ground, opened.conversation_id, Author.CUSTOMER, attachments=[attachment])
    return await person.page(f"/console/tickets/{opened.ticket_id}")


class TestFiles:
    @pytest.mark.parametrize("kind", ["audio", "video"])
    async def test_that_sound_have_a_player(self, ground: Ground, wang: Person, kind: str) -> None:
        page = await page_with_file(ground, wang, name="录音", mime=f"{kind}/mp4")
        assert f"<{kind} id=" in page
        assert "controls" in page
        assert 'aria-label="录音"' in page

    async def test_that_could_not_be_had_are_named_and_lead_nowhere(self, ground: Ground, wang: Person) -> None:
        page = await page_with_file(ground, wang, id="", name="voice", size=0)
        assert "语音（文件没能取到，请客户再发一次）" in page
        assert "/console/files/" not in page


class TestDeliveries:
    @pytest.mark.parametrize(
        ("state", "text"),
        [
            ("sending", "发送中"),
            ("offered", "等平台来取"),
            ("parked", "等对方来信后送出"),
            ("unknown", "不确定是否送达"),
        ],
    )
    async def test_are_told_in_words(self, ground: Ground, wang: Person, state: str, text: str) -> None:
        opened = await open_one(ground)
        message_id = await say(ground, opened.conversation_id, Author.STAFF)
        async with ground.db.transaction() as session:
            await record_delivery(session, message_id, state)
        assert text in await wang.page(f"/console/tickets/{opened.ticket_id}")

    async def test_of_the_bot_are_told_when_they_wait(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        message_id = await say(ground, opened.conversation_id, Author.BOT)
        assert "等待发送" not in await wang.page(f"/console/tickets/{opened.ticket_id}")
        async with ground.db.transaction() as session:
            await record_delivery(session, message_id, "parked")
        assert "等对方来信后送出" in await wang.page(f"/console/tickets/{opened.ticket_id}")

    async def test_that_failed_lead_to_the_reason(self, ground: Ground, wang: Person, editor: Person) -> None:
        opened = await open_one(ground, who="li", channel="wechat")
        message_id = await say(ground, opened.conversation_id, Author.STAFF)
        async with ground.db.transaction() as session:
            await record_delivery(session, message_id, "failed")
        address = "/console/channels/undelivered?thread=wechat%3Amain%3Ali"
        assert address in await wang.page(f"/console/tickets/{opened.ticket_id}")
        assert address not in await editor.page(f"/console/tickets/{opened.ticket_id}")


class TestTheWindow:
    async def test_is_asked_for_by_whoever_may_write(self, ground: Ground, wang: Person, editor: Person) -> None:
        opened = await open_one(ground, who="li", channel="wechat")
        address = 'hx-get="/console/channels/window?thread=wechat%3Amain%3Ali"'
        assert address in await wang.page(f"/console/tickets/{opened.ticket_id}")
        assert address not in await editor.page(f"/console/tickets/{opened.ticket_id}")


class TestTheWayFromAThread:
    async def test_leads_to_its_ticket(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, who="li", channel="wechat")
        answer = await wang.client.get("/console/threads?thread=wechat:main:li")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/console/tickets/{opened.ticket_id}"

    async def test_is_closed_without_one(self, wang: Person) -> None:
        assert (await wang.client.get("/console/threads?thread=wechat:main:nobody")).status_code == 404
