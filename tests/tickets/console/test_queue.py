import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.tickets import open_one, ticket_now
from tickets.desk.models import Team
from tickets.repository import change, get_ticket
from tickets.stages import Priority, Stage


async def altered(ground: Ground, ticket_id: int, **values: Any) -> None:
    async with ground.db.transaction() as session:
        await change(session, ground.clock.now(), await get_ticket(session, ticket_id), **values)


def shown(page: str) -> list[int]:
    """Ids of the tickets of the list, in order."""
    return [int(found) for found in re.findall(r'id="t-(\d+)"', page)]


def counts(page: str) -> dict[str, int]:
    found = re.findall(r'id="tab-(\w+)".*?yc-count">(\d+)<', page, re.DOTALL)
    return {name: int(number) for name, number in found}


async def many(ground: Ground, count: int) -> list[int]:
    return [(await open_one(ground, f"问题 {n}", who=f"visitor-{n:06d}")).ticket_id for n in range(count)]


class TestTheList:
    async def test_the_console_begins_with_it(self, wang: Person) -> None:
        answer = await wang.client.get("/console")
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/tickets")

    @pytest.mark.parametrize(("lang", "text"), [("zh", "这里没有工单。"), ("en", "No tickets here.")])
    async def test_an_empty_desk_says_so(self, wang: Person, lang: str, text: str) -> None:
        assert text in await wang.page("/console/tickets", lang)

    async def test_the_most_urgent_come_first_then_the_oldest(self, ground: Ground, wang: Person) -> None:
        first, second, third = await many(ground, 3)
        await altered(ground, third, priority=Priority.URGENT)
        assert shown(await wang.page("/console/tickets")) == [third, first, second]

    async def test_a_row_says_what_matters(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground, "开不了票", person={"phone": "13812345678"}, wants_person=True)
        await altered(ground, opened.ticket_id, alarm="promise_lapsed", first_reply_due=ground.clock.now())
        page = await wang.page("/console/tickets")
        for text in ("YP-261124-0001", "开不了票", "138••••5678", "已受理", "普通", "承诺时间已过", "要求人工"):
            assert text in page
        assert "13812345678" not in page
        assert 'yc-clock yc-late">首次回复' in page

    async def test_a_late_promise_looks_different_from_one_that_is_far(
        self, ground: Ground, wang: Person, clock: FrozenClock
    ) -> None:
        opened = await open_one(ground)
        await open_one(ground, who="another")
        await altered(ground, opened.ticket_id, first_replied_at=clock.now(), next_update_at=clock.advance(minutes=20))
        clock.advance(minutes=-10)
        page = await wang.page("/console/tickets")
        assert 'yc-clock yc-near">下次进展' in page
        assert 'yc-clock yc-calm">首次回复' in page

    async def test_script_of_a_customer_is_only_text(self, ground: Ground, wang: Person) -> None:
        await open_one(ground, "<script>alert(1)</script>", person={"name": '<img src=x onerror="x">'})
        page = await wang.page("/console/tickets")
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


class TestTabsAndFilters:
    async def test_counts_are_of_the_whole_desk_whatever_is_shown(self, ground: Ground, wang: Person) -> None:
        mine, alarmed, confirming, solved, old = await many(ground, 5)
        now = ground.clock.now()
        await altered(ground, mine, assignee_id=wang.id, first_replied_at=now, stage=Stage.PROCESSING)
        await altered(ground, alarmed, alarm="first_reply_late")
        await altered(ground, confirming, stage=Stage.CONFIRMING, first_replied_at=now)
        await altered(ground, solved, stage=Stage.SOLVED, closed_at=now)
        await altered(ground, old, stage=Stage.SOLVED, closed_at=now.replace(month=10))
        page = await wang.page("/console/tickets?tab=mine")
        assert shown(page) == [mine]
        assert counts(page) == {
            "open": 3,
            "mine": 1,
            "unassigned": 2,
            "first_reply": 1,
            "alarms": 1,
            "confirming": 1,
            "snoozed": 0,
            "solved": 1,
        }
        for tab, ids in {
            "unassigned": [alarmed, confirming],
            "first_reply": [alarmed],
            "alarms": [alarmed],
            "confirming": [confirming],
            "solved": [solved],
        }.items():
            assert shown(await wang.page(f"/console/tickets?tab={tab}")) == ids, tab

    async def test_each_filter_narrows(self, ground: Ground, wang: Person) -> None:
        plain = (await open_one(ground)).ticket_id
        special = (await open_one(ground, who="a@b.cn", channel="email")).ticket_id
        async with ground.db.transaction() as session:
            team = Team(key="data", name_zh="数据组", name_en="Data")
            session.add(team)
        await altered(
            ground,
            special,
            team_id=team.id,
            priority=Priority.HIGH,
            alarm="reopened",
            assignee_id=wang.id,
            stage=Stage.PROCESSING,
        )
        await altered(ground, plain, waiting_since=None)
        filters = [f"team={team.id}", "priority=2", "alarm=1", "assigned=mine", "stage=processing"]
        for query in [*filters, "channel=email", "waiting=1"]:
            assert shown(await wang.page(f"/console/tickets?{query}")) == [special], query
        assert shown(await wang.page("/console/tickets?assigned=unassigned")) == [plain]

    @pytest.mark.parametrize("query", ["YP-261124-0002", "yp-261124-0002", "0002", "打印"])
    async def test_number_or_word_finds_it_even_when_solved(self, ground: Ground, wang: Person, query: str) -> None:
        await open_one(ground, "登录不了")
        found = (await open_one(ground, "打印错位")).ticket_id
        await altered(ground, found, stage=Stage.SOLVED, closed_at=ground.clock.now().replace(year=2025))
        assert shown(await wang.page(f"/console/tickets?q={query}")) == [found]

    @pytest.mark.parametrize("query", ["%25", "_", "' OR 1=1 --", "\\", "x" * 5000])
    async def test_signs_with_a_meaning_in_sql_are_only_signs(self, ground: Ground, wang: Person, query: str) -> None:
        await open_one(ground)
        page = await wang.page(f"/console/tickets?q={query}")
        assert shown(page) == []
        assert "没有符合条件的工单" in page

    @pytest.mark.parametrize("query", ["tab=x", "stage=x", "priority=9", "team=abc", "team=99999999999999999999"])
    async def test_a_filter_nobody_knows_is_none(self, ground: Ground, wang: Person, query: str) -> None:
        await open_one(ground)
        assert len(shown(await wang.page(f"/console/tickets?{query}"))) == 1


class TestPaging:
    @pytest.mark.parametrize("tab", ["open", "solved"])
    async def test_pages_hold_everything_once(self, ground: Ground, wang: Person, tab: str) -> None:
        ids = await many(ground, 53)
        if tab == "solved":
            for ticket_id in ids:
                await altered(ground, ticket_id, stage=Stage.SOLVED, closed_at=ground.clock.now())
        first = await wang.page(f"/console/tickets?tab={tab}")
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None
        second = await wang.page(following[1].replace("&amp;", "&"))
        assert (len(shown(first)), len(shown(second))) == (50, 3)
        assert sorted(shown(first) + shown(second)) == ids
        assert 'rel="next"' not in second

    @pytest.mark.parametrize("cursor", ["garbage", "WzFd", "W251bGwsbnVsbF0"])
    async def test_a_forged_cursor_is_refused_or_empty(self, wang: Person, cursor: str) -> None:
        answer = await wang.client.get(f"/console/tickets?after={cursor}")
        assert answer.status_code in {200, 422}


class TestLiveList:
    async def test_htmx_gets_only_the_list(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        answer = await wang.client.get("/console/tickets?q=0001", headers={**HTMX, "HX-Trigger": "filters"})
        assert shown(answer.text) == [opened.ticket_id]
        assert "<html" not in answer.text
        assert answer.headers["hx-replace-url"] == "/console/tickets?tab=open&q=0001"

    async def test_a_refresh_leaves_the_address_alone(self, wang: Person) -> None:
        answer = await wang.client.get("/console/tickets", headers={**HTMX, "HX-Trigger": "queue"})
        assert "hx-replace-url" not in answer.headers


class TestTakingNext:
    async def test_it_is_mine_and_opens(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        answer = await wang.client.post("/console/next", headers=HTMX)
        assert answer.headers["hx-redirect"] == f"/console/tickets/{opened.ticket_id}"
        assert (await ticket_now(ground, opened.ticket_id)).assignee_id == wang.id

    async def test_nothing_to_take_is_said(self, wang: Person) -> None:
        answer = await wang.client.post("/console/next", headers=HTMX)
        assert answer.headers["hx-retarget"] == "#flash"
        assert "没有等待领取的工单" in answer.text


class TestFilters:
    async def test_what_is_set_has_a_chip_that_takes_it_away(self, ground: Ground, wang: Person) -> None:
        await open_one(ground)
        page = await wang.page("/console/tickets?priority=2&alarm=1&region=北京")
        chips = re.findall(r'class="yc-chip" href="([^"]+)"', page)
        assert [unquote(chip).replace("&amp;", "&") for chip in chips] == [
            "/console/tickets?tab=open&region=北京&alarm=1",
            "/console/tickets?tab=open&priority=2&alarm=1",
            "/console/tickets?tab=open&priority=2&region=北京",
        ]

    async def test_a_hit_is_marked_and_stays_text(self, ground: Ground, wang: Person) -> None:
        await open_one(ground, "<b>打印错位</b>")
        page = await wang.page("/console/tickets?q=打印")
        assert "&lt;b&gt;<mark>打印</mark>错位&lt;/b&gt;" in page

    async def test_a_snoozed_ticket_has_a_tab_of_its_own(self, ground: Ground, wang: Person) -> None:
        asleep, awake = await many(ground, 2)
        await altered(ground, asleep, snoozed_until=ground.clock.now() + timedelta(hours=1))
        assert shown(await wang.page("/console/tickets")) == [awake]
        assert shown(await wang.page("/console/tickets?tab=snoozed")) == [asleep]
        assert sorted(shown(await wang.page("/console/tickets?snoozed=1"))) == [asleep, awake]

    async def test_the_chosen_order_holds(self, ground: Ground, wang: Person) -> None:
        ids = await many(ground, 3)
        assert shown(await wang.page("/console/tickets?sort=newest")) == ids[::-1]
