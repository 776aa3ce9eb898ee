from collections.abc import AsyncIterator

import httpx
import pytest

import bot.schema  # noqa: F401 - the tables.
from bot.app import create_app
from bot.bootstrap import make_runtime
from channels.webchat.models import WebchatVisitor
from channels.webchat.typing import note_visitor_typing
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.desk import remembered_index
from tests.support.web import add_staff, open_client, sign_in_client
from tickets.actors import BOT
from tickets.contacts.service import Sender
from tickets.conversations.service import conversation_of
from tickets.opening import Matter, open_ticket
from tickets.rhythm import rhythm_of


async def open_a_ticket(ground: Ground, address: str) -> int:
    now = ground.clock.now()
    sender = Sender(channel="webchat", account="site", address=address, thread=f"webchat:site:{address}")
    async with ground.db.transaction() as session:
        session.add(WebchatVisitor(id=address, token_id="t", locale="zh", created_at=now, seen_at=now))
        conversation, contact = await conversation_of(session, now, sender)
        ticket = await open_ticket(
            session,
            now,
            conversation,
            contact,
            Matter(text="开不了票"),
            actor=BOT,
            rhythm=rhythm_of(ground.settings),
        )
        return ticket.id


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    await add_staff(ground, role=Role.AGENT, name="王芳")
    app = create_app(make_runtime(ground, build=remembered_index))
    async with open_client(app) as opened:
        await sign_in_client(opened, ground, login="agent")
        yield opened


async def agent_typing(ground: Ground, address: str) -> tuple[str | None, str | None]:
    async with ground.db.reading() as session:
        visitor = await session.get(WebchatVisitor, address)
    assert visitor is not None
    return visitor.agent_typing_who, visitor.agent_typing_name


async def test_staff_see_the_customer_typing_only_while_it_lasts(
    ground: Ground, clock: FrozenClock, client: httpx.AsyncClient
) -> None:
    ticket_id = await open_a_ticket(ground, "v1")
    address = f"/console/tickets/{ticket_id}/typing"
    assert (await client.get(address)).text.strip() == ""
    async with ground.db.transaction() as session:
        await note_visitor_typing(session, clock.now(), "v1", typing=True)
    assert "正在输入" in (await client.get(address)).text
    clock.advance(seconds=9)
    assert (await client.get(address)).text.strip() == ""


async def test_the_customer_sees_who_of_the_staff_is_typing(ground: Ground, client: httpx.AsyncClient) -> None:
    ticket_id = await open_a_ticket(ground, "v1")
    assert (await client.post(f"/console/tickets/{ticket_id}/typing")).status_code == 204
    assert await agent_typing(ground, "v1") == ("staff", "王芳")


async def test_nobody_is_shown_typing_without_a_session(ground: Ground, client: httpx.AsyncClient) -> None:
    ticket_id = await open_a_ticket(ground, "v1")
    client.cookies.clear()
    assert (await client.post(f"/console/tickets/{ticket_id}/typing")).status_code == 401
    assert await agent_typing(ground, "v1") == (None, None)
