"""Whoever gets tickets by one order, and whoever had them, hears of it once."""

import pytest
from sqlmodel import col, select

from kit.access.identity import Role
from kit.ground import Ground
from tests.support.web import add_staff
from tests.tickets.bulk.conftest import Orders
from tickets.actors import Actor, ActorKind
from tickets.bulk.jobs import STRETCH
from tickets.bulk.models import BulkKind
from tickets.notices.models import StaffNotice


@pytest.fixture
async def people(ground: Ground) -> list[Actor]:
    """Who orders, who gets, who had."""
    hired = [await add_staff(ground, role=Role.AGENT, login=f"n{n}", name=name) for n, name in enumerate("王李赵")]
    return [Actor(ActorKind.STAFF, one.id, one.name) for one in hired]


async def told(ground: Ground) -> list[tuple[int, str, int]]:
    async with ground.db.reading() as session:
        rows = (await session.exec(select(StaffNotice).order_by(col(StaffNotice.id)))).all()
    return [(row.staff_id, row.kind, row.data.get("count", 1)) for row in rows]


async def test_one_notice_however_many_tickets(ground: Ground, orders: Orders, people: list[Actor]) -> None:
    wang, li, zhao = people
    ids = await orders.open(STRETCH + 3)
    for ticket_id in ids[:2]:
        await orders.alter(ticket_id, assignee_id=zhao.id)
    await orders.alter(ids[2], assignee_id=li.id)
    await orders.give(BulkKind.ASSIGN, ids, staff=wang, staff_id=li.id, name=li.name)
    await orders.work()
    assert await told(ground) == [(li.id, "assigned_many", STRETCH + 2), (zhao.id, "taken_many", 2)]


async def test_nobody_is_told_of_their_own_order(ground: Ground, orders: Orders, people: list[Actor]) -> None:
    wang, _li, zhao = people
    [only] = await orders.open(1)
    await orders.alter(only, assignee_id=zhao.id)
    await orders.give(BulkKind.ASSIGN, [only], staff=wang, staff_id=wang.id, name=wang.name)
    await orders.give(BulkKind.ASSIGN, [only], staff=wang, staff_id=None, name=None)
    await orders.work()
    assert await told(ground) == [(zhao.id, "taken", 1)]


async def test_a_stopped_order_tells_what_was_done(ground: Ground, orders: Orders, people: list[Actor]) -> None:
    wang, li, _zhao = people
    bulk = await orders.give(BulkKind.ASSIGN, await orders.open(STRETCH + 3), staff=wang, staff_id=li.id, name=li.name)
    await orders.worker.run_once()
    await orders.stop(bulk)
    await orders.work()
    assert await told(ground) == [(li.id, "assigned_many", STRETCH)]
