from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from kit.ground import Ground
from tests.support.queue import put_ticket
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, get_conversation, post
from tickets.search.searching import Hits, search
from tickets.search.wanted import understand

Look = Callable[..., Coroutine[Any, Any, Hits]]
Say = Callable[..., Coroutine[Any, Any, int]]


@pytest.fixture
def look(ground: Ground) -> Look:
    """Search as the queue does."""

    async def looked(typed: str, *within: Any, **options: Any) -> Hits:
        async with ground.db.reading() as session:
            return await search(session, understand(typed), within, **options)

    return looked


@pytest.fixture
def opened(ground: Ground) -> Say:
    """Open a ticket of a new person; its id."""
    count = 0

    async def open_new(text: str, **more: Any) -> int:
        nonlocal count
        count += 1
        return (await put_ticket(ground, count, text, **more)).id

    return open_new


@pytest.fixture
def say(ground: Ground) -> Say:
    """Say something in a conversation about the ticket of the same number; the id of the message."""

    async def said(conversation_id: int, text: str, author: Author = Author.CUSTOMER, **more: Any) -> int:
        async with ground.db.transaction() as session:
            conversation = await get_conversation(session, conversation_id)
            new = NewMessage(author=author, text=text, **{"ticket_id": conversation_id, **more})
            return (await post(session, ground.clock.now(), conversation, new)).id

    return said
