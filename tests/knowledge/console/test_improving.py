"""The pages of improvement items, and how their effect is measured."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from kit.audit import history
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.sheets import read_sheet
from knowledge.gaps.failing import Failure
from knowledge.gaps.models import Gap, GapQuestion
from knowledge.improving.measuring import SETTLED, SPAN, CategoryCount, measure_due
from knowledge.improving.models import ImprovementItem
from knowledge.models import AnswerLog
from tests.knowledge.console.editor import HOME
from tests.support.console import HTMX, Person
from tests.support.web import sign_in_client

_DESK = f"{HOME}/improving"


class Tickets:
    """The desk as items know it: when tickets were opened, by category."""

    def __init__(self) -> None:
        self.opened: dict[str, list[datetime]] = {}

    def add(self, key: str, at: datetime, count: int) -> None:
        self.opened.setdefault(key, []).extend([at] * count)

    async def count(self, _session: AsyncSession, since: datetime, until: datetime) -> Sequence[CategoryCount]:
        found = {key: sum(since <= at < until for at in moments) for key, moments in self.opened.items()}
        return [
            CategoryCount(key, f"分类{key}", f"Category {key}", tickets) for key, tickets in found.items() if tickets
        ]


@pytest.fixture
def tickets(app: FastAPI) -> Tickets:
    tickets = Tickets()
    app.state.count_tickets = tickets.count
    return tickets


async def _items(ground: Ground) -> Sequence[ImprovementItem]:
    async with ground.db.reading() as session:
        return (await session.exec(select(ImprovementItem).order_by(ImprovementItem.id))).all()  # type: ignore[arg-type]  # SQLModel types a column as its value.


async def _gap(ground: Ground, text: str = "差额征税怎么开") -> int:
    now = ground.clock.now()
    async with ground.db.transaction() as session:
        gap = Gap(
            centre=b"",
            model="words",
            created_at=now,
            newest_at=now,
            score=5.0,
            people=5,
            examples=[{"text": text, "locale": "zh"}],
        )
        session.add(gap)
        await session.flush()
        return gap.id


async def _asked(ground: Ground, gap_id: int, at: datetime, *failures: Failure | None) -> None:
    async with ground.db.transaction() as session:
        for failure in failures:
            answer = AnswerLog(
                reference="webchat:main:x",
                locale="zh",
                question="差额征税怎么开",
                outcome="none",
                confidence=0.1,
                candidates=[],
                at=at,
            )
            session.add(answer)
            await session.flush()
            session.add(GapQuestion(answer_id=answer.id, gap_id=gap_id, person="p", at=at, failure=failure))


async def _new(person: Person, title: str = "写清楚怎么换盘") -> str:
    answer = await person.client.post(_DESK, data={"title": title})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def _later(clock: FrozenClock, person: Person, days: int) -> None:
    """Nobody stays signed in for so long."""
    clock.advance(days=days)
    await sign_in_client(person.client, person.ground, login=person.staff.login)


async def _measure(ground: Ground, tickets: Tickets) -> int:
    async with ground.db.transaction() as session:
        return await measure_due(session, ground.clock.now(), tickets.count)


async def _move(person: Person, address: str, state: str, seen: int = 1) -> None:
    answer = await person.client.post(f"{address}/state", data={"state": state, "seen": seen})
    assert answer.status_code == 303, answer.text


@pytest.mark.usefixtures("tickets")
class TestAnItem:
    async def test_is_its_openers_and_due_in_four_weeks(self, zhou: Person, clock: FrozenClock) -> None:
        await _new(zhou)
        page = await zhou.page(_DESK)
        assert "写清楚怎么换盘" in page
        assert "周宁" in page
        assert f"{clock.now().date() + timedelta(days=28)} 前改好" in page
        assert "手工添加" in page

    async def test_is_given_to_a_colleague_with_a_day_and_a_plan(
        self, zhou: Person, mei: Person, ground: Ground
    ) -> None:
        address = await _new(zhou)
        form = {"title": "换盘", "plan": "改<b>首页</b>", "owner": mei.id, "due": "2027-01-08", "seen": 1}
        assert (await zhou.client.post(address, data=form)).status_code == 303
        page = await mei.page(address)
        assert "改&lt;b&gt;首页&lt;/b&gt;" in page
        assert 'value="2027-01-08"' in page
        assert f'<option value="{mei.id}" selected>' in page
        async with ground.db.reading() as session:
            entries = await history(session, "improvement", address.rsplit("/", 1)[1])
        assert [entry.action for entry in entries] == ["change", "open"]

    async def test_is_not_written_over_by_the_slower_one(self, zhou: Person, mei: Person) -> None:
        address = await _new(zhou)
        form = {"title": "第一个", "due": "2027-01-08", "seen": 1}
        assert (await zhou.client.post(address, data=form)).status_code == 303
        late = await mei.client.post(address, data={**form, "title": "第二个"}, headers=HTMX)
        assert late.status_code == 409
        assert "第一个" in await mei.page(address)

    @pytest.mark.parametrize("form", [{"title": " "}, {"due": ""}, {"due": "soon"}, {"owner": 999}])
    async def test_has_a_title_a_day_and_an_owner_who_works_here(self, zhou: Person, form: dict[str, str]) -> None:
        address = await _new(zhou)
        whole = {"title": "换盘", "due": "2027-01-08", "seen": "1", **form}
        assert (await zhou.client.post(address, data=whole, headers=HTMX)).status_code == 422
        assert (await zhou.client.post(_DESK, data={"title": " "}, headers=HTMX)).status_code == 422

    async def test_that_is_gone_is_said_to_be(self, zhou: Person) -> None:
        answer = await zhou.client.get(f"{_DESK}/999")
        assert answer.status_code == 404
        assert "不在了" in answer.text

    async def test_moves_between_the_lists(self, zhou: Person) -> None:
        address = await _new(zhou)
        await _move(zhou, address, "dropped")
        assert "写清楚怎么换盘" not in await zhou.page(_DESK)
        assert "写清楚怎么换盘" in await zhou.page(f"{_DESK}?show=dropped")
        await _move(zhou, address, "open", seen=2)
        assert "写清楚怎么换盘" in await zhou.page(_DESK)

    async def test_is_shown_to_nobody_who_has_not_signed_in(self, zhou: Person) -> None:
        zhou.client.cookies.clear()
        assert (await zhou.client.get(_DESK)).status_code in {302, 303, 401}


@pytest.mark.usefixtures("tickets")
class TestTheList:
    async def test_has_what_is_overdue_first_and_says_so(self, zhou: Person, clock: FrozenClock) -> None:
        late, later = await _new(zhou, "先到期"), await _new(zhou, "后到期")
        day = clock.now().date()
        for address, due in ((late, day + timedelta(days=1)), (later, day + timedelta(days=2))):
            form = {"title": "先到期" if address == late else "后到期", "due": due.isoformat(), "seen": 1}
            await zhou.client.post(address, data=form)
        await _new(zhou, "还早")
        assert "过期了" not in await zhou.page(_DESK)
        await _later(clock, zhou, 2)
        page = await zhou.page(_DESK)
        assert page.index("先到期") < page.index("后到期") < page.index("还早")
        assert page.count("过期了") == 1

    async def test_goes_on_without_leaving_one_out(
        self, zhou: Person, ground: Ground, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("knowledge.console.endpoints.improving._A_PAGE", 2)
        for name in ("甲项", "乙项", "丙项"):
            await _new(zhou, name)
        second = (await _items(ground))[1]
        assert "丙项" not in await zhou.page(_DESK)
        page = await zhou.page(f"{_DESK}?day={second.due_on}&last={second.id}")
        assert ("丙项" in page, "乙项" in page) == (True, False)

    async def test_is_taken_away_as_a_table(self, zhou: Person) -> None:
        await _new(zhou, "=1+1")
        answer = await zhou.client.get(f"{_DESK}/file.csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0]["标题"] == "'=1+1"
        assert rows[0]["负责人"] == "周宁"
        book = await zhou.client.get(f"{_DESK}/file.xlsx")
        sheet = read_sheet("x.xlsx", book.content, max_rows=9, max_bytes=10**6)
        assert sheet.headers[1] == "标题"


class TestACategory:
    async def test_stands_among_the_repeated_causes_with_its_rise(
        self, zhou: Person, tickets: Tickets, clock: FrozenClock
    ) -> None:
        tickets.add("disk", clock.now() - timedelta(days=40), 4)
        tickets.add("disk", clock.now() - timedelta(days=3), 6)
        tickets.add("login", clock.now() - timedelta(days=3), 2)
        tickets.add("old", clock.now() - timedelta(days=60), 9)
        page = await zhou.page(_DESK)
        assert page.index("分类disk") < page.index("分类login")
        assert "+50%" in page
        assert "新出现" in page
        assert "分类old" not in page
        assert "Category disk" in await zhou.page(_DESK, "en")

    async def test_becomes_an_item_by_one_press_with_its_figure(
        self, zhou: Person, mei: Person, tickets: Tickets, clock: FrozenClock
    ) -> None:
        tickets.add("disk", clock.now() - timedelta(days=40), 4)
        tickets.add("disk", clock.now() - timedelta(days=3), 6)
        first = await zhou.client.post(f"{_DESK}/category", data={"key": "disk"})
        again = await mei.client.post(f"{_DESK}/category", data={"key": "disk"})
        assert first.headers["location"] == again.headers["location"]
        assert "立项前四周：6" in await zhou.page(first.headers["location"])
        unknown = await zhou.client.post(f"{_DESK}/category", data={"key": "none"}, headers=HTMX)
        assert unknown.status_code == 404

    async def test_is_counted_again_four_weeks_after_it_was_done(
        self, zhou: Person, tickets: Tickets, ground: Ground, clock: FrozenClock
    ) -> None:
        tickets.add("disk", clock.now() - timedelta(days=3), 8)
        address = (await zhou.client.post(f"{_DESK}/category", data={"key": "disk"})).headers["location"]
        tickets.add("disk", clock.now() + timedelta(days=1), 5)
        await _later(clock, zhou, 10)
        await _move(zhou, address, "done")
        tickets.add("disk", clock.now() + timedelta(days=20), 2)
        tickets.add("disk", clock.now() + timedelta(days=28, hours=1), 7)
        await _later(clock, zhou, 28)
        assert await _measure(ground, tickets) == 0
        assert "见分晓" in await zhou.page(address)
        await _later(clock, zhou, 1)
        assert await _measure(ground, tickets) == 1
        assert await _measure(ground, tickets) == 0
        page = await zhou.page(address)
        assert "改好后四周：2" in page
        assert "-75%" in page
        assert "-75%" in await zhou.page(f"{_DESK}?show=done")

    async def test_that_is_opened_again_is_measured_anew(
        self, zhou: Person, tickets: Tickets, ground: Ground, clock: FrozenClock
    ) -> None:
        tickets.add("disk", clock.now() - timedelta(days=3), 8)
        address = (await zhou.client.post(f"{_DESK}/category", data={"key": "disk"})).headers["location"]
        await _move(zhou, address, "done")
        await _later(clock, zhou, 30)
        await _measure(ground, tickets)
        await _move(zhou, address, "open", seen=2)
        [item] = await _items(ground)
        assert (item.done_at, item.effect, item.measured_at) == (None, None, None)


@pytest.mark.usefixtures("tickets")
class TestAGap:
    async def test_becomes_an_item_by_one_press_with_its_unanswered_questions(
        self, zhou: Person, mei: Person, ground: Ground, clock: FrozenClock
    ) -> None:
        gap_id = await _gap(ground)
        recently = clock.now() - timedelta(days=2)
        await _asked(ground, gap_id, recently, Failure.SILENT, Failure.TICKET, Failure.UNSURE, None)
        await _asked(ground, gap_id, clock.now() - timedelta(days=29), Failure.SILENT)
        assert f"{HOME}/gaps/{gap_id}/improve" in await zhou.page(f"{HOME}/gaps")
        first = await zhou.client.post(f"{HOME}/gaps/{gap_id}/improve")
        again = await mei.client.post(f"{HOME}/gaps/{gap_id}/improve")
        assert first.headers["location"] == again.headers["location"]
        page = await zhou.page(first.headers["location"])
        assert "差额征税怎么开" in page
        assert "立项前四周：2" in page
        assert f'href="{first.headers["location"]}"' in await zhou.page(f"{HOME}/gaps")

    async def test_is_counted_again_and_is_not_made_up_when_it_is_gone(
        self, zhou: Person, ground: Ground, tickets: Tickets, clock: FrozenClock
    ) -> None:
        kept, lost = await _gap(ground), await _gap(ground, "别的")
        await _asked(ground, kept, clock.now() - timedelta(days=2), Failure.SILENT, Failure.SILENT)
        places = [
            (await zhou.client.post(f"{HOME}/gaps/{gap_id}/improve")).headers["location"] for gap_id in (kept, lost)
        ]
        for place in places:
            await _move(zhou, place, "done")
        await _asked(ground, kept, clock.now() + timedelta(days=9), Failure.REJECTED)
        async with ground.db.transaction() as session:
            await session.delete(await session.get(Gap, lost))
        await _later(clock, zhou, (SPAN + SETTLED).days)
        assert await _measure(ground, tickets) == 2
        assert "改好后四周：1" in await zhou.page(places[0])
        assert "没法测算" in await zhou.page(places[1])

    async def test_that_is_gone_is_said_to_be(self, zhou: Person) -> None:
        assert (await zhou.client.post(f"{HOME}/gaps/999/improve", headers=HTMX)).status_code == 404
