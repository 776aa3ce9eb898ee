from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import pytest
from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from kit.ground import Ground
from kit.outbox.runner import Runner
from tests.support.tickets import WANG, open_one, ticket_now
from tickets.actors import Actor
from tickets.bulk.jobs import BulkWork
from tickets.bulk.models import BulkItem, BulkKind
from tickets.bulk.service import BULK_DUE, BULK_ROW, BULK_UNDO, begin, progress, stop, undo
from tickets.events import QUEUE
from tickets.models import Ticket
from tickets.repository import change, get_ticket


@dataclass
class Orders:
    """Orders of one person, and the worker that does them; what the desk tells others is left lying."""

    ground: Ground
    worker: Runner

    async def open(self, count: int, **more: Any) -> list[int]:
        return [(await open_one(self.ground, who=f"visitor-{n:04d}", **more)).ticket_id for n in range(count)]

    async def give(self, kind: BulkKind, ids: list[int], *, staff: Actor = WANG, key: str = "", **params: Any) -> int:
        async with self.ground.db.transaction() as session:
            now = self.ground.clock.now()
            job = await begin(
                session, now, kind=kind, params=params, ticket_ids=ids, staff=staff, key=key or token_hex()
            )
            return job.id

    async def work(self) -> None:
        while await self.worker.run_once():
            pass

    async def stop(self, bulk_id: int) -> int:
        async with self.ground.db.transaction() as session:
            return await stop(session, self.ground.clock.now(), bulk_id)

    async def undo(self, bulk_id: int, *, staff: Actor = WANG) -> None:
        async with self.ground.db.transaction() as session:
            await undo(session, self.ground.clock.now(), bulk_id, staff=staff)

    async def counts(self, bulk_id: int) -> dict[str, int]:
        async with self.ground.db.reading() as session:
            return dict((await progress(session, bulk_id)).counts)

    async def items(self, bulk_id: int) -> dict[int, BulkItem]:
        listed = select(BulkItem).where(BulkItem.bulk_id == bulk_id).order_by(col(BulkItem.ticket_id))
        async with self.ground.db.reading() as session:
            return {item.ticket_id: item for item in (await session.exec(listed)).all()}

    async def tickets(self, ids: list[int]) -> list[Ticket]:
        return [await ticket_now(self.ground, ticket_id) for ticket_id in ids]

    async def by_colleague(self, ticket_id: int, act: Callable[..., Awaitable[object]], **values: Any) -> None:
        """A colleague does something to one of the tickets."""
        async with self.ground.db.transaction() as session:
            ticket = await get_ticket(session, ticket_id)
            await act(session, self.ground.clock.now(), ticket, **values)

    async def alter(self, ticket_id: int, **values: Any) -> None:
        await self.by_colleague(ticket_id, change, **values)


def worker_of(ground: Ground) -> Runner:
    work = BulkWork(ground)

    async def leave(_session: object, _job: object) -> None:
        """Whatever else the desk tells."""

    others = dict.fromkeys(("ticket.replied", "ticket.stage_changed", "ticket.resolved"), leave)
    kinds = {BULK_DUE: work.handle_due, BULK_ROW: work.handle_row, BULK_UNDO: work.handle_undo}
    return Runner(ground.db, ground.clock, QUEUE, transactional={**others, **kinds}, lease_s=30)


@pytest.fixture
def orders(ground: Ground) -> Orders:
    return Orders(ground, worker_of(ground))
