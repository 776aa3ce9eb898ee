from contextlib import suppress

import pytest
from sqlmodel import col

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import WANG, open_one
from tests.tickets.search.conftest import Look, Say
from tickets.contacts.models import Contact
from tickets.conversations.indexing import reindex
from tickets.conversations.models import Author
from tickets.conversations.service import revise_message
from tickets.merging.splitting import split
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of
from tickets.search.models import SearchEntry
from tickets.search.service import forget


class TestWhatIsFound:
    @pytest.mark.parametrize(
        "typed",
        [
            "数电票",
            "數電票",
            "票",
            "开具失败",
            "ofd 文件",
            "ＯＦＤ",
            "500",
            "提示错误",
            "YP-261124-0001",
            "yp2611240001",
            "0001",
            '"ofd 文件"',
            "ofd文件",
        ],
    )
    async def test_a_ticket_by_what_it_is_about(self, opened: Say, look: Look, typed: str) -> None:
        ticket = await opened("数电票开具失败，OFD 文件提示错误 500")
        await opened("登录不了")
        hits = await look(typed)
        assert (hits.tickets, hits.complete) == ([ticket], True) if typed != "票" else ticket in hits.tickets

    @pytest.mark.parametrize(
        "typed",
        ["发票异常", "票数", "电票 登录", "%", "_", "' OR 1=1 --", "\\", '"', "*", "NOT", "a AND b", "^a0", "税" * 200],
    )
    async def test_nothing_where_it_was_not_said(self, opened: Say, look: Look, typed: str) -> None:
        await opened("数电票，异常")
        assert (await look(typed)).tickets == []

    @pytest.mark.parametrize(
        ("person", "typed"),
        [
            ({"name": "王小明"}, "小明"),
            ({"phone": "+8613812345678"}, "13812345678"),
            ({"phone": "+8613812345678"}, "5678"),
            ({"company": "华东商贸有限公司"}, "华东商贸"),
            ({"tax_id": "91110108MA01ABCD2X"}, "91110108ma01abcd2x"),
            ({"email": "wang@example.cn"}, "wang@example.cn"),
        ],
    )
    async def test_a_ticket_by_its_person(self, opened: Say, look: Look, person: dict[str, str], typed: str) -> None:
        ticket = await opened("开不了票", person=person)
        await opened("开不了票")
        assert (await look(typed)).tickets == [ticket]

    async def test_a_ticket_by_a_number_that_was_found_out(self, opened: Say, look: Look) -> None:
        ticket = await opened("红冲不了", facts={"invoice_number": "24312000000012345678", "asked": True})
        assert (await look("24312000000012345678")).tickets == [ticket]
        assert (await look("345678")).tickets == [ticket]

    async def test_what_was_said_by_the_person_and_by_staff(self, opened: Say, say: Say, look: Look) -> None:
        ticket = await opened("开不了票")
        message = await say(ticket, "我的浏览器是火狐")
        await say(ticket, "请换谷歌试试", Author.STAFF)
        await say(ticket, "他很着急", Author.STAFF, internal=True)
        hits = await look("火狐")
        assert (hits.tickets, hits.messages) == ([ticket], {ticket: message})
        assert (await look("谷歌")).tickets == (await look("着急")).tickets == [ticket]

    async def test_not_what_the_bot_says_to_everybody(self, opened: Say, say: Say, look: Look) -> None:
        await say(await opened("开不了票"), "请稍候片刻", Author.BOT)
        assert (await look("稍候")).tickets == []

    async def test_words_have_to_stand_in_one_text(self, opened: Say, say: Say, look: Look) -> None:
        await say(await opened("开不了票"), "浏览器")
        assert (await look("开不了票 浏览器")).tickets == []


class TestTheOrder:
    async def test_number_then_subject_then_message_each_the_newest_first(
        self, opened: Say, say: Say, look: Look
    ) -> None:
        first, second, third, fourth = [await opened(text) for text in ("红冲", "登录", "红冲", "打印")]
        await say(second, "YP-261124-0004 也是红冲")
        await say(fourth, "红冲")
        assert (await look("红冲")).tickets == [third, first, fourth, second]
        assert (await look("YP-261124-0004")).tickets == [fourth, second]

    async def test_more_than_anybody_reads_is_cut_and_said(self, opened: Say, look: Look) -> None:
        ids = [await opened("红冲") for _ in range(4)]
        hits = await look("红冲", limit=3)
        assert (hits.tickets, hits.complete) == (ids[:0:-1], False)
        assert (await look("红冲", limit=4)).complete


class TestWithin:
    async def test_only_what_is_chosen_is_found(self, opened: Say, look: Look) -> None:
        await opened("红冲", priority=3)
        urgent = await opened("红冲", priority=1)
        assert (await look("红冲", col(Ticket.priority) == 1)).tickets == [urgent]

    async def test_an_old_one_is_found_among_few(self, opened: Say, look: Look) -> None:
        old = await opened("红冲", priority=1)
        for _ in range(5):
            await opened("红冲")
        assert (await look("红冲", col(Ticket.priority) == 1, limit=2)).tickets == [old]

    async def test_an_old_one_is_found_behind_many_buckets(self, ground: Ground, opened: Say, look: Look) -> None:
        old = await opened("红冲")
        far = await opened("登录", id=3_000_000)
        near = await opened("红冲", id=2_999_999)
        assert (await look("红冲")).tickets == [near, old]
        assert (await look("红")).tickets == [near, old]
        assert (await look("登录")).tickets == [far]


class TestChanges:
    async def test_an_edited_message_is_found_by_what_it_says_now(
        self, ground: Ground, opened: Say, say: Say, look: Look, clock: FrozenClock
    ) -> None:
        ticket = await opened("开不了票")
        await say(ticket, "用的是火狐", platform_id="m1")
        async with ground.db.transaction() as session:
            thread = "webchat:main:visitor-000001"
            await revise_message(session, clock.now(), thread=thread, platform_id="m1", text="用的是谷歌")
        assert (await look("火狐")).tickets == []
        assert (await look("谷歌")).tickets == [ticket]

    async def test_what_is_learnt_of_a_person_finds_the_tickets_there_are(
        self, ground: Ground, opened: Say, look: Look
    ) -> None:
        ticket = await opened("开不了票", person={"name": "老王"})
        async with ground.db.transaction() as session:
            contact = await session.get_one(Contact, (await get_ticket(session, ticket)).contact_id)
            contact.name, contact.phone = "王小明", "13812345678"
            session.add(contact)
        assert (await look("小明")).tickets == (await look("13812345678")).tickets == [ticket]
        assert (await look("老王")).tickets == []
        assert (await look("开不了票")).tickets == [ticket]

    async def test_a_deleted_ticket_is_found_no_more(self, ground: Ground, opened: Say, say: Say, look: Look) -> None:
        ticket = await opened("红冲")
        await say(ticket, "火狐")
        async with ground.db.transaction() as session:
            await session.delete(await get_ticket(session, ticket))
        assert (await look("红冲")).tickets == (await look("火狐")).tickets == []

    async def test_nothing_is_kept_of_what_was_rolled_back(self, ground: Ground, opened: Say, look: Look) -> None:
        ticket = await opened("红冲")
        with suppress(ZeroDivisionError):
            async with ground.db.transaction() as session:
                await forget(session, [ticket])
                raise ZeroDivisionError
        assert (await look("红冲")).tickets == [ticket]


async def test_the_index_made_anew_finds_the_same(ground: Ground, opened: Say, say: Say, look: Look) -> None:
    for number in range(7):
        ticket = await opened(f"红冲 {number}", person={"name": "王小明"})
        await say(ticket, f"火狐 {number}")
    before = [await look(typed) for typed in ("红冲", "火狐", "小明", "YP-261124-0003")]
    async with ground.db.transaction() as session:
        await session.execute(SearchEntry.__table__.delete())  # type: ignore[attr-defined]  # Hidden by SQLModel.
    assert (await look("红冲")).tickets == []
    after: int | None = 0
    while after is not None:
        async with ground.db.transaction() as session:
            after = await reindex(session, after=after, limit=3)
    assert [await look(typed) for typed in ("红冲", "火狐", "小明", "YP-261124-0003")] == before


async def test_an_opened_ticket_is_found_at_once(ground: Ground, look: Look) -> None:
    opened = await open_one(ground, "红冲不了", person={"phone": "13812345678"}, facts={"tax_id": "91110108MA01ABCD2X"})
    for typed in ("红冲", "13812345678", "cd2x", "YP-261124-0001"):
        assert (await look(typed)).tickets == [opened.ticket_id], typed


async def test_what_became_a_ticket_of_its_own_is_found_there(ground: Ground, say: Say, look: Look) -> None:
    opened = await open_one(ground, "红冲不了")
    message = await say(opened.conversation_id, "还有打印也错位", ticket_id=opened.ticket_id)
    async with ground.db.transaction() as session:
        seen = (await get_ticket(session, opened.ticket_id)).version
        rhythm = rhythm_of(ground.settings)
        new = await split(
            session,
            ground.clock.now(),
            opened.ticket_id,
            messages=[message],
            subject="针式打印机",
            staff=WANG,
            seen=seen,
            rhythm=rhythm,
        )
    assert (await look("错位")).tickets == (await look("针式")).tickets == [new.id]
