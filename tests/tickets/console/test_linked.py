"""A person's addresses on the ticket's page: masked, joined and parted by supervisors, preferred by agents."""

import re

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.links import accepted, addresses, give_code, joined, link_now, offered, owners
from tests.support.tickets import kinds_of, open_one
from tests.support.web import sign_in_client
from tickets.console.queries.ticket import ticket_revision
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, get_conversation, post, revise_message
from tickets.linking.models import LinkState
from tickets.surveys.models import Survey


async def pending(ground: Ground) -> tuple[int, int, int]:
    """A link that waits for staff, with the tickets of both sides."""
    a = await open_one(ground, who="first-a", person={"phone": "13800138000", "tax_id": "91110105MA01ABCD0X"})
    b = await open_one(ground, who="second-b", person={"phone": "13900139000", "tax_id": "91110105MA01ABCD1X"})
    link_id = await offered(ground, b, await give_code(ground, a))
    assert link_id is not None
    await accepted(ground, b, link_id)
    return link_id, a.ticket_id, b.ticket_id


class TestAddresses:
    async def test_one_address_is_not_worth_a_list(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        assert "联系渠道" not in await wang.page(f"/console/tickets/{opened.ticket_id}")

    async def test_several_are_listed_masked_on_every_ticket(self, ground: Ground, wang: Person) -> None:
        a, b = await addresses(ground, "visitor-aaa111", "visitor-bbb222")
        await joined(ground, a, b)
        for one in (a, b):
            page = await wang.page(f"/console/tickets/{one.ticket_id}")
            (side,) = re.findall(r"<aside id=\"side\".*?</aside>", page, re.DOTALL)
            assert "联系渠道" in side
            assert "••aaa111" in side
            assert "••bbb222" in side
            assert "visitor-aaa111" not in side

    async def test_the_tickets_of_all_addresses_are_the_persons_other_tickets(
        self, ground: Ground, wang: Person
    ) -> None:
        a = await open_one(ground, "打印偏移", who="a")
        b = await open_one(ground, "登录不了", who="b")
        await joined(ground, a, b)
        assert "打印偏移" in await wang.page(f"/console/tickets/{b.ticket_id}")


class TestUndo:
    async def test_a_supervisor_parts_them_and_it_is_written_down(self, ground: Ground, li: Person) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await joined(ground, a, b)
        answer = await li.client.post(f"/console/tickets/{b.ticket_id}/links/{link_id}/undo", headers=HTMX)
        assert answer.status_code == 200
        assert "联系渠道" not in answer.text
        assert (await owners(ground)).identities == {"a": a.contact_id, "b": b.contact_id}
        assert (await link_now(ground, link_id)).undone_by == "li"
        assert (await kinds_of(ground, a.ticket_id))[-1] == "unlinked"

    async def test_an_agent_does_not(self, ground: Ground, wang: Person) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await joined(ground, a, b)
        assert f"/links/{link_id}/undo" not in await wang.page(f"/console/tickets/{a.ticket_id}")
        answer = await wang.client.post(f"/console/tickets/{a.ticket_id}/links/{link_id}/undo", headers=HTMX)
        assert answer.status_code == 403

    async def test_not_by_the_ticket_of_somebody_else(self, ground: Ground, li: Person) -> None:
        a, b, c = await addresses(ground, "a", "b", "c")
        link_id = await joined(ground, a, b)
        answer = await li.client.post(f"/console/tickets/{c.ticket_id}/links/{link_id}/undo", headers=HTMX)
        assert answer.status_code == 404
        assert (await link_now(ground, link_id)).state == LinkState.LINKED

    async def test_after_thirty_days_it_is_not_offered(self, ground: Ground, li: Person, clock: FrozenClock) -> None:
        a, b = await addresses(ground, "a", "b")
        link_id = await joined(ground, a, b)
        assert f"/links/{link_id}/undo" in await li.page(f"/console/tickets/{a.ticket_id}")
        clock.advance(days=31)
        # The session of the member of staff is over by then.
        await sign_in_client(li.client, ground, login="li")
        assert f"/links/{link_id}/undo" not in await li.page(f"/console/tickets/{a.ticket_id}")


class TestPending:
    async def test_both_values_are_shown_masked_on_both_tickets(self, ground: Ground, li: Person) -> None:
        _link, *tickets = await pending(ground)
        for ticket in tickets:
            page = await li.page(f"/console/tickets/{ticket}")
            for shown in ("139••••9000", "138••••8000", "911••••CD0X", "911••••CD1X"):
                assert shown in page
            assert "13800138000" not in page

    async def test_a_supervisor_confirms(self, ground: Ground, li: Person) -> None:
        link_id, ticket, other = await pending(ground)
        answer = await li.client.post(f"/console/tickets/{ticket}/links/{link_id}/confirm", headers=HTMX)
        assert answer.status_code == 200
        assert "••cond-b" in answer.text
        assert len(set((await owners(ground)).identities.values())) == 1
        assert (await kinds_of(ground, other))[-1] == "linked"
        again = await li.client.post(f"/console/tickets/{ticket}/links/{link_id}/confirm", headers=HTMX)
        assert again.status_code == 404

    async def test_a_supervisor_says_no(self, ground: Ground, li: Person) -> None:
        link_id, ticket, _other = await pending(ground)
        answer = await li.client.post(f"/console/tickets/{ticket}/links/{link_id}/dismiss", headers=HTMX)
        assert answer.status_code == 200
        assert "139••••9000" not in answer.text
        assert len(set((await owners(ground)).identities.values())) == 2

    async def test_an_agent_sees_it_and_decides_nothing(self, ground: Ground, wang: Person) -> None:
        link_id, ticket, _other = await pending(ground)
        page = await wang.page(f"/console/tickets/{ticket}")
        assert "139••••9000" in page
        assert f"/links/{link_id}/confirm" not in page
        for action in ("confirm", "dismiss"):
            answer = await wang.client.post(f"/console/tickets/{ticket}/links/{link_id}/{action}", headers=HTMX)
            assert answer.status_code == 403


class TestPreferred:
    async def test_an_agent_sets_where_news_goes_and_takes_it_back(self, ground: Ground, wang: Person) -> None:
        a, b = await addresses(ground, "a", "b")
        await joined(ground, a, b)
        where = f"/console/tickets/{a.ticket_id}/preferred"
        for talk, thread in ((b.conversation_id, "webchat:main:b"), (0, None)):
            answer = await wang.client.post(where, data={"talk": talk}, headers=HTMX)
            assert ("进展发到这里" in answer.text) is bool(talk)
            assert (await owners(ground)).contacts[a.contact_id]["preferred_thread"] == thread

    async def test_a_strangers_address_is_not_taken(self, ground: Ground, wang: Person) -> None:
        a, b = await addresses(ground, "a", "b")
        answer = await wang.client.post(
            f"/console/tickets/{a.ticket_id}/preferred", data={"talk": b.conversation_id}, headers=HTMX
        )
        assert answer.status_code == 200
        assert (await owners(ground)).contacts[a.contact_id]["preferred_thread"] is None

    @pytest.mark.parametrize("talk", ["-1", "x", "", "9" * 30])
    async def test_nonsense_is_refused(self, ground: Ground, wang: Person, talk: str) -> None:
        (a,) = await addresses(ground, "a")
        answer = await wang.client.post(f"/console/tickets/{a.ticket_id}/preferred", data={"talk": talk}, headers=HTMX)
        assert answer.status_code == 422


class TestWaysOfNews:
    async def test_an_agent_sets_the_fallback_and_the_quiet_hours(self, ground: Ground, wang: Person) -> None:
        a, b = await addresses(ground, "a", "b")
        await joined(ground, a, b)
        where = f"/console/tickets/{a.ticket_id}/news-by"
        answer = await wang.client.post(
            where, data={"fallback": b.conversation_id, "quiet": "21:30-07:45"}, headers=HTMX
        )
        assert "21:30-07:45 不打扰" in answer.text
        contact = (await owners(ground)).contacts[a.contact_id]
        assert (contact["fallback_thread"], contact["quiet_hours"]) == ("webchat:main:b", "21:30-07:45")
        await wang.client.post(where, data={"fallback": 0, "quiet": "org"}, headers=HTMX)
        contact = (await owners(ground)).contacts[a.contact_id]
        assert (contact["fallback_thread"], contact["quiet_hours"]) == (None, None)

    @pytest.mark.parametrize("quiet", ["25:00-08:00", "22:00", "org-22:00-08:00", "22:00-08:00x"])
    async def test_nonsense_is_refused(self, ground: Ground, wang: Person, quiet: str) -> None:
        (a,) = await addresses(ground, "a")
        answer = await wang.client.post(f"/console/tickets/{a.ticket_id}/news-by", data={"quiet": quiet}, headers=HTMX)
        assert answer.status_code == 422


class TestEdited:
    async def test_what_was_said_before_is_a_click_away_and_cannot_be_overlooked(
        self, ground: Ground, wang: Person
    ) -> None:
        opened = await open_one(ground, who="a")
        async with ground.db.transaction() as session:
            talk = await get_conversation(session, opened.conversation_id)
            new = NewMessage(author=Author.CUSTOMER, text="税号是 1 <b>", platform_id="m1")
            await post(session, ground.clock.now(), talk, new)
            before = await ticket_revision(session, opened.ticket_id, opened.conversation_id)
        async with ground.db.transaction() as session:
            await revise_message(
                session, ground.clock.now(), thread="webchat:main:a", platform_id="m1", text="税号是 2"
            )
            assert await ticket_revision(session, opened.ticket_id, opened.conversation_id) != before
        page = await wang.page(f"/console/tickets/{opened.ticket_id}")
        (earlier,) = re.findall(r"<details.*?</details>", page, re.DOTALL)
        assert "已编辑" in earlier
        assert "<del>税号是 1 &lt;b&gt;</del>" in earlier
        assert "税号是 2" in page


class TestThePersonAtAGlance:
    async def test_language_tags_address_and_what_was_said_of_earlier_tickets(
        self, ground: Ground, wang: Person
    ) -> None:
        person = {"locale": "en", "tags": ["大客户"]}
        before = await open_one(ground, "打印偏移", who="visitor-abc123", person=person)
        opened = await open_one(ground, "登录不了", who="visitor-abc123", person=person)
        async with ground.db.transaction() as session:
            for ticket_id, score in ((before.ticket_id, 2), (opened.ticket_id, 5)):
                session.add(
                    Survey(
                        ticket_id=ticket_id,
                        contact_id=before.contact_id,
                        channel="webchat",
                        score=score,
                        asked_at=ground.clock.now(),
                        answered_at=ground.clock.now(),
                    )
                )
        page = await wang.page(f"/console/tickets/{opened.ticket_id}")
        (side,) = re.findall(r"<aside id=\"side\".*?</aside>", page, re.DOTALL)
        facts = dict(re.findall(r"<dt>([^<]*)</dt><dd[^>]*>(.*?)</dd>", side, re.DOTALL))
        assert "••abc123" in facts["联系方式"]
        assert "visitor-abc123" not in side
        assert facts["语言"] == "英文"
        assert "大客户" in facts["客户标签"]
        # The ticket's own has a place of its own.
        assert re.findall(r"\d 分", facts["给过的评价"]) == ["2 分"]
