"""The database walks an index for every list, and never sorts the tickets of the whole desk."""

import json
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from kit.db import AsyncSession
from kit.ground import Ground
from tests.support.queue import put_ticket
from tickets.console.queries.conditions import conditions
from tickets.console.queries.ordering import stretches_of
from tickets.console.selection import Assigned, Due, Selection, Sort, Tab
from tickets.models import Ticket
from tickets.stages import Priority, Stage

LISTS = [
    *(Selection(sort=sort) for sort in Sort),
    *(Selection(tab=tab) for tab in Tab),
    *(Selection(tab=Tab.SOLVED, sort=sort) for sort in (Sort.NATURAL, Sort.NEWEST)),
    Selection(team=3),
    Selection(category=3),
    Selection(region="beijing"),
    Selection(channel="email"),
    Selection(component="etax"),
    Selection(assignee=7),
    Selection(assigned=Assigned.MINE),
    Selection(assigned=Assigned.UNASSIGNED, priority=Priority.URGENT),
    Selection(stage=Stage.WAITING),
    Selection(stage=Stage.SOLVED),
    Selection(stage=Stage.SOLVED, team=3),
    Selection(stage=Stage.SOLVED, assigned=Assigned.MINE),
    Selection(due=Due.LATE, sort=Sort.DUE),
    Selection(waiting=True, sort=Sort.WAITING),
    Selection(team=3, channel="email", language="en"),
    Selection(tag="vip"),
    Selection(followed=True),
]


@pytest.fixture
async def desk(ground: Ground) -> None:
    """As a grown desk looks to the planner: hardly any of the tickets are open."""
    first = await put_ticket(ground, 1)
    async with ground.db.transaction() as session:
        await _multiply(session, first)
    async with ground.db.transaction() as session:
        await session.execute(text("ANALYZE"))


async def _multiply(session: AsyncSession, first: Ticket) -> None:
    row = first.model_dump()
    rows = []
    for number in range(2, 6_002):
        is_open = number % 10 == 0
        rows.append(
            {
                **row,
                "id": number,
                "number": str(number),
                "token": str(number),
                "stage": ("accepted", "processing", "waiting", "confirming")[number % 4] if is_open else "solved",
                "closed_at": None if is_open else row["created_at"],
                "priority": 1 + number % 4,
                "channel": "email" if number % 7 else "sms",
                "region": ("beijing", "hubei", None)[number % 3],
                "component": ("etax", "ofd", None)[number % 3],
                "assignee_id": number % 20 or None,
                "sla_due": row["created_at"] if number % 30 else None,
            }
        )
    await session.execute(Ticket.__table__.insert(), rows)  # type: ignore[attr-defined]  # Hidden by SQLModel.


async def test_an_index_has_every_list_in_order(ground: Ground, desk: None) -> None:
    poor = []
    async with ground.db.reading() as session:
        await avoid_sorting(session)
        for selection in LISTS:
            for stretch in stretches_of(selection):
                columns = [col(Ticket.id)] if stretch.moment is None else [col(Ticket.id), stretch.moment]
                listed = select(*columns).where(*conditions(selection, ground.clock.now(), 7), *stretch.within)
                plan = await explained(session, listed.order_by(*stretch.order).limit(51))
                # Of those that sleep, or that somebody follows, there are few: they may be sorted.
                if plan.is_poor and not (selection.tab is Tab.SNOOZED or selection.followed):
                    poor.append((selection.query(), plan))
    assert poor == []


#: A filter that leaves few has an index of its own: else all open tickets would be looked through for them.
OWN_INDEX = {
    "ix_ticket_team": Selection(team=3),
    "ix_ticket_category": Selection(category=3),
    "ix_ticket_region": Selection(region="tibet"),
    "ix_ticket_channel": Selection(channel="fax"),
    "ix_ticket_component": Selection(component="portal"),
    "ix_ticket_assignee": Selection(assignee=7),
    "ix_ticket_alarm": Selection(tab=Tab.ALARMS),
    "ix_ticket_stage": Selection(stage=Stage.WAITING),
    "ix_ticket_team_closed": Selection(stage=Stage.SOLVED, team=3),
    "ix_ticket_assignee_closed": Selection(stage=Stage.SOLVED, assignee=70),
    "ix_ticket_waiting": Selection(waiting=True, sort=Sort.WAITING),
    "ix_ticket_due": Selection(sort=Sort.DUE),
    "ix_ticket_updated": Selection(sort=Sort.UPDATED),
}


@pytest.mark.parametrize("name", OWN_INDEX)
async def test_what_leaves_few_has_its_own_index(ground: Ground, desk: None, name: str) -> None:
    selection = OWN_INDEX[name]
    [stretch, *_] = stretches_of(selection)
    columns = [col(Ticket.id)] if stretch.moment is None else [col(Ticket.id), stretch.moment]
    listed = select(*columns).where(*conditions(selection, ground.clock.now(), 7), *stretch.within)
    async with ground.db.reading() as session:
        await avoid_sorting(session)
        plan = await explained(session, listed.order_by(*stretch.order).limit(51))
    assert name in repr(plan).split()


async def test_a_list_without_an_index_is_noticed(ground: Ground, desk: None) -> None:
    async with ground.db.reading() as session:
        await avoid_sorting(session)
        plan = await explained(session, select(col(Ticket.id)).order_by(col(Ticket.subject)).limit(51))
    assert plan.is_poor


async def avoid_sorting(session: AsyncSession) -> None:
    """To sort the few tickets of a test is cheap, so PostgreSQL is told to do it only where nothing else is left."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SET enable_sort = off"))
        await session.execute(text("SET enable_incremental_sort = off"))
        await session.execute(text("SET enable_bitmapscan = off"))


class Plan:
    """What a database says it will do with a query about tickets."""

    def __init__(self, steps: list[str]) -> None:
        self.steps = steps
        self.is_poor = any("TEMP B-TREE FOR ORDER BY" in step or step.startswith("Sort") for step in steps)

    def __repr__(self) -> str:
        return "\n".join(self.steps)


async def explained(session: AsyncSession, query: Any) -> Plan:
    dialect = session.get_bind().dialect
    written = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    if dialect.name == "sqlite":
        return Plan([row[3] for row in (await session.execute(text(f"EXPLAIN QUERY PLAN {written}"))).all()])
    [[plan]] = (await session.execute(text(f"EXPLAIN (FORMAT JSON) {written}"))).all()
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    return Plan(list(_steps(parsed[0]["Plan"])))


def _steps(node: dict[str, Any]) -> list[str]:
    own = f"{node['Node Type']} {node.get('Relation Name', '')} {node.get('Index Name', '')}"
    return [own, *(step for part in node.get("Plans", []) for step in _steps(part))]
