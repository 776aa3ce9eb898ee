"""Playbooks begun, brought in, given up, retired, rolled back, and tried out in the page."""

import html
import re

import httpx
import pytest

from kit.ground import Ground
from knowledge.playbooks.reading import read_plan
from knowledge.playbooks.versions import published
from tests.knowledge.console.editor import hidden
from tests.knowledge.console.test_playbooks import HOME, SOURCE
from tests.support.console import HTMX, Person

CHANGED = SOURCE.replace("重启路由器。", "换一根网线。")
ASKING = (
    SOURCE.replace("facts: {}", "facts: {where: {label: {zh: 地点, en: Place}}}")
    .replace("start: try", "start: place")
    .replace("nodes:\n", "nodes:\n  place: {ask: {zh: 在哪里？, en: Where}, fact: where, to: try}\n")
)


async def _begin(person: Person, source: str = SOURCE) -> str:
    answer = await person.client.post(f"{HOME}/new", data={"source": source})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def _import(person: Person, source: bytes) -> httpx.Response:
    return await person.client.post(f"{HOME}/import", files={"file": ("a.yaml", source)}, headers=HTMX)


def _version(page: str) -> str:
    found = re.search(rf"{HOME}/versions/\d+", page)
    assert found
    return found[0]


async def _on_version(person: Person, address: str, what: str, **form: str) -> httpx.Response:
    page = await person.page(address)
    form = {"seen": hidden(page, "seen"), **form}
    return await person.client.post(f"{_version(page)}/{what}", data=form, headers=HTMX)


async def _release(writer: Person, reviewer: Person, address: str, source: str) -> None:
    assert (await _on_version(writer, address, "save", source=source, hand_in="1")).status_code == 200
    digest = hidden(await reviewer.page(address), "digest")
    assert (await _on_version(reviewer, address, "approve", digest=digest)).status_code == 200


async def _in_force(ground: Ground) -> list[str]:
    async with ground.db.reading() as session:
        return [one.text for one in await published(session)]


@pytest.fixture
async def released(zhou: Person, mei: Person) -> str:
    address = await _begin(zhou)
    await _release(zhou, mei, address, SOURCE)
    return address


class TestBeginning:
    async def test_what_a_new_one_starts_from_has_no_fault(self, zhou: Person) -> None:
        page = await zhou.page(f"{HOME}/new")
        first = html.unescape(page.split("<textarea")[1].split(">\n", 1)[1].split("</textarea>")[0])
        said = await zhou.client.post(f"{HOME}/check", data={"source": first}, headers=HTMX)
        assert "没有问题" in said.text

    async def test_it_is_a_draft_that_is_changed_and_released(self, zhou: Person, mei: Person, ground: Ground) -> None:
        address = await _begin(zhou)
        assert (await _on_version(zhou, address, "save", source=CHANGED)).status_code == 200
        assert "换一根网线" in await zhou.page(address)
        assert await _in_force(ground) == []
        await _release(zhou, mei, address, CHANGED)
        assert await _in_force(ground) == [CHANGED]

    @pytest.mark.parametrize("key", ["", "Nicht so", "'[1]'"])
    async def test_it_needs_a_key(self, zhou: Person, key: str) -> None:
        source = SOURCE.replace("key: slow", f"key: {key}")
        answer = await zhou.client.post(f"{HOME}/new", data={"source": source}, headers=HTMX)
        assert answer.status_code == 422

    async def test_a_key_is_given_once(self, zhou: Person) -> None:
        await _begin(zhou)
        answer = await zhou.client.post(f"{HOME}/new", data={"source": SOURCE}, headers=HTMX)
        assert answer.status_code == 409

    async def test_another_key_is_told_while_it_is_typed(self, zhou: Person) -> None:
        form = {"source": SOURCE.replace("key: slow", "key: slower"), "key": "slow"}
        said = await zhou.client.post(f"{HOME}/check", data=form, headers=HTMX)
        assert 'data-line="1"' in said.text
        assert "slow" in said.text.split('data-line="1"')[1].split("</li>")[0]


class TestImport:
    async def test_a_file_becomes_a_draft(self, zhou: Person, ground: Ground) -> None:
        address = (await _import(zhou, b"\xef\xbb\xbf" + SOURCE.encode())).headers["HX-Redirect"]
        assert "导入" in await zhou.page(address)
        assert (await zhou.client.get(f"{address}/export.yaml")).text == SOURCE
        assert await _in_force(ground) == []

    async def test_of_a_known_key_it_is_the_next_draft(self, zhou: Person, released: str, ground: Ground) -> None:
        assert (await _import(zhou, CHANGED.encode())).headers["HX-Redirect"] == released
        assert (await zhou.client.get(f"{released}/export.yaml")).text == CHANGED
        assert await _in_force(ground) == [SOURCE]

    async def test_it_does_not_write_over_a_draft(self, zhou: Person, mei: Person) -> None:
        address = await _begin(zhou)
        assert (await _import(mei, CHANGED.encode())).status_code == 409
        assert (await zhou.client.get(f"{address}/export.yaml")).text == SOURCE

    @pytest.mark.parametrize("file", [b"", b"\xff\xfe\x00", b"- 1", b"[" * 3000])
    async def test_what_is_no_playbook_is_refused(self, zhou: Person, file: bytes) -> None:
        assert (await _import(zhou, file)).status_code == 422


class TestAfterwards:
    async def test_a_change_is_given_up(self, zhou: Person, released: str, ground: Ground) -> None:
        await zhou.client.post(f"{released}/edit", headers=HTMX)
        await _on_version(zhou, released, "save", source=CHANGED)
        assert (await _on_version(zhou, released, "discard")).status_code == 200
        assert "<textarea" not in await zhou.page(released)
        assert await _in_force(ground) == [SOURCE]

    async def test_a_supervisor_retires_it(self, zhou: Person, mei: Person, released: str, ground: Ground) -> None:
        form = {"reason": "没人用了"}
        assert (await zhou.client.post(f"{released}/retire", data=form, headers=HTMX)).status_code == 403
        assert (await mei.client.post(f"{released}/retire", data=form, headers=HTMX)).status_code == 200
        assert await _in_force(ground) == []
        assert "没人用了" in await zhou.page(f"{released}/history")

    async def test_what_changed_is_shown_and_taken_back(
        self, zhou: Person, mei: Person, released: str, ground: Ground
    ) -> None:
        await zhou.client.post(f"{released}/edit", headers=HTMX)
        await _release(zhou, mei, released, CHANGED)
        changes = (await zhou.page(f"{released}/versions/2")).split("<pre")[0]
        assert re.search("<del>.*重启路由器。", changes)
        assert re.search("<ins>.*换一根网线。", changes)
        await zhou.client.post(f"{released}/back-to", data={"number": "1"}, headers=HTMX)
        assert (await zhou.client.get(f"{released}/export.yaml")).text == SOURCE
        await _release(zhou, mei, released, SOURCE)
        assert await _in_force(ground) == [SOURCE]

    async def test_versions_and_playbooks_there_are_not(self, zhou: Person, released: str) -> None:
        assert (await zhou.client.get(f"{released}/versions/9")).status_code == 422
        assert (await zhou.client.get(f"{HOME}/99/history")).status_code == 404


class TestTryingOut:
    async def _try(self, person: Person, page: str = "", source: str = ASKING, **form: str) -> str:
        walk = html.unescape(hidden(page, "walk")) if page else ""
        sent = {"source": source, "walk": walk, **form}
        answer = await person.client.post(f"{HOME}/try", data=sent, headers=HTMX)
        assert answer.status_code == 200
        return answer.text

    async def test_to_an_end_and_back(self, zhou: Person, ground: Ground) -> None:
        asked = await self._try(zhou, step="again")
        assert "在哪里？" in asked
        tried = await self._try(zhou, asked, text="三楼")
        assert "重启路由器。" in tried
        assert "三楼" in tried
        ended = await self._try(zhou, tried, value="else")
        assert "转人工" in ended
        assert "重启路由器。" in await self._try(zhou, ended, step="back")
        assert "已解决" in await self._try(zhou, tried, value="solved")
        assert await _in_force(ground) == []

    async def test_what_is_not_understood_is_asked_again(self, zhou: Person) -> None:
        tried = await self._try(zhou, source=SOURCE)
        assert "没听懂" in await self._try(zhou, tried, source=SOURCE, text="嗯")

    async def test_a_change_of_the_text_meanwhile(self, zhou: Person) -> None:
        tried = await self._try(zhou, await self._try(zhou), text="三楼")
        assert "换一根网线。" in await self._try(zhou, tried, source=CHANGED, value="later")
        other = SOURCE.replace("  try:", "  attempt:").replace("start: try", "start: attempt")
        assert "attempt" in await self._try(zhou, tried, source=other, value="later")

    async def test_first_the_faults(self, zhou: Person) -> None:
        assert "先把" in await self._try(zhou, source=SOURCE.replace("else: person", "else: nowhere"))

    @pytest.mark.parametrize("walk", ["[", "{}", '{"key": "slow", "digest": "", "node": "nowhere"}', "null"])
    async def test_a_walk_that_is_none_begins_again(self, zhou: Person, walk: str) -> None:
        form = {"source": SOURCE, "walk": walk, "value": "later"}
        answer = await zhou.client.post(f"{HOME}/try", data=form, headers=HTMX)
        assert "重启路由器。" in answer.text


def test_what_is_far_too_deep_is_told_with_its_line() -> None:
    plan, faults = read_plan("key: slow\nnodes: " + "[" * 30)
    assert plan is None
    assert [(fault.line, fault.what) for fault in faults] == [(2, "too_deep")]
