"""The editor's form, as a browser sends it."""

import re
from typing import Any

import httpx
from sqlmodel import select

from knowledge.versions.models import ArticleVersion
from tests.support.console import HTMX, Person

HOME = "/console/knowledge"


def typed(**fields: str) -> dict[str, Any]:
    """A complete article in Chinese; other fields as asked for."""
    return {
        "slug": "fix-print",
        "kind": "fix",
        "audience": "user",
        "level": "basic",
        "component": "print",
        "zh_title": "打印不出来怎么办",
        "zh_summary": "先看打印机有没有连上。",
        "zh_steps": "看连线\r\n\r\n换一台打印机",
        "zh_body": "## 怎么做\r\n\r\n1. **重启**打印机",
        "zh_questions": "打印不出来\r\n发票打不了",
        **fields,
    }


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


async def begin(person: Person, **fields: str) -> str:
    """A new article; its address."""
    answer = await person.client.post(f"{HOME}/new", data=typed(**fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def version_address(page: str) -> str:
    found = re.search(rf"{HOME}/versions/\d+", page)
    assert found
    return found[0]


async def save(person: Person, address: str, **fields: str) -> httpx.Response:
    page = await person.page(address)
    form = typed(**fields) | {"seen": hidden(page, "seen")}
    return await person.client.post(f"{version_address(page)}/save", data=form, headers=HTMX)


async def hand_in(person: Person, address: str, **fields: str) -> httpx.Response:
    return await save(person, address, hand_in="1", **fields)


async def decide(person: Person, address: str, what: str = "approve", **fields: str) -> httpx.Response:
    """As somebody would who knows what the form holds, whether the page shows it to them or not."""
    page = await person.page(address)
    number = re.search(rf"{address}/versions/(\d+)", page)
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert number
    assert seen
    digest = await digest_of(person, page)
    form = {"seen": seen[1], "digest": digest, **fields}
    return await person.client.post(f"{version_address(page)}/{what}", data=form, headers=HTMX)


async def digest_of(person: Person, page: str) -> str:
    version_id = int(version_address(page).rsplit("/", 1)[1])
    async with person.ground.db.reading() as session:
        return (await session.exec(select(ArticleVersion.digest).where(ArticleVersion.id == version_id))).one()
