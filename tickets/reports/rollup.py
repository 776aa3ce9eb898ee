"""Keeping the hours: counted again whenever there is something else to count, always from the log alone.

Counting an hour twice gives the same rows, and whoever counts it holds its line in ``report_state``: two nodes may
do so at once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from kit.db import AsyncSession, Database
from tickets.conversations.models import Conversation
from tickets.models import TicketEvent
from tickets.reports.buckets import Tally
from tickets.reports.counting import Cell, Cells, Line, Measure, count_lines
from tickets.reports.log import HOUR, hour_of, hours_changed_by, read_before, read_lines, within
from tickets.reports.models import ReportDirty, ReportHour, ReportState
from tickets.reports.talks import COMES_WITHIN, count_talks, talk_hours

#: Hours counted in one transaction: nobody else shall wait long for it.
_AT_ONCE = 24
#: How far back an hour may still change by itself: the bot has an hour to speak, and a transaction to end.
_OPEN_FOR = 2 * HOUR
_TALKS = (Measure.TALKS, Measure.TALKS_TICKET)
_state: Table = ReportState.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_dirty: Table = ReportDirty.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def mark_dirty(session: AsyncSession, moments: Iterable[datetime]) -> None:
    """Something was written into the past, or taken out of it: these hours are counted again soon."""
    rows = [{"hour": hour} for hour in sorted({hour_of(moment) for moment in moments})]
    if rows:
        await session.execute(_insert(session, _dirty).on_conflict_do_nothing(), rows)


async def keep_up(db: Database, now: datetime, *, batches: int = 10_000) -> int:
    """Count what is new, oldest first, and what was marked; returns the number of hours that changed."""
    changed = 0
    for _ in range(batches):
        hours = await _unfinished(db, now)
        async with db.transaction() as session:
            for hour in hours:
                changed += await _keep(session, hour)
        if len(hours) < _AT_ONCE:
            break
    for _ in range(batches):
        async with db.transaction() as session:
            hours = await _take_dirty(session)
            changed += len(hours)
        if len(hours) < _AT_ONCE:
            break
    return changed


async def rebuild(db: Database, now: datetime) -> int:
    """Count every hour there is or was anew; the reports can be read meanwhile. Returns the number of hours."""
    counted = 0
    start: datetime | None = None
    while True:
        async with db.reading() as session:
            hours = await _hours_from(session, start, now, anything=True)
        async with db.transaction() as session:
            for hour in hours:
                await _lock(session, hour)
                await _count(session, hour)
        counted += len(hours)
        if len(hours) < _AT_ONCE:
            return counted
        start = hours[-1] + HOUR


async def _unfinished(db: Database, now: datetime) -> list[datetime]:
    """The next hours to look at: from the newest one counted, and before it as far as things may change."""
    async with db.reading() as session:
        newest = await _newest(session)
        start = None if newest is None else min(newest, hour_of(now)) - _OPEN_FOR
        return await _hours_from(session, start, now)


async def _newest(session: AsyncSession) -> datetime | None:
    return (await session.execute(select(func.max(col(ReportState.hour))))).scalar_one()


async def _hours_from(
    session: AsyncSession, start: datetime | None, now: datetime, *, anything: bool = False
) -> list[datetime]:
    """Hours with something in them, oldest first; ``anything``: those with rows of ours too."""
    columns: list[Any] = [col(TicketEvent.at), col(Conversation.created_at)]
    columns += [col(ReportHour.hour)] if anything else []
    hours: list[datetime] = []
    while len(hours) < _AT_ONCE:
        found = [first for column in columns if (first := await _first(session, column, start)) is not None]
        if not found or min(found) > now:
            break
        hours.append(hour_of(min(found)))
        start = hours[-1] + HOUR
    return hours


async def _first(session: AsyncSession, column: Any, start: datetime | None) -> datetime | None:
    earliest = select(func.min(column))
    found: datetime | None = (
        await session.execute(earliest if start is None else earliest.where(column >= start))
    ).scalar_one()
    return found


async def _keep(session: AsyncSession, hour: datetime) -> bool:
    """Count the hour if there is something else in it than last time."""
    known, seen = await _lock(session, hour), await _fingerprint(session, hour)
    if seen == known:
        # The bot may have spoken since.
        await _count_talks(session, [hour])
        return False
    lines = await _count(session, hour)
    await session.execute(update(_state).where(_state.c.hour == hour).values(seen=seen))
    # What follows an hour that is new has not been counted yet.
    others = await hours_changed_by(session, hour, lines, later=bool(known))
    await _count_also(session, others - {hour}, await talk_hours(session, hour))
    return True


async def _take_dirty(session: AsyncSession) -> list[datetime]:
    """Count the oldest hours that were marked."""
    marked = list((await session.execute(select(_dirty.c.hour).order_by(_dirty.c.hour))).scalars())
    for hour in marked[:_AT_ONCE]:
        await session.execute(delete(_dirty).where(_dirty.c.hour == hour))
        await _lock(session, hour)
        lines = await _count(session, hour)
        others = await hours_changed_by(session, hour, lines, later=True)
        # A ticket that was taken out no longer says in which hour its talk began.
        talks = {hour - back * HOUR for back in range(int(COMES_WITHIN / HOUR) + 1)}
        await _count_also(session, others - set(marked), talks - set(marked))
    return marked[:_AT_ONCE]


async def _count_also(session: AsyncSession, hours: set[datetime], talks: set[datetime]) -> None:
    for hour in sorted(hours):
        await _lock(session, hour)
        await _count(session, hour)
    await _count_talks(session, sorted(talks - hours))


async def _count_talks(session: AsyncSession, hours: list[datetime]) -> None:
    for hour in hours:
        await _replace(session, hour, await count_talks(session, hour), col(ReportHour.measure).in_(_TALKS))


async def _lock(session: AsyncSession, hour: datetime) -> str:
    """Hold the hour until the transaction ends; what was seen when it was last counted, or nothing."""
    claim = _insert(session, _state).values(hour=hour, seen="")
    claimed = claim.on_conflict_do_update(index_elements=["hour"], set_={"seen": _state.c.seen})
    seen: str = (await session.execute(claimed.returning(_state.c.seen))).scalar_one()
    return seen


async def _fingerprint(session: AsyncSession, hour: datetime) -> str:
    """Differs whenever there is something else to count."""
    event, talk = TicketEvent, Conversation
    events = select(func.count(), func.max(col(event.id))).where(*within(col(event.at), hour))
    talks = select(func.count()).where(*within(col(talk.created_at), hour))
    count, newest = (await session.execute(events)).one()
    return f"{count}:{newest or 0}:{(await session.execute(talks)).scalar_one()}"


async def _count(session: AsyncSession, hour: datetime) -> list[Line]:
    """Count all of the hour, which is held by :func:`_lock`."""
    lines = await read_lines(session, hour)
    cells = count_lines(lines, await read_before(session, hour, lines))
    await _replace(session, hour, cells, col(ReportHour.measure).not_in(_TALKS))
    await _count_talks(session, [hour])
    return lines


async def _replace(session: AsyncSession, hour: datetime, cells: Cells, among: ColumnElement[bool]) -> None:
    """Have exactly these cells among the hour's; nothing is written where nothing changed."""
    own = (col(ReportHour.hour) == hour, among)
    row = ReportHour
    stored = select(
        col(row.measure),
        col(row.bucket),
        col(row.team_id),
        col(row.category_id),
        col(row.assignee_id),
        col(row.channel),
        col(row.region),
        col(row.n),
        col(row.total),
    ).where(*own)
    known = {tuple(values[:7]): tuple(values[7:]) for values in (await session.execute(stored)).all()}
    wanted = {(cell.measure.value, cell.bucket, *cell.place): (tally.n, tally.total) for cell, tally in cells.items()}
    if known == wanted:
        return
    await session.execute(delete(ReportHour).where(*own))
    if cells:
        await session.execute(insert(ReportHour), [_row(hour, cell, tally) for cell, tally in cells.items()])


def _row(hour: datetime, cell: Cell, tally: Tally) -> dict[str, Any]:
    return {
        "hour": hour,
        "measure": cell.measure.value,
        "bucket": cell.bucket,
        **cell.place._asdict(),
        "n": tally.n,
        "total": tally.total,
    }


def _insert(session: AsyncSession, table: Table) -> Any:
    """An insert that knows what to do with a row that is there, in the dialect of the database."""
    return (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(table)
