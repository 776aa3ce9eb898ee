"""The open tickets as columns of numbers in memory, so that any view is listed and counted in milliseconds.

A database counts by looking at every row again for each view, and no set of indexes has every filter in every order; a
hundred thousand numbers are compared here in the time of one of its answers. What has changed is read before each look.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, literal_column, select
from sqlmodel import col

from kit.db import AsyncSession
from tickets.models import Ticket
from tickets.stages import Stage

Mask = NDArray[np.bool_]

COLUMNS = (
    "id",
    "stage",
    "team_id",
    "assignee_id",
    "priority",
    "channel",
    "region",
    "category_id",
    "component",
    "locale",
    "incident_id",
    "alarm",
    "tags",
    "waiting_since",
    "first_replied_at",
    "sla_due",
    "snoozed_until",
    "updated_at",
)
_PLACE = {name: place for place, name in enumerate(COLUMNS)}
#: What is missing.
NOTHING = -1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A transaction that began before the last look may end after it.
_OVERLAP = timedelta(seconds=20)
#: More tickets are never begun at the same time, to be ended in another order.
_AT_ONCE = 100
#: What left no mark, as a ticket that is gone does not, is found by reading all again, some at a time.
_CHECK_EVERY = timedelta(seconds=5)
_CHECKED_AT_ONCE = 1_000
_FAR = 2**63 - 1
_CHUNK = 5_000
_IS_OPEN = col(Ticket.stage) != literal_column(f"'{Stage.SOLVED.value}'")
_SELECTED = [getattr(Ticket, name) for name in COLUMNS]


class OpenTickets:
    """All open tickets of one database."""

    def __init__(self) -> None:
        self._rows: NDArray[np.int64] = np.empty((len(COLUMNS), _CHUNK), np.int64)
        self._slots: dict[int, int] = {}
        self._numbers: dict[Any, int] = {}
        self._read_at: datetime | None = None
        self._checked_at: datetime | None = None
        self._checked_up_to = 0
        self._reading = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._slots)

    def column(self, name: str) -> NDArray[np.int64]:
        """A number for each: see :meth:`number` for words, :func:`moment_number`; NOTHING for what is missing."""
        return self._rows[_PLACE[name], : len(self)]

    def number(self, word: str) -> int:
        """The number that stands for a word; one that no ticket has stands for none."""
        return self._numbers.get(word, NOTHING - 1)

    def with_tag(self, tag: str) -> Mask:
        numbers = [number for tags, number in self._numbers.items() if isinstance(tags, tuple) and tag in tags]
        return np.isin(self.column("tags"), numbers)

    def words(self, name: str) -> list[str]:
        """What there is in a column of words."""
        numbers = self.column(name)
        present = set(np.flatnonzero(np.bincount(numbers[numbers != NOTHING])).tolist())
        return sorted(word for word, number in self._numbers.items() if number in present and isinstance(word, str))

    def identities(self, name: str) -> list[int]:
        """What there is in a column of ids."""
        numbers = self.column(name)
        return [int(number) for number in np.unique(numbers[numbers != NOTHING])]

    async def refresh(self, session: AsyncSession, now: datetime) -> None:
        """Read what has changed since the last time, and now and then some of what has not; the first time, all."""
        async with self._reading:
            if self._read_at is None or self._checked_at is None or now < self._read_at:
                await self._read_all(session)
                self._checked_at = now
            else:
                await self._read_changes(session, self._read_at - _OVERLAP)
                if now - self._checked_at >= _CHECK_EVERY:
                    await self._check_some(session)
                    self._checked_at = now
            self._read_at = now

    async def _read_all(self, session: AsyncSession) -> None:
        self._slots.clear()
        last = 0
        while True:
            following = select(*_SELECTED).where(_IS_OPEN, col(Ticket.id) > last).order_by(col(Ticket.id)).limit(_CHUNK)
            rows = (await session.execute(following)).all()
            for row in rows:
                self._put(row)
            if len(rows) < _CHUNK:
                return
            last = rows[-1][0]
            # Others have their turn while a large desk is read.
            await asyncio.sleep(0)

    async def _read_changes(self, session: AsyncSession, since: datetime) -> None:
        changed = select(*_SELECTED).where(_IS_OPEN, col(Ticket.updated_at) >= since)
        # What was entered afterwards is as old as it says, and new all the same.
        newest = int(self.column("id").max(initial=0))
        entered = select(*_SELECTED).where(_IS_OPEN, col(Ticket.id) > newest - _AT_ONCE)
        for rows in (changed, entered):
            for row in (await session.execute(rows)).all():
                self._put(row)
        closed = select(col(Ticket.id)).where(col(Ticket.closed_at) >= since, col(Ticket.stage) == Stage.SOLVED)
        for ticket_id in (await session.execute(closed)).scalars():
            self._drop(ticket_id)

    async def _check_some(self, session: AsyncSession) -> None:
        first = self._checked_up_to
        following = select(*_SELECTED).where(_IS_OPEN, col(Ticket.id) > first).order_by(col(Ticket.id))
        rows = (await session.execute(following.limit(_CHECKED_AT_ONCE))).all()
        last = rows[-1][0] if len(rows) == _CHECKED_AT_ONCE else _FAR
        ids = self.column("id")
        for ticket_id in set(ids[(ids > first) & (ids <= last)].tolist()) - {row[0] for row in rows}:
            self._drop(ticket_id)
        for row in rows:
            self._put(row)
        self._checked_up_to = last if last != _FAR else 0

    def _put(self, row: Sequence[Any]) -> None:
        slot = self._slots.setdefault(row[0], len(self._slots))
        if slot >= self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)], axis=1)
        self._rows[:, slot] = [self._encoded(value) for value in row]

    def _drop(self, ticket_id: int) -> None:
        """The last one takes its place."""
        slot = self._slots.pop(ticket_id, None)
        if slot is None or slot == len(self):
            return
        self._rows[:, slot] = self._rows[:, len(self)]
        self._slots[int(self._rows[0, slot])] = slot

    def _encoded(self, value: Any) -> int:
        if value is None:
            return NOTHING
        if isinstance(value, int):
            return value
        if isinstance(value, datetime):
            return moment_number(value)
        word = tuple(value) if isinstance(value, list) else value
        return self._numbers.setdefault(word, len(self._numbers))


def moment_number(moment: datetime) -> int:
    """Microseconds, as exact as the database."""
    return round(moment.timestamp() * 1_000_000)


def moment_of(number: int) -> datetime:
    """The moment that a number stands for."""
    return _EPOCH + timedelta(microseconds=number)


_OF_DATABASE: WeakKeyDictionary[Engine, OpenTickets] = WeakKeyDictionary()


def open_tickets(session: AsyncSession) -> OpenTickets:
    """Those of the session's database, shared by all who count in this process."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    return _OF_DATABASE.setdefault(engine, OpenTickets())
