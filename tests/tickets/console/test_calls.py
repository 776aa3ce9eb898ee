"""The form of a call: the caller appears as the number is typed, nothing typed is lost, and saving opens the ticket."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from bot.defaults import install_defaults
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import LOCALES, translate
from tests.support.console import HTMX, Person
from tests.support.tickets import kinds_of, open_one, ticket_now
from tickets.calls.ways import Way
from tickets.contacts.models import Contact, ContactIdentity
from tickets.models import Ticket
from tickets.repository import change, get_ticket

FORM = "/console/calls/new"
NUMBER = "138-0013 8000"
TEXT = "开票软件登录不了\n提示证书过期"


async def both_ways(_session: AsyncSession) -> Sequence[Way]:
    return [Way("sms", "texts"), Way("email", "desk@example.cn")]


@pytest.fixture(autouse=True)
async def _configured(ground: Ground, app: FastAPI) -> None:
    app.state.ways = both_ways
    async with ground.db.transaction() as session:
        await install_defaults(session)


async def save(wang: Person, **fields: Any) -> httpx.Response:
    whole = {"key": "k1", "number": NUMBER, "text": TEXT, **fields}
    return await wang.client.post("/console/calls", data=whole, headers=HTMX)


async def saved(wang: Person, **fields: Any) -> Ticket:
    answer = await save(wang, **fields)
    assert answer.status_code == 200, answer.text
    address = answer.headers["HX-Redirect"]
    return await ticket_now(wang.ground, int(address.rpartition("/")[2]))


async def looked_up(wang: Person, **fields: Any) -> str:
    answer = await wang.client.post("/console/calls/caller", data={"number": NUMBER, **fields}, headers=HTMX)
    assert answer.status_code == 200
    return answer.text


def chosen(page: str, name: str) -> str:
    """The value of the radio that is checked."""
    found = re.search(rf'name="{name}" value="([^"]*)" checked', page)
    return found[1] if found else ""


def problem(page: str, field: str) -> str:
    found = re.search(rf'id="call-{field}-problem">(?:<svg.*?</svg>)?(.*?)</p>', page, re.DOTALL)
    return unescape(found[1]).strip() if found else ""


async def contact_of(ground: Ground, ticket: Ticket) -> Contact:
    async with ground.db.reading() as session:
        return (await session.exec(select(Contact).where(Contact.id == ticket.contact_id))).one()


async def tickets(ground: Ground) -> list[Ticket]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(Ticket).order_by(col(Ticket.id)))).all())


class TestSaving:
    async def test_a_call_becomes_a_ticket_and_its_page_is_opened(self, ground: Ground, wang: Person) -> None:
        ticket = await saved(wang, name="王会计", company="宏远商贸", category="login")
        assert (ticket.channel, ticket.subject) == ("phone", "开票软件登录不了")
        assert await kinds_of(ground, ticket.id) == ["opened", "routed", "called"]
        page = await wang.page(f"/console/tickets/{ticket.id}")
        assert "王会计" in page
        assert "客户来电，已登记" in page

    async def test_without_scripts_the_browser_is_sent_there(self, wang: Person) -> None:
        answer = await wang.client.post("/console/calls", data={"key": "k", "number": NUMBER, "text": TEXT})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/tickets/1")

    async def test_who_goes_back_and_writes_something_else_has_logged_another_call(
        self, ground: Ground, wang: Person
    ) -> None:
        first = await saved(wang)
        again, other = await saved(wang), await saved(wang, text="另外，打印机也坏了。")
        assert (first.id == again.id, [one.id for one in await tickets(ground)]) == (True, [first.id, other.id])

    async def test_news_go_by_text_unless_something_else_is_said(self, ground: Ground, wang: Person) -> None:
        person = await contact_of(ground, await saved(wang))
        assert person.preferred_thread == "sms:texts:+8613800138000"

    async def test_a_landline_is_told_by_mail(self, ground: Ground, wang: Person) -> None:
        ticket = await saved(wang, number="010 6512 3456", news="email", email="Wang@Example.cn")
        assert (await contact_of(ground, ticket)).preferred_thread == "email:desk@example.cn:wang@example.cn"

    async def test_or_by_text_to_a_mobile(self, ground: Ground, wang: Person) -> None:
        ticket = await saved(wang, number="010 6512 3456", news="sms", sms_to="139 0013 9000")
        assert (await contact_of(ground, ticket)).preferred_thread == "sms:texts:+8613900139000"

    async def test_who_sees_to_it_and_has_answered(self, wang: Person) -> None:
        ticket = await saved(wang, mine="1", answered="1", priority="1")
        assert (ticket.assignee_id, ticket.priority) == (wang.id, 1)
        assert ticket.first_replied_at is not None

    async def test_enter_in_a_field_sends_no_half_form(self, wang: Person) -> None:
        first, *_others = re.findall(r"<button[^>]*>", (await wang.page(FORM)).partition('<form id="call-form"')[2])
        assert first == '<button type="submit" disabled hidden>'

    async def test_pressed_twice_it_is_one_ticket(self, ground: Ground, wang: Person) -> None:
        first, second = await saved(wang), await saved(wang)
        assert first.id == second.id
        assert len(await tickets(ground)) == 1

    async def test_where_no_ways_are_set_up_it_is_saved_all_the_same(self, wang: Person, app: FastAPI) -> None:
        del app.state.ways
        assert "还没有配置短信和邮件" in await looked_up(wang)
        await saved(wang)

    async def test_it_is_for_agents(self, editor: Person) -> None:
        assert (await editor.client.get(FORM)).status_code == 403
        assert (await save(editor)).status_code == 403


class TestCaller:
    async def test_an_unfinished_number_is_nobodys(self, wang: Person) -> None:
        page = await looked_up(wang, number="138")
        assert 'name="asked" value=""' in page

    async def test_a_number_is_read_as_people_write_it(self, wang: Person) -> None:
        for typed in (NUMBER, "+86 13800138000", "0086 138 0013 8000", "(86)13800138000"):
            assert "138 0013 8000" in await looked_up(wang, number=typed), typed

    async def test_a_first_caller_is_asked_for_a_name(self, wang: Person) -> None:
        page = await looked_up(wang)
        assert "第一次来电" in page
        assert 'id="call-name"' in page

    async def test_a_known_one_is_chosen_with_what_they_have_with_us(self, wang: Person) -> None:
        ticket = await saved(wang, name="王会计", company="宏远商贸")
        page = await looked_up(wang)
        assert chosen(page, "who") == str(ticket.contact_id)
        assert "宏远商贸" in page
        assert ticket.number in page
        assert f'<option value="{ticket.id}">补充 {ticket.number}' in page

    async def test_who_only_named_the_number_has_to_be_confirmed(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, person={"phone": "13800138000", "name": "李清"})
        page = await looked_up(wang)
        assert chosen(page, "who") == "new"
        assert "请和对方确认" in page
        assert f'id="who-{opened.contact_id}"' in page
        # Not confirmed it is somebody new.
        ticket = await saved(wang, name="小李")
        assert ticket.contact_id != opened.contact_id

    async def test_once_confirmed_it_is_theirs(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, person={"phone": "13800138000", "name": "李清"})
        fields = {"who": str(opened.contact_id), "asked": "+8613800138000"}
        assert chosen(await looked_up(wang, **fields), "who") == str(opened.contact_id)
        ticket = await saved(wang, **fields, add=str(opened.ticket_id))
        assert ticket.id == opened.ticket_id

    async def test_who_has_no_name_yet_can_be_given_one(self, ground: Ground, wang: Person) -> None:
        first = await saved(wang)
        assert 'id="call-name"' in await looked_up(wang)
        await saved(wang, key="k2", name="王会计")
        assert (await contact_of(ground, first)).name == "王会计"
        assert 'id="call-name"' not in await looked_up(wang)

    async def test_another_number_is_another_question(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, person={"phone": "13800138000", "name": "李清"})
        fields = {"who": str(opened.contact_id), "asked": "+8613800138000", "number": "13900139000"}
        page = await looked_up(wang, **fields)
        assert "李清" not in page
        assert (await saved(wang, **fields)).contact_id != opened.contact_id
        # "A new caller" was said of the first number, not of this one.
        known = await saved(wang, number="13900139000", key="k3")
        page = await looked_up(wang, who="new", asked="+8613800138000", number="13900139000")
        assert chosen(page, "who") == str(known.contact_id)

    async def test_addresses_of_the_person_stay_masked(self, wang: Person) -> None:
        await saved(wang, news="email", email="wangfang@example.cn")
        page = await looked_up(wang)
        assert "w•••@example.cn" in page
        assert "wangfang@" not in page
        assert chosen(page, "news") == "keep"

    async def test_what_was_typed_stays_when_the_caller_appears(self, wang: Person) -> None:
        page = await looked_up(wang, name="赵出纳", company="城南五金", email="zhao@example.cn")
        assert 'value="赵出纳"' in page
        assert 'value="城南五金"' in page
        assert 'value="zhao@example.cn"' in page

    async def test_the_card_of_a_call_says_who_it_is(self, wang: Person) -> None:
        ticket = await saved(wang, name="王会计")
        card = await wang.page("/console/calls/card?number=%2B8613800138000&call=7")
        assert "王会计" in card
        assert ticket.number in card
        assert "138••••8000" in card
        assert "138 0013 8000" not in card
        assert 'href="/console/calls/new?number=%2B8613800138000&amp;call=7"' in card
        assert "没有这个号码的记录" in await wang.page("/console/calls/card?number=anonymous&call=7")

    async def test_its_link_fills_the_number_in(self, wang: Person) -> None:
        await saved(wang, name="王会计")
        page = await wang.page(f"{FORM}?number=%2B8613800138000&call=7")
        assert 'value="138 0013 8000"' in page
        assert 'name="call" value="7"' in page
        assert "王会计" in page


class TestTheTicket:
    async def test_news_can_be_had_by_text_and_not_on_the_line(self, wang: Person) -> None:
        ticket = await saved(wang, news="email", email="wang@example.cn")
        page = await wang.page(f"/console/tickets/{ticket.id}")
        assert "电话 ••138000" in page
        # By mail it is already, by text it may be.
        assert page.count("进展改发这里") == 1
        fallback = page.partition('name="fallback"')[2].partition("</select>")[0]
        assert "短信 ••138000" in fallback
        assert "电话" not in fallback


class TestProblems:
    @pytest.mark.parametrize(
        ("fields", "field", "key"),
        [
            ({"number": "12"}, "number", "number"),
            ({"number": ""}, "number", "number"),
            ({"text": " \n "}, "text", "text"),
            ({"text": "长" * 10_001}, "text", "long"),
            ({"number": "010 6512 3456", "asked": "+861065123456", "news": "sms"}, "sms_to", "sms"),
            ({"sms_to": "010 6512 3456"}, "sms_to", "sms"),
            ({"sms_to": "abc"}, "sms_to", "sms"),
            ({"email": "nobody"}, "email", "email"),
            ({"email": "a\x00b@example.cn"}, "email", "email"),
            ({"asked": "+8613800138000", "news": "email"}, "email", "email_missing"),
        ],
    )
    async def test_each_is_said_beside_its_field(
        self, ground: Ground, wang: Person, fields: dict[str, str], field: str, key: str
    ) -> None:
        for locale in LOCALES:
            wang.client.cookies.set("yp_lang", locale)
            answer = await save(wang, **fields)
            assert answer.status_code == 422
            assert problem(answer.text, field) == translate(f"console.call.problem.{key}", locale)
            assert "autofocus" in answer.text
        assert await tickets(ground) == []

    async def test_nothing_typed_is_lost(self, wang: Person) -> None:
        typed = {
            "number": "12",
            "text": '他说 <b>"登录不了"</b>',
            "name": "王会计",
            "company": "宏远商贸",
            "category": "login",
            "priority": "2",
            "email": "wang@example.cn",
            "sms_to": "13900139000",
            "answered": "1",
            "mine": "1",
            "key": "k-7",
            "call": "9",
        }
        for headers in (HTMX, {}):
            page = (await wang.client.post("/console/calls", data=typed, headers=headers)).text
            assert "他说 &lt;b&gt;&#34;登录不了&#34;&lt;/b&gt;</textarea>" in page
            for value in ("王会计", "宏远商贸", "wang@example.cn", "13900139000", "k-7", "9"):
                assert f'value="{value}"' in page
            assert '<option value="login" selected>' in page
            assert '<option value="2" selected>' in page
            assert page.count('value="1" checked') == 2

    async def test_an_address_of_somebody_else_brings_them_up(self, ground: Ground, wang: Person) -> None:
        theirs = await open_one(ground, who="li@example.cn", channel="email", person={"name": "李清"})
        async with ground.db.transaction() as session:
            own = select(ContactIdentity).where(ContactIdentity.contact_id == theirs.contact_id)
            (await session.exec(own)).one().account = "desk@example.cn"
        fields = {"news": "email", "email": "li@example.cn", "asked": "+8613800138000", "who": "new"}
        answer = await save(wang, **fields)
        assert answer.status_code == 422
        assert "另一个人" in problem(answer.text, "email")
        assert "李清" in answer.text
        assert chosen(answer.text, "who") == "new"
        assert len(await tickets(ground)) == 1
        # The same person after all: the agent chooses them, and looks once more.
        fields["who"] = str(theirs.contact_id)
        assert chosen(await looked_up(wang, **fields), "who") == str(theirs.contact_id)

    async def test_a_call_that_is_logged_already_says_as_what(self, wang: Person) -> None:
        ticket = await saved(wang, call="7")
        assert ticket.number in await wang.page(f"{FORM}?number=13800138000&call=7")
        answer = await save(wang, key="k2", call="7")
        assert answer.status_code == 422
        assert f"已经登记为 {ticket.number}" in answer.text

    @pytest.mark.parametrize(
        "fields",
        [
            {"who": "99999999999999999999"},
            {"who": "²"},
            {"call": "²"},
            {"call": "9" * 20},
            {"add": "4711"},
            {"category": "none"},
            {"priority": "9"},
            {"news": "fax"},
            {"number": "13800138000\x00"},
        ],
    )
    async def test_nonsense_of_a_script_is_no_fault(self, wang: Person, fields: dict[str, str]) -> None:
        assert (await save(wang, asked="+8613800138000", **fields)).status_code in {200, 422}

    async def test_what_no_input_can_hold_is_refused(self, wang: Person) -> None:
        assert (await save(wang, name="x" * 10_000)).status_code == 422


class TestTheSameMatterAgain:
    SAME = "登录不了开票软件，还是证书过期"
    OTHER = "打印机卡纸"

    async def alike(self, wang: Person, **fields: Any) -> str:
        whole = {"number": NUMBER, "asked": "+8613800138000", "text": self.SAME, **fields}
        answer = await wang.client.post("/console/calls/alike", data=whole, headers=HTMX)
        assert answer.status_code == 200
        return answer.text

    async def test_the_callers_own_open_ticket_is_shown_with_the_key_that_adds_to_it(self, wang: Person) -> None:
        before = await saved(wang, name="王会计")
        page = await self.alike(wang)
        assert before.number in page
        assert f'name="into" value="{before.id}" data-call-into' in page
        assert "Ctrl+Shift+Enter" in page
        assert before.number not in await self.alike(wang, text=self.OTHER)
        assert before.number in await looked_up(wang)

    async def test_added_it_is_no_second_ticket(self, ground: Ground, wang: Person) -> None:
        before = await saved(wang, name="王会计")
        assert (await saved(wang, key="k2", text=self.SAME, into=before.id)).id == before.id
        assert [one.id for one in await tickets(ground)] == [before.id]
        assert (await kinds_of(ground, before.id))[-1] == "called"

    async def test_a_colleagues_is_linked_and_their_talk_stays_their_own(self, ground: Ground, wang: Person) -> None:
        before = await saved(wang, name="王会计", company="宏远商贸")
        other = {"number": "13900139000", "asked": "+8613900139000", "who": "new", "company": "宏远商贸"}
        assert "同单位的 王会计" in await self.alike(wang, **other)
        ticket = await saved(wang, key="k2", text=self.SAME, into=before.id, **other)
        assert ticket.id != before.id
        assert "related" in await kinds_of(ground, before.id)
        assert (await kinds_of(ground, ticket.id))[-1] == "related"
        assert (await saved(wang, key="k2", text=self.SAME, into=before.id, **other)).id == ticket.id

    async def test_one_category_is_one_matter_in_other_words(self, wang: Person) -> None:
        before = await saved(wang, name="王会计", category="login")
        assert before.number in await self.alike(wang, text="怎么又不行", category="login")
        assert before.number not in await self.alike(wang, text="怎么又不行", category="print")

    async def test_what_is_older_or_closed_is_another_matter(self, ground: Ground, wang: Person) -> None:
        before = await saved(wang, name="王会计")
        for fields in ({"stage": "solved"}, {"stage": "accepted", "created_at": before.created_at - timedelta(days=3)}):
            async with ground.db.transaction() as session:
                await change(session, ground.clock.now(), await get_ticket(session, before.id), **fields)
            assert before.number not in await self.alike(wang)

    async def test_closed_meanwhile_nothing_is_logged_and_it_is_said(self, ground: Ground, wang: Person) -> None:
        before = await saved(wang, name="王会计")
        async with ground.db.transaction() as session:
            await change(session, ground.clock.now(), await get_ticket(session, before.id), stage="solved")
        answer = await save(wang, key="k2", text=self.SAME, into=before.id)
        assert (answer.status_code, problem(answer.text, "into")) == (422, "那张工单刚刚有变化，不能再加了，请再看一眼")
        assert len(await tickets(ground)) == 1

    async def test_strangers_are_not_compared(self, wang: Person) -> None:
        before = await saved(wang, name="王会计", company="宏远商贸")
        other = {"number": "13900139000", "asked": "+8613900139000", "who": "new", "company": "远大"}
        assert before.number not in await self.alike(wang, **other)
        assert (await save(wang, key="k2", text=self.SAME, into=before.id, **other)).status_code == 422


class TestWhoCanOnlyBeCalled:
    async def mute(self, wang: Person) -> Ticket:
        return await saved(wang, name="王会计", news="none", asked="+8613800138000")

    async def add(self, wang: Person, ticket: Ticket, address: str) -> httpx.Response:
        return await wang.act(ticket.id, "address", address=address)

    async def test_it_is_said_and_an_address_can_be_added(self, ground: Ground, wang: Person) -> None:
        ticket = await self.mute(wang)
        assert "无法通知：只有电话" in await wang.page(f"/console/tickets/{ticket.id}")
        dialog = await wang.client.get(f"/console/tickets/{ticket.id}/address", headers=HTMX)
        assert "手机号或邮箱" in dialog.text
        answer = await self.add(wang, ticket, " Wang@Example.cn ")
        assert "无法通知" not in answer.text
        assert "加了通知方式：邮件" in answer.text
        person = await contact_of(ground, ticket)
        assert (person.preferred_thread, person.email) == ("email:desk@example.cn:wang@example.cn", "wang@example.cn")

    async def test_a_mobile_takes_texts(self, ground: Ground, wang: Person) -> None:
        ticket = await self.mute(wang)
        assert (await self.add(wang, ticket, "139 0013 9000")).status_code == 200
        assert (await contact_of(ground, ticket)).preferred_thread == "sms:texts:+8613900139000"

    @pytest.mark.parametrize("address", ["", "010 6512 3456", "wang@", "王会计"])
    async def test_what_reaches_nobody_is_refused(self, ground: Ground, wang: Person, address: str) -> None:
        ticket = await self.mute(wang)
        answer = await self.add(wang, ticket, address)
        assert (answer.status_code, "收不到短信" in answer.text) == (422, True)
        assert (await contact_of(ground, ticket)).preferred_thread is None

    async def test_somebody_elses_stays_theirs(self, ground: Ground, wang: Person) -> None:
        await saved(wang, key="k0", number="13900139000")
        ticket = await self.mute(wang)
        assert (await self.add(wang, ticket, "13900139000")).status_code == 409
        assert (await contact_of(ground, ticket)).preferred_thread is None

    async def test_without_ways_it_is_said_what_is_missing(self, wang: Person, app: FastAPI) -> None:
        ticket = await self.mute(wang)
        del app.state.ways
        dialog = await wang.client.get(f"/console/tickets/{ticket.id}/address", headers=HTMX)
        assert "还没有配置短信和邮件" in dialog.text
        assert (await self.add(wang, ticket, "13900139000")).status_code == 422

    async def test_it_is_for_agents(self, wang: Person, editor: Person) -> None:
        ticket = await self.mute(wang)
        page = await editor.page(f"/console/tickets/{ticket.id}")
        assert ("无法通知" in page, "act-address" in page) == (True, False)
        assert (await self.add(editor, ticket, "13900139000")).status_code == 403
