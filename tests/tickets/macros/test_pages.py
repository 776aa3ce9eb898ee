"""Canned replies, macros and the checklist on a ticket's page."""

import pytest
from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from bot.defaults import install_defaults
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.tickets import messages_of, open_one, ticket_now
from tickets.desk.models import Category
from tickets.macros.models import CannedReply
from tickets.macros.service import create_macro
from tickets.repository import get_ticket


@pytest.fixture(autouse=True)
async def _defaults(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        await install_defaults(session)
        category = (await session.exec(select(Category).where(Category.key == "outage"))).one()
        category.checklist_zh, category.checklist_en = "问税号", "Ask the tax ID"


class TestCanned:
    async def test_it_is_filled_in_and_what_is_empty_is_named(self, agent: Person, ground: Ground) -> None:
        opened = await open_one(ground)
        address = f"/console/tickets/{opened.ticket_id}/canned"
        [choice] = (await agent.client.get(address, params={"q": "sdzzk"})).json()
        number = (await ticket_now(ground, opened.ticket_id)).number
        assert choice["shortcut"] == "hello"
        assert number in choice["text"]
        assert choice["warning"] == ""
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, opened.ticket_id)
            ticket.first_reply_due = ground.clock.now()
        [late] = (await agent.client.get(address, params={"q": "sdzzk"})).json()
        assert "答复时限" in late["warning"]
        assert (await agent.client.post(f"/console/canned/{choice['id']}/used")).status_code == 204
        async with ground.db.reading() as session:
            used = select(CannedReply.uses).where(CannedReply.shortcut == "hello")
            assert (await session.exec(used)).one() == 1

    async def test_no_customer_reads_what_is_not_filled_in(self, agent: Person, ground: Ground) -> None:
        opened = await open_one(ground)
        before = len(await messages_of(ground, opened.conversation_id))
        said = {"mode": "reply", "version": 1, "text": "{customer_name}您好"}
        address = f"/console/tickets/{opened.ticket_id}/messages"
        answer = await agent.client.post(address, data=said, headers=HTMX)
        assert answer.status_code == 422
        assert "{customer_name}" in answer.text
        assert len(await messages_of(ground, opened.conversation_id)) == before
        assert (await agent.client.post(address, data={**said, "mode": "note"}, headers=HTMX)).status_code == 200


class TestMacros:
    @pytest.mark.parametrize("lang", ["zh", "en"])
    async def test_they_are_shown_with_what_they_would_do_and_run(
        self, agent: Person, ground: Ground, lang: str
    ) -> None:
        opened = await open_one(ground)
        address = f"/console/tickets/{opened.ticket_id}/macros"
        shown = await agent.page(address, lang)
        assert "平台已经恢复" in shown
        ran = await agent.act(opened.ticket_id, "macros/3")
        assert ran.status_code == 200
        assert (await ticket_now(ground, opened.ticket_id)).stage == "confirming"

    async def test_who_saw_an_older_ticket_is_told(self, agent: Person, ground: Ground) -> None:
        opened = await open_one(ground)
        await agent.act(opened.ticket_id, "priority", priority=1)
        assert (await agent.act(opened.ticket_id, "macros/3", version=1)).status_code == 409

    async def test_what_is_refused_is_told_and_the_rest_is_done(self, agent: Person, ground: Ground) -> None:
        opened = await open_one(ground)
        async with ground.db.transaction() as session:
            actions = [{"do": "team", "to": "nowhere"}, {"do": "tags", "add": ["完"]}]
            macro = await create_macro(session, {"key": "odd", "name_zh": "怪", "actions": actions})
        ran = await agent.act(opened.ticket_id, f"macros/{macro.id}")
        assert "没有“nowhere”这个组" in ran.text
        assert (await ticket_now(ground, opened.ticket_id)).tags == ["完"]

    async def test_a_macro_says_nothing_that_is_not_filled_in(self, agent: Person, ground: Ground) -> None:
        opened = await open_one(ground)
        before = len(await messages_of(ground, opened.conversation_id))
        async with ground.db.transaction() as session:
            actions = [{"do": "reply", "text_zh": "{customer_name}您好", "text_en": ""}]
            macro = await create_macro(session, {"key": "odd", "name_zh": "怪", "actions": actions})
        ran = await agent.act(opened.ticket_id, f"macros/{macro.id}")
        assert "{customer_name}" in ran.text
        assert len(await messages_of(ground, opened.conversation_id)) == before


class TestChecklist:
    async def test_it_is_ticked_and_asked_for_when_resolving(self, agent: Person, ground: Ground) -> None:
        opened = await open_one(ground, category="outage")
        address = f"/console/tickets/{opened.ticket_id}/checklist"
        assert "问税号" in await agent.page(address)
        assert "required" in await agent.page(f"{address}/open")
        ticked = await agent.client.post(address, data={"step": "问税号", "done": "true"}, headers=HTMX)
        assert "checked" in ticked.text
        assert (await agent.page(f"{address}/open")).strip() == ""
