"""Somebody calls, the call is written down, and the caller is told by text or mail from then on."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from bot.app import create_app
from bot.bootstrap import make_runtime
from bot.defaults import install_defaults
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.errors import PersonUnreachableError
from channels.models import DeliveryState
from channels.phone.adapter import Phone
from channels.phone.signatures import HEADER, sign
from channels.port import Capabilities, Channel
from channels.testing import FakeChannel
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox.runner import Runner
from tests.support.console import HTMX, Person
from tests.support.desk import remembered_index
from tests.support.tickets import ticket_now
from tests.support.web import add_staff, open_client, sign_in_client
from tickets.conversations.models import Message
from tickets.followups.service import fire_due
from tickets.models import Ticket, TicketEvent
from tickets.repository import timeline

NUMBER = "+8613800138000"
SECRET = "the secret of the exchange"


@dataclass
class Hotline:
    """The product with a telephone, texts and mail, and one agent at extension 801."""

    ground: Ground
    clock: FrozenClock
    app: FastAPI
    runners: tuple[Runner, ...]
    texts: FakeChannel
    mail: FakeChannel
    hook: str
    wang: Person

    async def rings(self, event: str, **more: Any) -> None:
        """The telephone system tells of a call."""
        whole = {"event": event, "call_id": "c1", "from": "13800138000", "extension": "801", **more}
        body = json.dumps(whole).encode()
        headers = {HEADER: sign(SECRET, body, at=self.clock.now())}
        async with open_client(self.app) as web:
            assert (await web.post(f"/hooks/phone/{self.hook}", content=body, headers=headers)).status_code == 200

    async def logs(self, **fields: Any) -> Ticket:
        """The agent fills the form in and saves."""
        whole = {"key": "k", "number": "138 0013 8000", "text": "开票软件登录不了", **fields}
        answer = await self.wang.client.post("/console/calls", data=whole, headers=HTMX)
        assert answer.status_code == 200, answer.text
        ticket_id = int(answer.headers["HX-Redirect"].rpartition("/")[2])
        await self.later(seconds=1)
        return await ticket_now(self.ground, ticket_id)

    async def later(self, **units: float) -> None:
        """Let time pass and everything due happen."""
        self.clock.advance(**units)
        busy = True
        while busy:
            async with self.ground.db.transaction() as session:
                busy = bool(await fire_due(session, self.clock.now()))
            for runner in self.runners:
                while await runner.run_once():
                    busy = True

    async def events(self, ticket: Ticket) -> list[TicketEvent]:
        async with self.ground.db.reading() as session:
            return await timeline(session, ticket.id)

    async def last_message(self) -> Message:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Message).order_by(col(Message.id).desc()))).all()[0]


def sms() -> FakeChannel:
    able = Capabilities(text_limit=4096, mixed=True, first_contact=True, templated=True, rings=True)
    return FakeChannel(name="sms", capabilities=able)


def mail() -> FakeChannel:
    return FakeChannel(
        name="email", capabilities=Capabilities(text_limit=100_000, mixed=True, first_contact=True, slow=True)
    )


@pytest.fixture
async def hotline(ground: Ground, clock: FrozenClock) -> AsyncIterator[Hotline]:
    texts, letters = sms(), mail()
    context = ChannelContext.of(ground)
    async with ground.db.transaction() as session:
        await install_defaults(session)
        account = await add_account(
            session,
            clock.now(),
            context.box,
            channel="phone",
            name="main",
            label="热线",
            settings={"extensions": "801=wang"},
            secrets={"secret": SECRET},
        )
    channels: dict[str, Channel] = {"phone": Phone(), "sms": texts, "email": letters}
    own = {"phone": "hotline", "sms": "texts", "email": "desk@example.cn"}
    runtime = make_runtime(ground, context=context, channels=channels, own_accounts=own, build=remembered_index)
    await runtime.library.open()
    app = create_app(runtime)
    senders = [runtime.outward(*pair) for pair in await runtime.sending_accounts()]
    staff = await add_staff(ground, role=Role.AGENT, login="wang", name="王芳")
    async with open_client(app) as client:
        await sign_in_client(client, ground, login="wang")
        client.cookies.set("yp_lang", "zh")
        person = Person(client, staff, ground)
        runners = (*runtime.runners, *senders)
        yield Hotline(ground, clock, app, runners, texts, letters, account.hook, person)


async def replies(hotline: Hotline, ticket: Ticket, text: str) -> httpx.Response:
    answer = await hotline.wang.act(ticket.id, "messages", mode="reply", text=text)
    await hotline.later(seconds=1)
    return answer


class TestNews:
    async def test_the_caller_is_told_the_number_and_the_page_at_once(self, hotline: Hotline) -> None:
        ticket = await hotline.logs()
        (sent,) = hotline.texts.sent
        assert sent.address == NUMBER
        assert ticket.number in sent.message.text
        assert sent.message.notice is not None
        assert sent.message.notice.kind == "opened"
        assert sent.message.notice.values["number"] == ticket.number
        assert f"/t/{ticket.token}" in sent.message.notice.values["page"]
        # A first reply is due in a day.
        assert sent.message.notice.values["time"] == "11月25日 10:00"
        page = sent.message.notice.values["page"].removeprefix(hotline.ground.settings.base_url)
        async with open_client(hotline.app) as web:
            assert ticket.number in (await web.get(page)).text

    async def test_whoever_was_answered_hears_when_the_next_news_are_due(self, hotline: Hotline) -> None:
        ticket = await hotline.logs(answered="1", mine="1")
        (sent,) = hotline.texts.sent
        assert sent.message.notice is not None
        assert ticket.next_update_at is not None
        assert sent.message.notice.values["time"] != "11月25日 10:00"

    async def test_what_staff_write_and_what_the_desk_does_reaches_the_caller(self, hotline: Hotline) -> None:
        ticket = await hotline.logs()
        await replies(hotline, ticket, "证书已经更新，请再试一次。")
        assert "证书已经更新，请再试一次。" in hotline.texts.texts(NUMBER)
        await hotline.wang.act(ticket.id, "resolve", solution="更新了证书。")
        await hotline.later(seconds=1)
        assert "更新了证书。" in hotline.texts.texts(NUMBER)[-1]
        assert {sent.address for sent in hotline.texts.sent} == {NUMBER}

    async def test_by_mail_where_that_was_wished(self, hotline: Hotline) -> None:
        fields = {"number": "010 6512 3456", "asked": "+861065123456"}
        ticket = await hotline.logs(**fields, news="email", email="wang@example.cn")
        (told,) = hotline.mail.texts("wang@example.cn")
        assert ticket.number in told
        assert hotline.texts.sent == []

    async def test_what_cannot_be_texted_is_mailed_once(self, hotline: Hotline) -> None:
        ticket = await hotline.logs(email="wang@example.cn")
        assert hotline.mail.sent == []

        def refuse(_key: str) -> None:
            raise PersonUnreachableError("gone", "the number is not in use")

        hotline.texts.before = refuse
        await replies(hotline, ticket, "证书已经更新。")
        assert "证书已经更新。" in hotline.mail.texts("wang@example.cn")
        assert (await hotline.last_message()).delivery == DeliveryState.SENT
        hops = [one.data for one in await hotline.events(ticket) if one.kind == "rerouted"]
        assert {(one["from_channel"], one["to_channel"]) for one in hops} == {("sms", "email")}

    async def test_who_wants_no_news_gets_none(self, hotline: Hotline) -> None:
        await hotline.logs(asked=NUMBER, news="none")
        assert hotline.texts.sent == hotline.mail.sent == []

    async def test_what_a_landline_alone_can_be_told_is_seen_to_have_failed(self, hotline: Hotline) -> None:
        ticket = await hotline.logs(number="010 6512 3456")
        await replies(hotline, ticket, "证书已经更新。")
        assert (await hotline.last_message()).delivery == DeliveryState.FAILED

    async def test_a_call_about_an_open_ticket_is_no_news(self, hotline: Hotline) -> None:
        first = await hotline.logs()
        who = {"asked": NUMBER, "who": str(first.contact_id)}
        again = await hotline.logs(**who, key="k2", add=str(first.id), text="还是登录不了")
        assert again.id == first.id
        assert len(hotline.texts.sent) == 1


class TestRinging:
    async def test_a_call_opens_a_card_that_leads_to_the_form_and_goes_when_it_is_logged(
        self, hotline: Hotline
    ) -> None:
        await hotline.rings("ring")
        cards = await hotline.wang.page("/console/calls/ringing")
        assert 'data-call="1"' in cards
        ticket = await hotline.logs(call="1")
        assert 'data-call="1"' not in await hotline.wang.page("/console/calls/ringing")
        await hotline.rings("answer")
        hotline.clock.advance(seconds=83)
        await hotline.rings("hangup")
        await hotline.later(seconds=1)
        assert [one.data.get("seconds") for one in await hotline.events(ticket) if one.kind == "called"] == [83]

    async def test_its_length_is_known_when_it_is_logged_after_the_end_too(self, hotline: Hotline) -> None:
        await hotline.rings("ring")
        await hotline.rings("answer")
        hotline.clock.advance(seconds=125)
        await hotline.rings("hangup")
        await hotline.later(seconds=1)
        ticket = await hotline.logs(call="1")
        assert [one.data.get("seconds") for one in await hotline.events(ticket) if one.kind == "called"] == [125]
        assert "通话" in await hotline.wang.page(f"/console/tickets/{ticket.id}")

    async def test_every_page_of_the_desk_watches_for_calls(self, hotline: Hotline) -> None:
        page = await hotline.wang.page("/console/tickets")
        assert 'hx-get="/console/calls/ringing"' in page
        assert 'href="/console/calls/new"' in page
