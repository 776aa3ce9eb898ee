"""Eight members of staff look through a desk: how long the server takes for what they open.

Each asks twice a second and looks at what came, as people do; what is measured is everything from the request to the
answer in the process that serves it, waiting for the others included.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import httpx
from sqlalchemy import select
from sqlmodel import col

from benchmarks.desk_data import CATEGORIES, CHANNELS, NOW, RARE, REGIONS, STAFF, TEAMS
from kit.db import AsyncSession
from kit.ground import Ground
from tickets.console.queries.conditions import IS_OPEN
from tickets.console.queries.counting import view_counts
from tickets.console.queries.ordering import Place
from tickets.console.queries.queue import look
from tickets.console.queries.ticket import load_ticket
from tickets.console.selection import Assigned, Due, Incident, Selection, Sort, Tab
from tickets.models import Ticket
from tickets.stages import Priority, Stage

CLIENTS, EVERY_S = 8, 0.5
Ask = Callable[[], Awaitable[Any]]

#: What a desk keeps as views: teams, channels, regions, and the usual questions.
VIEWS = dict(
    enumerate(
        [
            *(Selection(team=team) for team in range(1, 9)),
            *(Selection(channel=channel) for channel in CHANNELS[:4]),
            *(Selection(region=region, due=Due.TODAY) for region in REGIONS[:4]),
            *(Selection(category=category, waiting=True) for category in range(1, 5)),
            *(Selection(priority=priority, assigned=Assigned.UNASSIGNED) for priority in Priority),
            Selection(tab=Tab.ALARMS),
            Selection(due=Due.LATE),
            Selection(language="en"),
            Selection(incident=Incident.ANY),
            Selection(tag="标签3"),
            Selection(tab=Tab.SOLVED, team=3),
        ]
    )
)
SEARCHES = {
    "rare": RARE,
    "common": "发票",
    "phrase": "提示网络异常",
    "two words": "红冲 很着急",
    "one letter": "税",
    "number": "91000000004711MA0X",
    "last digits": "4711",
    "person": "王伟芳",
    "in a filter": "发票",
}


@dataclass
class Times:
    """Seconds each took."""

    name: str
    target_ms: float
    taken: list[float] = field(default_factory=list)
    #: Of this process, for all of them.
    cpu_s: float = 0.0

    @property
    def p50(self) -> float:
        return median(self.taken) * 1000

    @property
    def p99(self) -> float:
        ordered = sorted(self.taken)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000


async def measure(name: str, target_ms: float, ask: Ask, *, seconds: float) -> Times:
    """Eight people ask, each at moments of their own; the first answers only warm everything up."""
    times, chance = Times(name, target_ms), random.Random(3)
    for _ in range(20):
        await ask()
    ends = time.monotonic() + seconds

    async def person(offset: float) -> None:
        await asyncio.sleep(offset)
        while time.monotonic() < ends:
            started = time.perf_counter()
            await ask()
            took = time.perf_counter() - started
            times.taken.append(took)
            await asyncio.sleep(max(0.0, EVERY_S * chance.uniform(0.5, 1.5) - took))

    began = time.process_time()
    await asyncio.gather(*(person(EVERY_S * place / CLIENTS) for place in range(CLIENTS)))
    times.cpu_s = time.process_time() - began
    return times


def any_list(chance: random.Random) -> Selection:
    """A filter and an order, as people choose them."""
    filters: list[dict[str, Any]] = [
        {},
        {"team": chance.randrange(1, TEAMS + 1)},
        {"category": chance.randrange(1, CATEGORIES + 1)},
        {"channel": chance.choice(CHANNELS)},
        {"region": chance.choice(REGIONS), "team": chance.randrange(1, TEAMS + 1)},
        {"assignee": chance.randrange(1, STAFF + 1)},
        {"tab": Tab.MINE},
        {"tab": Tab.UNASSIGNED, "priority": Priority.LOW},
        {"tab": Tab.ALARMS},
        {"tab": Tab.SOLVED, "team": chance.randrange(1, TEAMS + 1)},
        {"stage": Stage.WAITING},
        {"waiting": True, "language": "en"},
        {"tag": f"标签{chance.randrange(1, 9)}"},
        {"due": Due.SOON},
        {"incident": chance.randrange(1, 30)},
    ]
    return Selection(**chance.choice(filters), sort=chance.choice(list(Sort)))


async def deep_places(session: AsyncSession) -> list[str]:
    """Cursors from all over the open tickets of ordinary priority, in the order of urgency."""
    some = select(col(Ticket.id), col(Ticket.sla_due)).where(
        IS_OPEN, col(Ticket.priority) == Priority.NORMAL, col(Ticket.sla_due) > NOW + timedelta(hours=20)
    )
    rows = (await session.execute(some.limit(400))).all()
    return [Place(4, row[1], row[0]).cursor for row in rows]


@dataclass
class Desk:
    """What is asked of the desk."""

    ground: Ground
    client: httpx.AsyncClient
    now: datetime = NOW
    chance: random.Random = field(default_factory=lambda: random.Random(4))

    async def rows(self) -> None:
        async with self.ground.db.reading() as session:
            await look(session, self.now, any_list(self.chance), staff_id=3)

    async def deep(self, cursors: list[str]) -> None:
        async with self.ground.db.reading() as session:
            page = await look(session, self.now, Selection(after=self.chance.choice(cursors)), staff_id=3)
            assert page.records

    async def counts(self) -> None:
        async with self.ground.db.reading() as session:
            assert len(await view_counts(session, self.now, 3, VIEWS)) == 30

    async def search(self, text: str, **more: Any) -> None:
        async with self.ground.db.reading() as session:
            await look(session, self.now, Selection(text=text, **more), staff_id=3)

    async def ticket(self, newest: int) -> None:
        async with self.ground.db.reading() as session:
            await load_ticket(session, self.chance.randrange(1, newest), self.now, zone="Asia/Shanghai")

    async def fetch(self, address: str) -> None:
        answer = await self.client.get(address)
        assert answer.status_code == 200, answer.text[:500]


async def run(desk: Desk, newest: int, *, seconds: float) -> list[Times]:
    """All that is measured, one after the other."""
    async with desk.ground.db.reading() as session:
        cursors = await deep_places(session)
    asks: list[tuple[str, float, Ask]] = [
        ("list, filter and sort", 50, desk.rows),
        ("deep page", 50, lambda: desk.deep(cursors)),
        ("counts of 30 views", 50, desk.counts),
        *(
            (f"search: {name}", 150, _searching(desk, text, team=5 if name == "in a filter" else None))
            for name, text in SEARCHES.items()
        ),
        ("a ticket's rows", 50, lambda: desk.ticket(newest)),
        ("queue page, HTML", 50, lambda: desk.fetch(f"/console/tickets{any_list(desk.chance).query()}")),
        ("ticket page, HTML", 50, lambda: desk.fetch(f"/console/tickets/{desk.chance.randrange(1, newest)}")),
    ]
    return [await measure(name, target, ask, seconds=seconds) for name, target, ask in asks]


def _searching(desk: Desk, text: str, **more: Any) -> Ask:
    return lambda: desk.search(text, **more)
