"""Bulk entry in the browser: upload, look, enter, undo, download; export in the same columns."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from kit.access.identity import Role
from kit.ground import Ground
from kit.sheets import read_sheet, text_of, write_csv
from tests.support.console import HTMX, Person
from tests.support.records import HEADERS, Office, line, open_office
from tests.support.tickets import open_one
from tests.support.web import add_staff, make_app, open_client, sign_in_client
from tickets.console import ENTRY_UPLOADS, NAVIGATION
from tickets.console.endpoints import build_router
from tickets.entry.batches import MOST_BYTES, MOST_ROWS
from tickets.entry.columns import Column

ROOT = Path(__file__).resolve().parents[3]
_TABLE = write_csv(HEADERS, [line(), line(发生时间="去年", 标题="b")])


@pytest.fixture
def app(ground: Ground) -> FastAPI:
    return make_app(
        ground,
        build_router(),
        templates=[ROOT / "tickets/console/templates"],
        statics={"tickets": ROOT / "tickets/console/static"},
        navigation=NAVIGATION,
        uploads=ENTRY_UPLOADS,
    )


@pytest.fixture
async def office(ground: Ground) -> Office:
    return await open_office(ground)


async def _signed_in(app: FastAPI, ground: Ground, login: str, role: Role) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=role, login=login, name=login)
    async with open_client(app) as client:
        await sign_in_client(client, ground, login=login)
        client.cookies.set("yp_lang", "zh")
        yield Person(client, staff, ground)


@pytest.fixture
async def agent(app: FastAPI, ground: Ground, office: Office) -> AsyncIterator[Person]:
    async for person in _signed_in(app, ground, "zhao", Role.AGENT):
        yield person


@pytest.fixture
async def supervisor(app: FastAPI, ground: Ground, office: Office) -> AsyncIterator[Person]:
    async for person in _signed_in(app, ground, "li", Role.SUPERVISOR):
        yield person


async def uploads(person: Person, content: bytes = _TABLE, name: str = "台账.csv") -> str:
    answer = await person.client.post("/console/entry", files={"file": (name, content)}, headers=HTMX)
    assert answer.status_code == 200, answer.text
    return answer.headers["HX-Redirect"]


class TestPages:
    @pytest.mark.parametrize("lang", ["zh", "en"])
    async def test_a_table_is_uploaded_looked_at_and_entered(self, agent: Person, office: Office, lang: str) -> None:
        page = await uploads(agent)
        shown = await agent.page(page, lang)
        assert "A3 " in shown
        assert "去年" in shown
        assert page in await agent.page("/console/entry", lang)
        answer = await agent.client.post(f"{page}/enter", headers=HTMX)
        assert "hx-trigger" in answer.text
        await office.works(await office.batch(1))
        state = await agent.page(f"{page}/state", lang)
        assert "hx-trigger" not in state
        assert f"{page}/undo" in state
        assert (await agent.client.post(f"{page}/undo", headers=HTMX)).status_code == 200
        await office.works(await office.batch(1))
        assert await office.tickets() == []
        assert f"{page}/undo" not in await agent.page(page, lang)

    async def test_columns_are_chosen_anew(self, agent: Person, office: Office) -> None:
        page = await uploads(agent, write_csv(("几时", "啥事"), [["2026-11-03 09:30", "登录不了"]]))
        answer = await agent.client.post(f"{page}/mapping", data={"column": ["occurred_at", "subject"]}, headers=HTMX)
        assert f"{page}/enter" in answer.text

    async def test_what_cannot_be_read_is_said_in_words(self, agent: Person) -> None:
        answer = await agent.client.post("/console/entry", files={"file": ("a.xls", b"\xd0\xcf\x11\xe0")}, headers=HTMX)
        assert answer.status_code == 422
        assert "XLSX" in answer.text
        assert (await agent.client.post("/console/entry", headers=HTMX)).status_code == 422

    async def test_agents_see_their_own_and_supervisors_all(self, agent: Person, supervisor: Person) -> None:
        page = await uploads(supervisor)
        assert (await agent.client.get(page)).status_code == 404
        assert (await agent.client.post(f"{page}/enter", headers=HTMX)).status_code == 404
        own = await uploads(agent)
        await supervisor.page(own)

    async def test_broken_rows_come_back_with_their_reasons_and_are_entered_when_mended(
        self, agent: Person, office: Office
    ) -> None:
        page = await uploads(agent)
        answer = await agent.client.get(f"{page}/broken.xlsx")
        sheet = read_sheet("b.xlsx", answer.content, max_rows=MOST_ROWS, max_bytes=MOST_BYTES)
        [row] = sheet.rows
        assert "A3" in text_of(row.cells[-1])
        mended = ["2026-11-03 10:30" if cell == "去年" else cell for cell in row.cells]
        mended[HEADERS.index("首次回复时间")] = mended[HEADERS.index("解决时间")] = "2026-11-03 11:30"
        batch = await office.reads(mended, headers=sheet.headers)
        assert batch.broken == 0


class TestTemplate:
    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    @pytest.mark.parametrize("lang", ["zh", "en"])
    async def test_it_can_be_entered_as_it_is(self, agent: Person, office: Office, kind: str, lang: str) -> None:
        agent.client.cookies.set("yp_lang", lang)
        template = (await agent.client.get(f"/console/entry/template.{kind}")).content
        page = await uploads(agent, template, f"t.{kind}")
        batch = await office.batch(int(page.rpartition("/")[2]))
        assert await office.problems(batch) == []
        assert [one for one in batch.mapping if one] == [column.value for column in Column]


class TestExport:
    async def test_the_selection_goes_out_in_the_same_columns(self, supervisor: Person, office: Office) -> None:
        await office.enters(await office.reads(line(), line(标题="b", 问题描述="b")))
        await open_one(office.ground)
        answer = await supervisor.client.get("/console/entry/export.xlsx?stage=solved")
        sheet = read_sheet("e.xlsx", answer.content, max_rows=10, max_bytes=MOST_BYTES)
        assert len(sheet.rows) == 2
        first = dict(zip(sheet.headers, map(text_of, sheet.rows[0].cells), strict=True))
        assert first["发生时间"] == "2026-11-03 09:30:00"
        assert (first["电话"], first["满意度"], first["处理人"]) == ("138 0013 8000", "5", "王芳")

    async def test_what_was_exported_is_known_when_it_comes_back(self, supervisor: Person, office: Office) -> None:
        await office.enters(await office.reads(line()))
        answer = await supervisor.client.get("/console/entry/export.csv?stage=solved")
        page = await uploads(supervisor, answer.content)
        keys = {key for _, _, key in await office.problems(await office.batch(int(page.rpartition("/")[2])))}
        assert keys == {"known_reference", "known_ticket"}

    async def test_agents_get_numbers_masked(self, agent: Person, office: Office) -> None:
        await office.enters(await office.reads(line()))
        answer = await agent.client.get("/console/entry/export.csv?stage=solved")
        assert "0013" not in answer.text
        assert "138" in answer.text
