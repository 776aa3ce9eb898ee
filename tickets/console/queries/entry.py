"""Batches of records, and the rows of one that somebody should look at."""

from collections.abc import Sequence

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.entry.models import EntryBatch, EntryRow

MOST_BATCHES = 50


async def batches(session: AsyncSession, *, staff_id: int | None) -> Sequence[EntryBatch]:
    """The newest, of one person or of everybody."""
    newest = select(EntryBatch).order_by(col(EntryBatch.id).desc()).limit(MOST_BATCHES)
    return (await session.exec(newest if staff_id is None else newest.where(EntryBatch.staff_id == staff_id))).all()


async def broken_rows(session: AsyncSession, batch_id: int, *, most: int) -> Sequence[EntryRow]:
    own = select(EntryRow).where(EntryRow.batch_id == batch_id, col(EntryRow.broken))
    return (await session.exec(own.order_by(col(EntryRow.number)).limit(most))).all()


async def kept_rows(session: AsyncSession, batch_id: int, *, most: int) -> Sequence[EntryRow]:
    own = select(EntryRow).where(EntryRow.batch_id == batch_id, col(EntryRow.kept).is_not(None))
    return (await session.exec(own.order_by(col(EntryRow.number)).limit(most))).all()


async def first_rows(session: AsyncSession, batch_id: int, *, most: int) -> Sequence[EntryRow]:
    own = select(EntryRow).where(EntryRow.batch_id == batch_id)
    return (await session.exec(own.order_by(col(EntryRow.number)).limit(most))).all()
