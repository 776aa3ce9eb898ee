import asyncio
from collections.abc import AsyncIterator

from kit.ground import Ground
from kit.web.sse import follow
from tests.support.console import Person
from tests.support.tickets import open_one
from tickets.console.endpoints.live import looking
from tickets.console.queries.queue import queue_revision
from tickets.console.queries.ticket import ticket_revision
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, get_conversation, post, record_delivery


async def revision(ground: Ground, ticket_id: int, conversation_id: int) -> str:
    async with ground.db.reading() as session:
        return await ticket_revision(session, ticket_id, conversation_id)


class TestRevisions:
    async def test_differ_after_everything_a_page_shows(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        seen = [await revision(ground, opened.ticket_id, opened.conversation_id)]
        async with ground.db.transaction() as session:
            conversation = await get_conversation(session, opened.conversation_id)
            new = NewMessage(author=Author.BOT, text="您好")
            message = await post(session, ground.clock.now(), conversation, new)
        seen.append(await revision(ground, opened.ticket_id, opened.conversation_id))
        async with ground.db.transaction() as session:
            await record_delivery(session, message.id, "sent")
        seen.append(await revision(ground, opened.ticket_id, opened.conversation_id))
        await wang.act(opened.ticket_id, "priority", priority=1)
        seen.append(await revision(ground, opened.ticket_id, opened.conversation_id))
        await wang.act(opened.ticket_id, "messages", mode="note", text="x")
        seen.append(await revision(ground, opened.ticket_id, opened.conversation_id))
        assert len(set(seen)) == 5
        assert seen[-1] == await revision(ground, opened.ticket_id, opened.conversation_id)


class TestStream:
    async def test_a_change_is_told_once_with_its_revision(self, ground: Ground) -> None:
        look = looking(ground.db, queue_revision, "0")
        assert await look() == []
        await open_one(ground)
        (told,) = await look()
        assert (told.event, told.data) == ("changed", told.id)
        assert await look() == []

    async def test_what_changed_while_nobody_listened_is_told_on_connecting(self, ground: Ground) -> None:
        await open_one(ground)
        stream = follow(ground.bus, looking(ground.db, queue_revision, "0"), ["tickets"], stopping=asyncio.Event())
        assert await self._first_event(stream) == "event: changed"

    async def test_a_hint_wakes_it(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        async with ground.db.reading() as session:
            seen = await queue_revision(session)
        look = looking(ground.db, queue_revision, seen)
        stream = follow(ground.bus, look, ["tickets"], stopping=asyncio.Event(), heartbeat_s=30)
        waiting = asyncio.create_task(self._first_event(stream))
        await asyncio.sleep(0)
        await wang.act(opened.ticket_id, "assign", to="me")
        assert await asyncio.wait_for(waiting, 10) == "event: changed"

    @staticmethod
    async def _first_event(stream: AsyncIterator[str]) -> str:
        async for text in stream:
            if text.startswith("event:"):
                return text.split("\n")[0]
        raise AssertionError
