from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from kit.access.identity import Role
from kit.ground import Ground
from tests.support.console import Person
from tests.support.tickets import open_one, ticket_now
from tests.support.web import add_staff
from tickets.console.queries.palette import MOST, numbers_meant
from tickets.views.service import Keeper, create_view

TODAY = date(2026, 11, 24)


async def opened(who: Person, lang: str = "zh", **asked: Any) -> dict[str, Any]:
    who.client.cookies.set("yp_lang", lang)
    answer = await who.client.get("/console/palette", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def found(who: Person, typed: str) -> dict[str, Any]:
    answer = await who.client.get("/console/palette/tickets", params={"q": typed})
    assert answer.status_code == 200, answer.text
    hits: dict[str, Any] = answer.json()
    return hits


def ids(hits: dict[str, Any]) -> list[int]:
    return [hit["id"] for hit in hits["tickets"]]


def labels(palette: dict[str, Any], kind: str) -> list[str]:
    return [place["label"] for place in palette["places"] if place["kind"] == kind]


@contextmanager
def counted(ground: Ground) -> Iterator[list[str]]:
    """The statements that anybody sends meanwhile."""
    statements: list[str] = []

    def noticed(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    engine = ground.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", noticed)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", noticed)


class TestPlaces:
    async def test_the_tabs_come_in_the_language_of_the_page(self, wang: Person) -> None:
        assert labels(await opened(wang, "zh"), "view")[:2] == ["全部未结", "我的"]
        assert labels(await opened(wang, "en"), "view")[:2] == ["All open", "Mine"]

    async def test_views_are_ones_own_and_the_shared_ones(self, ground: Ground, wang: Person, li: Person) -> None:
        async with ground.db.transaction() as session:
            now = ground.clock.now()
            mine = await create_view(session, now, Keeper(wang.id), "我的待办", "tab=mine&priority=1")
            await create_view(session, now, Keeper(li.id), "组长自用", "tab=open")
            await create_view(session, now, Keeper(li.id, may_share=True), "超时看板", "tab=alarms", shared=True)
        palette = await opened(wang)
        assert set(labels(palette, "view")[8:]) == {"我的待办", "超时看板"}
        hrefs = {place["label"]: place["href"] for place in palette["places"]}
        assert hrefs["我的待办"] == f"/console/tickets?view={mine.id}&tab=mine&priority=1"

    async def test_colleagues_lead_to_their_tickets(self, ground: Ground, wang: Person, li: Person) -> None:
        await add_staff(ground, role=Role.EDITOR, login="writer", name="文编")
        palette = await opened(wang)
        people = [place for place in palette["places"] if place["kind"] == "person"]
        assert [(one["label"], one["href"]) for one in people] == [
            ("li", f"/console/tickets?tab=open&assignee={li.id}")
        ]

    async def test_a_colleague_is_typed_by_pinyin_or_login(self, ground: Ground, wang: Person) -> None:
        await add_staff(ground, login="zxl", name="张小丽")
        palette = await opened(wang)
        assert palette["places"][-1]["ways"] == ["zhang xiao li", "zxl"]

    @pytest.mark.parametrize("role", [Role.AGENT, Role.EDITOR])
    async def test_the_page_holds_only_actions_of_the_role(self, wang: Person, editor: Person, role: Role) -> None:
        who = wang if role is Role.AGENT else editor
        page = await who.page("/console/tickets")
        assert 'id="palette"' in page
        assert ('data-key="t"' in page) is (role is Role.AGENT)
        assert ("/console/calls/new" in page) is (role is Role.AGENT)

    async def test_nobody_sees_it_without_signing_in(self, wang: Person) -> None:
        wang.client.cookies.clear()
        for address in ("/console/palette", "/console/palette/tickets?q=1"):
            assert (await wang.client.get(address)).status_code in (303, 401)


class TestWaysToType:
    async def test_a_label_is_read_and_translated(self, wang: Person) -> None:
        ways = (await opened(wang, "zh", label=["已搁置", "行 K3"]))["ways"]
        assert ways["已搁置"][0] == "yi/si ge zhi"
        assert "snoozed" in ways["已搁置"]
        assert ways["行 K3"][0].split(" ") == ["xing/hang/heng", "k3"]

    async def test_in_english_the_chinese_name_finds_it_too(self, wang: Person) -> None:
        assert "yi/si ge zhi" in (await opened(wang, "en", label="Snoozed"))["ways"]["Snoozed"]

    @pytest.mark.parametrize("asked", [{"label": "x" * 201}, {"label": ["x"] * 101}, {"ticket": 0}, {"ticket": 2**63}])
    async def test_what_no_page_asks_is_refused(self, wang: Person, asked: dict[str, Any]) -> None:
        assert (await wang.client.get("/console/palette", params=asked)).status_code == 422


class TestTickets:
    @pytest.mark.parametrize("typed", ["YP-261124-0002", "yp2611240002", "261124-0002", "1124 0002", "0002", "2", "２"])
    async def test_a_number_names_one_however_much_of_it_is_typed(
        self, ground: Ground, wang: Person, typed: str
    ) -> None:
        _, second, _ = [(await open_one(ground, who=f"visitor-{n}")).ticket_id for n in range(3)]
        hits = await found(wang, typed)
        assert (ids(hits)[0], hits["named"]) == (second, 1)

    async def test_words_find_it_and_are_marked(self, ground: Ground, wang: Person) -> None:
        ticket = (await open_one(ground, "数电票开不出来")).ticket_id
        [hit] = (await found(wang, "数电票"))["tickets"]
        assert (hit["id"], hit["title"]) == (ticket, [["数电票", True], ["开不出来", False]])

    async def test_a_person_is_found_by_what_stays_masked(
        self, ground: Ground, wang: Person, li: Person, editor: Person
    ) -> None:
        person = {"phone": "+8613812345678", "tax_id": "91310115MA1K4ABC2X"}
        ticket = (await open_one(ground, "开不了票", person=person)).ticket_id
        for who in (wang, li, editor):
            for typed in ("13812345678", "5678", "91310115MA1K4ABC2X", "4ABC2X"):
                answer = await who.client.get("/console/palette/tickets", params={"q": typed})
                assert ids(answer.json()) == [ticket]
                assert "5678" in answer.text
                assert "13812345678" not in answer.text
                assert "MA1K4" not in answer.text

    async def test_the_last_ones_looked_at_come_in_their_order(self, ground: Ground, wang: Person) -> None:
        first, second = [(await open_one(ground, who=f"visitor-{n}")).ticket_id for n in range(2)]
        recent = (await opened(wang, ticket=[second, first, 999]))["recent"]
        assert [hit["id"] for hit in recent] == [second, first]
        assert recent[0]["number"] == (await ticket_now(ground, second)).number

    @pytest.mark.parametrize("typed", ["", " ", "%", "'; drop table ticket; --", "\0", "x" * 200])
    async def test_what_means_nothing_finds_nothing(self, ground: Ground, wang: Person, typed: str) -> None:
        await open_one(ground)
        assert await found(wang, typed) == {"tickets": [], "named": 0}

    async def test_more_than_a_list_shows_is_refused_nor_shown(self, ground: Ground, wang: Person) -> None:
        for n in range(MOST + 2):
            await open_one(ground, "打印机卡纸", who=f"visitor-{n}")
        assert len(ids(await found(wang, "打印机"))) == MOST
        assert (await wang.client.get("/console/palette/tickets", params={"q": "x" * 201})).status_code == 422

    async def test_more_tickets_cost_no_more_statements(self, ground: Ground, wang: Person) -> None:
        costs = []
        for n in range(12):
            await open_one(ground, "税控盘连不上", who=f"visitor-{n}", person={"name": f"赵{n}"})
            if n in (1, 11):
                with counted(ground) as statements:
                    await found(wang, "税控盘")
                    await opened(wang, ticket=[1, 2, 3][: n + 1])
                costs.append(len(statements))
        assert costs[0] == costs[1] <= 12


class TestNumbers:
    @pytest.mark.parametrize(
        ("typed", "first", "count"),
        [
            ("42", "YP-261124-0042", 60),
            ("0042", "YP-261124-0042", 60),
            ("24-0042", "YP-261124-0042", 13),
            ("1123 0042", "YP-261123-0042", 1),
            ("YP-250101-0042", "YP-250101-0042", 1),
            ("yp 261124 12345", "YP-261124-12345", 1),
        ],
    )
    def test_the_newest_that_ends_so_comes_first(self, typed: str, first: str, count: int) -> None:
        numbers = numbers_meant(typed, TODAY)
        assert (numbers[0], len(numbers)) == (first, count)

    def test_a_busy_day_has_five_digits(self) -> None:
        assert {"YP-261124-12345", "YP-261121-2345"} <= set(numbers_meant("12345", TODAY))

    @pytest.mark.parametrize("typed", ["", "发票", "AB", "12 张", "--"])
    def test_words_are_no_numbers(self, typed: str) -> None:
        assert numbers_meant(typed, TODAY) == []
