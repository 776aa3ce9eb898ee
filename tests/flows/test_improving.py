"""Improvement items with the whole product running: tickets are counted, owners told at the bell."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from sqlmodel import select

from bot.app import create_app
from bot.improving import count_by_category
from bot.worker import Worker
from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import Person
from tests.support.desk import Desk, make_desk
from tests.support.tickets import open_one
from tests.support.web import add_staff, open_client, sign_in_client
from tickets.desk.models import Category
from tickets.repository import get_ticket

_DESK = "/console/knowledge/improving"


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    return await make_desk(ground, clock)


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return create_app(desk.runtime)


@pytest.fixture
async def agent(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=Role.AGENT, login="sun", name="孙悦")
    async with open_client(app) as client:
        await sign_in_client(client, ground, login="sun")
        client.cookies.set("yp_lang", "zh")
        yield Person(client, staff, ground)


async def _filed(ground: Ground, who: str) -> tuple[int, Category]:
    opened = await open_one(ground, who=who)
    async with ground.db.transaction() as session:
        category = (await session.exec(select(Category).order_by(Category.key))).first()
        assert category is not None
        ticket = await get_ticket(session, opened.ticket_id)
        ticket.category_id = category.id
        session.add(ticket)
        return opened.ticket_id, category


async def test_tickets_of_a_category_are_counted_and_measured_by_the_worker(
    desk: Desk, agent: Person, clock: FrozenClock
) -> None:
    await _filed(desk.ground, "a")
    _, category = await _filed(desk.ground, "b")
    clock.advance(hours=1)
    page = await agent.page(_DESK)
    assert category.name_zh in page
    item = (await agent.client.post(f"{_DESK}/category", data={"key": category.key})).headers["location"]
    assert "立项前四周：2" in await agent.page(item)
    assert (await agent.client.post(f"{item}/state", data={"state": "done", "seen": 1})).status_code == 303
    clock.advance(days=5)
    await _filed(desk.ground, "c")
    clock.advance(days=25)
    await sign_in_client(agent.client, desk.ground, login="sun")
    await Worker(desk.runtime).look_after_articles()
    assert "改好后四周：1" in await agent.page(item)


async def test_a_ticket_that_became_part_of_another_counts_once(desk: Desk, clock: FrozenClock) -> None:
    first, category = await _filed(desk.ground, "a")
    second, _ = await _filed(desk.ground, "b")
    since = clock.now()
    clock.advance(hours=1)
    async with desk.ground.db.transaction() as session:
        (await get_ticket(session, second)).merged_into_id = first
    async with desk.ground.db.reading() as session:
        [count] = await count_by_category(session, since, clock.now())
    assert (count.key, count.tickets) == (category.key, 1)


async def test_an_owner_is_told_once_at_the_bell_and_led_to_the_item(
    desk: Desk, agent: Person, clock: FrozenClock
) -> None:
    item = (await agent.client.post(_DESK, data={"title": "换盘说明"})).headers["location"]
    worker = Worker(desk.runtime)
    await worker.look_after_articles()
    clock.advance(days=30)
    await worker.look_after_articles()
    await worker.look_after_articles()
    await sign_in_client(agent.client, desk.ground, login="sun")
    page = await agent.page("/console/notices")
    assert page.count("改进项“换盘说明”过了约定的日子") == 1
    link = page.split('<a href="/console/notices/')[1].split('"')[0]
    assert (await agent.client.get(f"/console/notices/{link}")).headers["location"] == item
