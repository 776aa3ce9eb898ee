"""Saved views at the console: kept, found, changed, put in order, shared, gone."""

import html
import re
from typing import ClassVar

import httpx
import pytest

from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.queue import put_ticket
from tests.support.web import open_client
from tickets.views.models import SavedView
from tickets.views.service import Keeper, create_view, list_views

LATE = "tab=open&priority=1&language=zh"


async def post(person: Person, address: str, **form: object) -> httpx.Response:
    return await person.client.post(f"/console/views{address}", data=form, headers=HTMX)


async def keep(person: Person, name: str, query: str = LATE, **form: object) -> SavedView:
    """Kept as the dialog does it."""
    answer = await post(person, "", name=name, query=query, pinned="1", **form)
    assert answer.status_code == 200, answer.text
    [view] = [one for one in await views_of(person) if one.name == name]
    assert answer.headers["hx-redirect"].startswith(f"/console/tickets?view={view.id}&")
    return view


async def views_of(person: Person) -> list[SavedView]:
    async with person.ground.db.reading() as session:
        return await list_views(session, person.id)


async def names(person: Person) -> list[str]:
    return [view.name for view in await views_of(person)]


def in_strip(page: str) -> list[tuple[str, str]]:
    """Name and count of each view above the queue."""
    found = re.findall(r'class="yc-view-name"[^>]*>([^<]+)</span> <span class="yc-count">([^<]+)<', page)
    return [(html.unescape(name), count) for name, count in found]


def link_of(page: str, view: SavedView) -> str:
    found = re.search(rf'id="view-{view.id}" class="yc-view" href="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


class TestKeeping:
    async def test_a_view_shows_what_was_shown_when_it_was_kept(self, ground: Ground, wang: Person) -> None:
        await put_ticket(ground, 1, priority=1)
        await put_ticket(ground, 2, priority=3)
        view = await keep(wang, "急单", "?tab=open&priority=1&q=开票&sort=newest&after=xyz&view=99")
        assert view.query == "tab=open&priority=1&q=%E5%BC%80%E7%A5%A8&sort=newest"
        page = await wang.page(link_of(await wang.page("/console/tickets"), view))
        assert re.findall(r'id="t-(\d+)"', page) == ["1"]
        assert f'id="view-{view.id}" class="yc-view" href="/console/tickets?view={view.id}&amp;' in page
        assert 'aria-current="page" data-key="1"' in page
        assert "已改动" not in page

    @pytest.mark.parametrize(("name", "words"), [(" ", "请给视图起个名字"), ("急单", "已经有叫「急单」的视图了")])
    async def test_a_name_that_will_not_do_is_said_in_words(self, wang: Person, name: str, words: str) -> None:
        await keep(wang, "急单")
        answer = await post(wang, "", name=name, query=LATE)
        assert answer.status_code in {409, 422}
        assert words in answer.text
        assert await names(wang) == ["急单"]

    async def test_the_dialog_says_what_it_is_about_to_keep(self, wang: Person) -> None:
        answer = await wang.client.get("/console/views/new", params={"query": f"{LATE}&q=红冲"}, headers=HTMX)
        assert "全部未结 · 搜索「红冲」 · 紧急 · " in answer.text
        assert 'name="shared"' not in answer.text

    async def test_what_was_typed_stays_text(self, wang: Person) -> None:
        await keep(wang, "<b>急</b>")
        for address in ("/console/tickets", "/console/views"):
            page = await wang.page(address)
            assert "&lt;b&gt;急&lt;/b&gt;" in page
            assert "<b>急" not in page


class TestTheStrip:
    async def test_has_the_pinned_ones_with_their_counts(self, ground: Ground, wang: Person) -> None:
        await keep(wang, "急单")
        hidden = await keep(wang, "不常用")
        await post(wang, f"/{hidden.id}/pin", pinned="0")
        assert in_strip(await wang.page("/console/tickets")) == [("急单", "0")]
        await put_ticket(ground, 1, priority=1)
        assert in_strip(await wang.page("/console/tickets")) == [("急单", "1")]

    async def test_counts_solved_ones_and_words_too(self, ground: Ground, wang: Person) -> None:
        await put_ticket(ground, 1, "红冲", stage="solved", closed_at=ground.clock.now())
        await keep(wang, "解决了的", "tab=solved")
        await keep(wang, "红冲", "tab=open&q=红冲")
        assert in_strip(await wang.page("/console/tickets")) == [("解决了的", "1"), ("红冲", "1")]

    async def test_comes_with_the_list_when_that_is_fetched_anew(self, ground: Ground, wang: Person) -> None:
        await keep(wang, "急单")
        await put_ticket(ground, 1, priority=1)
        answer = await wang.client.get("/console/tickets", headers={**HTMX, "HX-Trigger": "queue"})
        assert in_strip(answer.text) == [("急单", "1")]

    async def test_shows_the_current_one_even_if_it_is_not_pinned(self, wang: Person) -> None:
        view = await keep(wang, "急单")
        await post(wang, f"/{view.id}/pin", pinned="0")
        assert in_strip(await wang.page(f"/console/tickets?view={view.id}&{LATE}")) == [("急单", "0")]

    async def test_has_a_key_for_each_of_the_first_nine(self, wang: Person) -> None:
        for number in range(10):
            await keep(wang, f"视图 {number}")
        page = await wang.page("/console/tickets")
        assert re.findall(r'data-key="(\d)" data-key-label="(视图 \d)"', page) == [
            (str(number + 1), f"视图 {number}") for number in range(9)
        ]

    async def test_of_somebody_else_is_not_mine(self, wang: Person, li: Person) -> None:
        view = await keep(li, "主管的")
        assert in_strip(await wang.page(f"/console/tickets?view={view.id}&tab=open")) == []


class TestChangedFilters:
    async def test_are_told_and_can_be_kept_or_taken_back(self, wang: Person) -> None:
        view = await keep(wang, "急单")
        page = await wang.page(f"/console/tickets?view={view.id}&tab=open&priority=2")
        assert "已改动" in page
        assert "另存为" in page
        assert f'id="view-revert" class="btn btn-sm" href="/console/tickets?view={view.id}&amp;tab=open' in page
        answer = await post(wang, f"/{view.id}/query", query="?view=1&tab=open&priority=2&after=x")
        assert (answer.status_code, answer.headers["hx-trigger"]) == (204, "yp:changed")
        assert "已改动" not in await wang.page(f"/console/tickets?view={view.id}&tab=open&priority=2")
        assert [one.query for one in await views_of(wang)] == ["tab=open&priority=2"]

    async def test_survive_the_next_filter(self, wang: Person) -> None:
        view = await keep(wang, "急单")
        page = await wang.page(f"/console/tickets?view={view.id}&tab=open&priority=2")
        assert f'<input type="hidden" name="view" value="{view.id}">' in page

    async def test_of_a_shared_view_can_only_be_kept_as_another(self, wang: Person, li: Person) -> None:
        view = await keep(li, "大家的", shared="1")
        page = await wang.page(f"/console/tickets?view={view.id}&tab=open&priority=2")
        assert 'id="view-update"' not in page
        assert "另存为" in page


class TestTheListOfViews:
    async def test_says_what_each_selects(self, ground: Ground, wang: Person, li: Person) -> None:
        await put_ticket(ground, 1, priority=1)
        await keep(li, "大家的", "tab=alarms", shared="1")
        await keep(wang, "急单", f"{LATE}&sort=newest")
        page = await wang.page("/console/views")
        assert page.index("共享的视图") < page.index("大家的") < page.index("我的视图") < page.index("急单")
        assert "全部未结 · 紧急 · 中文 · 最新的在前" in page
        assert 'title="1 张工单"' in page
        # Nothing to press where nothing may be changed.
        assert len(re.findall('data-act="delete"', page)) == 1

    @pytest.mark.parametrize(("lang", "text"), [("zh", "还没有保存过视图。"), ("en", "No saved views yet.")])
    async def test_may_be_empty(self, wang: Person, lang: str, text: str) -> None:
        assert text in await wang.page("/console/views", lang)

    async def test_is_put_in_order(self, wang: Person, li: Person) -> None:
        await keep(li, "大家的", shared="1")
        first, _, third = [await keep(wang, name) for name in "甲乙丙"]
        await post(wang, f"/{third.id}/move", by="-1")
        assert await names(wang) == ["大家的", "甲", "丙", "乙"]
        # Nothing stands before the first of one's own, and nothing behind the last.
        await post(wang, f"/{first.id}/move", by="-1")
        assert await names(wang) == ["大家的", "甲", "丙", "乙"]
        await post(wang, f"/{first.id}/move", by="1")
        assert await names(wang) == ["大家的", "丙", "甲", "乙"]
        assert (await post(wang, f"/{first.id}/move", by="7")).status_code == 422

    async def test_a_view_is_renamed_and_deleted(self, wang: Person) -> None:
        view = await keep(wang, "急单")
        asked = await wang.client.get(f"/console/views/{view.id}/edit", headers=HTMX)
        assert 'value="急单"' in asked.text
        await post(wang, f"/{view.id}", name="最急的", pinned="1")
        assert await names(wang) == ["最急的"]
        asked = await wang.client.get(f"/console/views/{view.id}/delete", headers=HTMX)
        assert "删除视图「最急的」？" in asked.text
        answer = await post(wang, f"/{view.id}/delete")
        assert (answer.status_code, answer.headers["hx-trigger"]) == (204, "yp:changed")
        assert await names(wang) == []
        # An old bookmark still shows its tickets.
        assert in_strip(await wang.page(f"/console/tickets?view={view.id}&{LATE}")) == []

    async def test_a_supervisor_shares_a_view_and_stops_it(self, wang: Person, li: Person) -> None:
        view = await keep(li, "急单")
        await post(li, f"/{view.id}", name="急单", pinned="1", shared="1")
        assert in_strip(await wang.page("/console/tickets")) == [("急单", "0")]
        await post(li, f"/{view.id}", name="急单", pinned="1")
        assert in_strip(await wang.page("/console/tickets")) == []


class TestWhoMay:
    ACTS = ("", "/query", "/pin", "/move", "/delete")
    FORM: ClassVar = {"name": "x", "query": "tab=mine", "pinned": "0", "by": "1"}

    @pytest.mark.parametrize("act", ACTS)
    async def test_nobody_touches_what_is_somebody_else_s(self, wang: Person, li: Person, act: str) -> None:
        own, shared = await keep(li, "主管的"), await keep(li, "大家的", shared="1")
        before = [view.model_dump() for view in await views_of(li)]
        assert (await post(wang, f"/{own.id}{act}", **self.FORM)).status_code == 404
        assert (await post(wang, f"/{shared.id}{act}", **self.FORM)).status_code == 403
        assert [view.model_dump() for view in await views_of(li)] == before

    @pytest.mark.parametrize("dialog", ["edit", "delete"])
    async def test_nor_is_asked_about_it(self, wang: Person, li: Person, dialog: str) -> None:
        own, shared = await keep(li, "主管的"), await keep(li, "大家的", shared="1")
        assert (await wang.client.get(f"/console/views/{own.id}/{dialog}")).status_code == 404
        assert (await wang.client.get(f"/console/views/{shared.id}/{dialog}")).status_code == 403

    async def test_only_supervisors_share(self, wang: Person, li: Person) -> None:
        assert (await post(wang, "", name="x", query=LATE, shared="1")).status_code == 403
        view = await keep(wang, "急单")
        assert (await post(wang, f"/{view.id}", name="急单", shared="1")).status_code == 403
        assert await names(li) == []

    async def test_who_only_reads_tickets_keeps_views_too(self, editor: Person) -> None:
        await keep(editor, "急单")
        page = await editor.page("/console/tickets")
        assert in_strip(page) == [("急单", "0")]
        assert 'id="act"' in page

    async def test_a_form_of_another_site_does_nothing(self, wang: Person) -> None:
        view = await keep(wang, "急单")
        del wang.client.headers["X-CSRF-Token"]
        for act in self.ACTS:
            assert (await post(wang, f"/{view.id}{act}", **self.FORM)).status_code == 403, act
        assert await names(wang) == ["急单"]


async def test_a_change_on_another_node_is_seen_here_at_once(app: object, ground: Ground, wang: Person) -> None:
    """What is remembered here is forgotten with the hint of the other's transaction."""
    assert in_strip(await wang.page("/console/tickets")) == []
    async with ground.db.transaction() as session:
        await create_view(session, ground.clock.now(), Keeper(wang.id), "急单", LATE)
    assert in_strip(await wang.page("/console/tickets")) == [("急单", "0")]


class TestFiltersThatAreOffered:
    async def test_only_what_there_is(self, ground: Ground, wang: Person) -> None:
        await put_ticket(ground, 1, region="北京", component="etax", incident_id=7)
        await put_ticket(ground, 2, region="上海", stage="solved", closed_at=ground.clock.now())
        page = await wang.page("/console/tickets")
        assert options(page, "region") == ["", "北京"]
        assert options(page, "component") == ["", "etax"]
        assert options(page, "incident") == ["", "any", "none", "7"]
        assert options(page, "language") == ["", "zh"]

    async def test_no_list_without_a_choice(self, ground: Ground, wang: Person) -> None:
        await put_ticket(ground, 1)
        page = await wang.page("/console/tickets")
        assert [name for name in ("region", "component", "incident", "tag") if f'name="{name}"' in page] == []

    async def test_what_is_chosen_stays_to_be_seen(self, ground: Ground, wang: Person) -> None:
        page = await wang.page("/console/tickets?component=inv&incident=any&region=x")
        assert options(page, "component") == ["", "inv"]
        assert '<option value="any" selected>与故障有关</option>' in page
        chips = re.findall(r'class="yc-chip" href="[^"]+" aria-label="([^"]+)"', page)
        assert chips == ["去掉「功能模块 inv」", "去掉「与故障有关」", "去掉「地区 x」"]

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("incident=any", ["1"]),
            ("incident=none", ["2"]),
            ("incident=7", ["1"]),
            ("incident=8", []),
            ("region=北京", ["1"]),
        ],
    )
    async def test_each_narrows(self, ground: Ground, wang: Person, query: str, ids: list[str]) -> None:
        await put_ticket(ground, 1, region="北京", incident_id=7)
        await put_ticket(ground, 2)
        assert re.findall(r'id="t-(\d+)"', await wang.page(f"/console/tickets?{query}")) == ids


def options(page: str, name: str) -> list[str]:
    found = re.search(rf'<select class="form-select" name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"', found[0]) if found else []


class TestNothingThere:
    @pytest.mark.parametrize(
        ("tab", "lang", "words"),
        [
            ("alarms", "zh", "没有超时，也没有别的提醒。"),
            ("mine", "en", "Nothing on your desk: press T to take the next one."),
            ("unassigned", "zh", "每张工单都有人负责。"),
        ],
    )
    async def test_says_what_that_means(self, wang: Person, tab: str, lang: str, words: str) -> None:
        assert words in await wang.page(f"/console/tickets?tab={tab}", lang)

    async def test_in_a_view_names_it(self, wang: Person) -> None:
        view = await keep(wang, "急单")
        assert "「急单」里现在没有工单。" in await wang.page(f"/console/tickets?view={view.id}&{LATE}")


async def test_without_a_session_there_are_none(app: object, wang: Person) -> None:
    async with open_client(app) as client:  # type: ignore[arg-type]  # The fixture of the folder.
        answer = await client.get("/console/views")
    assert answer.status_code == 303
