"""Many pushes, few commits: what arrives while one transaction is on its way goes into the next one together.

Nobody waits for company. A push that finds the door free is committed alone and at once; under load a commit takes
some dozens along, and a push is still answered only when it is safely stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from channels.inbox import Arrival, accept_many
from channels.port import Inbound
from kit.clock import Clock
from kit.db import AsyncSession, Database

#: More than this never go into one transaction.
MOST = 100

#: Something that must be stored in the same transaction; told whether the message is new.
Also = Callable[[AsyncSession, bool], Awaitable[None]]


@dataclass
class _Waiting:
    arrival: Arrival
    also: Also | None
    done: "asyncio.Future[bool]"


@dataclass
class Intake:
    """The door of one process."""

    db: Database
    clock: Clock
    _waiting: list[_Waiting] = field(default_factory=list)
    _working: "asyncio.Task[None] | None" = None

    async def accept(self, inbound: Inbound, *, settle_s: float = 0.0, also: Also | None = None) -> bool:
        """Store the message and what belongs to it; True when it is new. Returns after the commit."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(Arrival(inbound=inbound, settle_s=settle_s), also, done))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._store(batch)
        finally:
            self._working = None

    async def _store(self, batch: list[_Waiting]) -> None:
        try:
            await self._commit(batch)
        except Exception as error:  # noqa: BLE001 - whoever waits is told; nobody else pays for it.
            if len(batch) > 1:
                for one in batch:
                    await self._store([one])
            elif not batch[0].done.done():
                batch[0].done.set_exception(error)

    async def _commit(self, batch: list[_Waiting]) -> None:
        async with self.db.transaction() as session:
            fresh = await accept_many(session, self.clock.now(), [one.arrival for one in batch])
            # The first of two with one name is the new one.
            results = []
            for one in batch:
                is_new = one.arrival.name in fresh
                fresh.discard(one.arrival.name)
                results.append(is_new)
                if one.also is not None:
                    await one.also(session, is_new)
        for one, is_new in zip(batch, results, strict=True):
            if not one.done.done():
                one.done.set_result(is_new)
