"""A playbook at the desk: looked at, changed, and put in force by a second person."""

import html
from pathlib import Path

import pytest

from kit.ground import Ground
from knowledge.playbooks.releasing import ship
from knowledge.playbooks.sketching import sketch
from knowledge.playbooks.versions import published
from knowledge.playbooks.writing import Edit
from tests.knowledge.console.editor import hidden
from tests.support.console import HTMX, Person

HOME = "/console/knowledge/playbooks"
SOURCE = """\
key: slow
title: {zh: 太慢了, en: Too slow}
about: {zh: 查网络, en: Looks at the network}
topic: platform
articles: []
questions: {zh: [带我查为什么慢], en: [why is it slow]}
facts: {}
start: try
nodes:
  try:
    say: {zh: 重启路由器。, en: Restart the router.}
    solved: fixed
    else: person
  person:
    escalate: {zh: 请同事来看。, en: A colleague looks at it.}
  fixed:
    done: {zh: 好了就行。, en: Good.}
"""


@pytest.fixture
async def address(ground: Ground) -> str:
    async with ground.db.transaction() as session:
        await ship(session, ground.clock.now(), "slow", Edit(source=SOURCE, titles=sketch(SOURCE).titles))
    return f"{HOME}/1"


def _version(page: str) -> str:
    return page.split(f"{HOME}/versions/")[1].split("/", maxsplit=1)[0]


async def _save(person: Person, address: str, source: str, **more: str) -> int:
    page = await person.page(address)
    form = {"seen": hidden(page, "seen"), "source": source, **more}
    answer = await person.client.post(f"{HOME}/versions/{_version(page)}/save", data=form, headers=HTMX)
    return answer.status_code


async def _texts(ground: Ground) -> list[str]:
    async with ground.db.reading() as session:
        return [one.text for one in await published(session)]


async def test_it_is_listed_and_drawn(zhou: Person, address: str) -> None:
    assert "太慢了" in await zhou.page(HOME)
    page = await zhou.page(address)
    assert page.count("<rect") == 3
    assert page.count('class="yk-way"') == 2
    assert "没有问题" in page


async def test_a_change_is_in_force_once_somebody_else_says_so(
    zhou: Person, mei: Person, ground: Ground, address: str
) -> None:
    changed = SOURCE.replace("重启路由器。", "换一根网线。")
    assert (await zhou.client.post(f"{address}/edit", headers=HTMX)).status_code == 200
    assert await _save(zhou, address, changed, hand_in="1") == 200
    assert await _texts(ground) == [SOURCE]
    page = await mei.page(address)
    form = {"seen": hidden(page, "seen"), "digest": hidden(page, "digest")}
    approve = f"{HOME}/versions/{_version(page)}/approve"
    assert (await zhou.client.post(approve, data=form, headers=HTMX)).status_code == 403
    assert (await mei.client.post(approve, data=form, headers=HTMX)).status_code == 200
    assert await _texts(ground) == [changed]


async def test_what_is_wrong_is_said_with_its_line_and_marked(zhou: Person, address: str) -> None:
    broken = SOURCE.replace("else: person", "else: nowhere")
    answer = await zhou.client.post(f"{HOME}/check", data={"source": broken}, headers=HTMX)
    said = html.unescape(answer.text)
    assert "nowhere" in said
    assert "yk-node-wrong" in said


async def test_what_is_wrong_is_not_handed_in(zhou: Person, ground: Ground, address: str) -> None:
    await zhou.client.post(f"{address}/edit", headers=HTMX)
    assert await _save(zhou, address, SOURCE.replace("else: person", "else: nowhere"), hand_in="1") == 422
    assert await _save(zhou, address, SOURCE.replace("key: slow", "key: other"), hand_in="1") == 422
    assert await _texts(ground) == [SOURCE]


@pytest.mark.parametrize("text", ["", "[", "a: &a [*a]", "- 1", "nodes: 3", "[" * 300])
async def test_whatever_is_typed_is_answered(zhou: Person, address: str, text: str) -> None:
    assert (await zhou.client.post(f"{HOME}/check", data={"source": text}, headers=HTMX)).status_code == 200


async def test_it_can_be_taken_away(zhou: Person, address: str) -> None:
    answer = await zhou.client.get(f"{address}/export.yaml")
    assert answer.text == SOURCE
    assert Path("slow.yaml").name in answer.headers["content-disposition"]
