"""A file becomes a batch that can be looked at, corrected and only then entered."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert
from sqlmodel import col, select, update

from kit.clock import Clock
from kit.db import AsyncSession, Database, hint
from kit.files import FileStore, clean_name
from kit.outbox import NewJob, Priority, enqueue_one
from kit.settings import Locale
from kit.sheets import Cell, Sheet, is_cut, read_sheet, text_of
from tickets.actors import Actor
from tickets.entry.checking import Known, TaxIdCheck, check_row
from tickets.entry.columns import Column, folded, guess
from tickets.entry.errors import BatchBusyError, BatchUnknownError, MappingTwiceError, NothingToEnterError
from tickets.entry.models import EntryBatch, EntryRow, EntryState
from tickets.entry.people import People
from tickets.entry.surroundings import Draft, compare, known_names, remembered_headings

MOST_ROWS = 20_000
MOST_BYTES = 20 * 1024 * 1024
ENTRY_DUE = "entry.due"
ENTRY_UNDO = "entry.undo"
QUEUE = "in"
row_table: Table = EntryRow.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


@dataclass(frozen=True)
class Reader:
    """What files are read with; ``tax_id`` comes from the composition root."""

    db: Database
    clock: Clock
    files: FileStore
    zone: str
    tax_id: TaxIdCheck

    async def read(self, name: str, content: bytes, *, staff: Actor, locale: Locale) -> int:
        """Keep a file as a batch to be looked at; raises what :func:`kit.sheets.read_sheet` does."""
        sheet = await asyncio.to_thread(read_sheet, clean_name(name), content, max_rows=MOST_ROWS, max_bytes=MOST_BYTES)
        async with self.db.reading() as session:
            before = await remembered_headings(session, staff.id or 0, folded=folded)
        mapping = guess(sheet.headers, before)
        batch = EntryBatch(
            name=clean_name(name),
            staff_id=staff.id or 0,
            staff_name=staff.name or "",
            locale=locale,
            file_id=await self.files.keep(content),
            headers=list(sheet.headers),
            mapping=mapping,
            forecast={},
            created_at=self.clock.now(),
        )
        return await self._keep(batch, await asyncio.to_thread(_raw, sheet), anew=True)

    async def map_anew(self, batch_id: int, mapping: Sequence[str]) -> None:
        """Other columns for the same file: everything is looked at once more."""
        chosen = [one if one in set(Column) else "" for one in mapping]
        twice = next((one for one, count in Counter(filter(None, chosen)).items() if count > 1), None)
        if twice:
            raise MappingTwiceError(column=twice)
        async with self.db.reading() as session:
            batch = await get_batch(session, batch_id)
            stored = select(EntryRow.number, EntryRow.raw).where(EntryRow.batch_id == batch_id)
            rows = [
                (number, list(raw)) for number, raw in (await session.exec(stored.order_by(col(EntryRow.number)))).all()
            ]
        batch.mapping = (chosen + [""] * len(batch.headers))[: len(batch.headers)]
        await self._keep(batch, rows, anew=False)

    async def _keep(self, batch: EntryBatch, rows: list[tuple[int, list[str]]], *, anew: bool) -> int:
        async with self.db.reading() as session:
            locale: Locale = "en" if batch.locale == "en" else "zh"
            known = await known_names(session, self.clock.now(), zone=self.zone, locale=locale, tax_id=self.tax_id)
            drafts = await asyncio.to_thread(_checked, rows, batch.mapping, known)
            await compare(session, drafts)
            batch.forecast = await _forecast(session, drafts)
        async with self.db.transaction() as session:
            await _store(session, batch, drafts, anew=anew)
        return batch.id


def _raw(sheet: Sheet) -> list[tuple[int, list[str]]]:
    return [(row.number, [_kept(cell) for cell in row.cells]) for row in sheet.rows]


def _kept(cell: Cell) -> str:
    """As text; a number that has lost its end stays recognisable."""
    return repr(cell) if is_cut(cell) and not isinstance(cell, str) else text_of(cell)


def _checked(rows: Iterable[tuple[int, list[str]]], mapping: Sequence[str], known: Known) -> list[Draft]:
    placed = [(place, Column(name)) for place, name in enumerate(mapping) if name]
    return [
        Draft(number, raw, check_row({column: raw[place] for place, column in placed}, known), [])
        for number, raw in rows
    ]


async def _forecast(session: AsyncSession, drafts: Sequence[Draft]) -> dict[str, int]:
    """The same way as entering goes, without writing: what would come of it."""
    good = [draft for draft in drafts if not draft.checked.problems]
    people = People(batch_id=0)
    await people.load(session, [(draft.number, draft.checked.values) for draft in good])
    met = {people.match(draft.number, draft.checked.values) for draft in good}
    values = [draft.checked.values for draft in good]
    return {
        "tickets": len(good),
        "solved": sum(Column.RESOLVED_AT in one for one in values),
        "open": sum(Column.RESOLVED_AT not in one for one in values),
        "rated": sum(Column.SATISFACTION in one for one in values),
        "new_people": sum(person.contact_id is None for person in met),
        "known_people": sum(person.contact_id is not None for person in met),
        "maybe_known": sum(bool(draft.hints) for draft in good),
    }


async def _store(session: AsyncSession, batch: EntryBatch, drafts: Sequence[Draft], *, anew: bool) -> None:
    values = {
        "mapping": batch.mapping,
        "forecast": batch.forecast,
        "total": len(drafts),
        "broken": sum(bool(draft.checked.problems) for draft in drafts),
    }
    if anew:
        for name, value in values.items():
            setattr(batch, name, value)
        session.add(batch)
        await session.flush()
    else:
        await _step(session, batch.id, EntryState.PREVIEWED, EntryState.PREVIEWED, **values)
        await session.execute(delete(row_table).where(row_table.c.batch_id == batch.id))
    await session.execute(insert(row_table), [_row(batch, draft) for draft in drafts])


def _row(batch: EntryBatch, draft: Draft) -> dict[str, Any]:
    places = {name: place for place, name in enumerate(batch.mapping) if name}
    return {
        "batch_id": batch.id,
        "number": draft.number,
        "raw": draft.raw,
        "values": dict(draft.checked.values),
        "problems": [_stored(asdict(problem), places) for problem in draft.checked.problems],
        "hints": [_stored(asdict(one), places) for one in draft.hints],
        "broken": bool(draft.checked.problems),
        "reference": draft.checked.values.get(Column.REFERENCE),
    }


def _stored(problem: dict[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    return {**problem, "place": places.get(problem["column"])}


async def get_batch(session: AsyncSession, batch_id: int) -> EntryBatch:
    """The batch, or BatchUnknownError."""
    batch = (await session.exec(select(EntryBatch).where(EntryBatch.id == batch_id))).first()
    if batch is None:
        raise BatchUnknownError
    return batch


async def begin_entering(session: AsyncSession, now: datetime, batch_id: int) -> None:
    """Hand the batch to the worker; whoever is second is told so."""
    batch = await get_batch(session, batch_id)
    if batch.broken == batch.total:
        raise NothingToEnterError
    await _step(session, batch_id, EntryState.PREVIEWED, EntryState.ENTERING, cursor=0, entered=0)
    await hand_on(session, now, batch_id, ENTRY_DUE)


async def begin_undoing(session: AsyncSession, now: datetime, batch_id: int) -> None:
    """Have the worker take it back."""
    await get_batch(session, batch_id)
    await _step(session, batch_id, EntryState.ENTERED, EntryState.UNDOING, cursor=0, kept=0)
    await hand_on(session, now, batch_id, ENTRY_UNDO)


async def hand_on(session: AsyncSession, now: datetime, batch_id: int, kind: str) -> None:
    """The next piece of work on a batch, after everything that customers wait for."""
    job = NewJob(kind=kind, payload={"batch_id": batch_id}, queue=QUEUE, lane=_lane(batch_id), priority=_LAST)
    await enqueue_one(session, now, job)


async def finish(session: AsyncSession, batch_id: int, source: EntryState, target: EntryState, **values: Any) -> None:
    """The worker has done all of it."""
    await _step(session, batch_id, source, target, **values)


async def _step(session: AsyncSession, batch_id: int, source: EntryState, target: EntryState, **values: Any) -> None:
    here = (col(EntryBatch.id) == batch_id, col(EntryBatch.state) == source)
    moved = update(EntryBatch).where(*here).values(state=target, **values)
    if (await session.exec(moved.execution_options(synchronize_session=False))).rowcount != 1:
        raise BatchBusyError
    hint(session, f"entry:{batch_id}")


_LAST = Priority.BROADCAST


def _lane(batch_id: int) -> str:
    return f"entry:{batch_id}"


def good_rows(batch_id: int, after: int, most: int) -> Any:
    """The next rows to be entered."""
    return (
        select(EntryRow)
        .where(EntryRow.batch_id == batch_id, col(EntryRow.broken).is_(False), EntryRow.number > after)
        .order_by(col(EntryRow.number))
        .limit(most)
    )
