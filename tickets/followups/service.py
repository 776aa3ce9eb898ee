"""Set, move and cancel what is due; claim what has come due."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from kit.db import AsyncSession
from kit.log import log
from tickets.events import DeskEvent, emit
from tickets.followups.models import FollowUp, FollowUpKind, FollowUpState
from tickets.models import Ticket

follow_up_table: Table = FollowUp.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def schedule(session: AsyncSession, ticket: Ticket, thread: str, kind: FollowUpKind, due_at: datetime) -> None:
    """Make ``kind`` due at a moment; a pending one of the kind is moved there."""
    await schedule_all(session, ticket, thread, {kind: due_at})


async def schedule_all(
    session: AsyncSession, ticket: Ticket, thread: str, due: Mapping[FollowUpKind, datetime]
) -> None:
    """As :func:`schedule`, each kind at its moment."""
    same = {"ticket_id": ticket.id, "thread": thread, "state": FollowUpState.PENDING.value}
    rows = [{**same, "kind": kind.value, "due_at": due_at} for kind, due_at in due.items()]
    await session.execute(_SET[session.get_bind().dialect.name], rows)


def _setting(dialect_insert: Any) -> Insert:
    statement = dialect_insert(follow_up_table)
    moved: Insert = statement.on_conflict_do_update(
        index_elements=["ticket_id", "kind"],
        index_where=text("state = 'pending'"),
        set_={"due_at": statement.excluded.due_at},
    )
    return moved


# Built once: to build a statement costs more than to run it.
_SET = {"postgresql": _setting(postgresql.insert), "sqlite": _setting(sqlite.insert)}


async def cancel(session: AsyncSession, ticket_id: int, kinds: Iterable[FollowUpKind]) -> None:
    """The reason for these went away."""
    gone = update(FollowUp).where(
        col(FollowUp.ticket_id) == ticket_id,
        col(FollowUp.kind).in_(list(kinds)),
        col(FollowUp.state) == FollowUpState.PENDING,
    )
    await session.exec(gone.values(state=FollowUpState.CANCELLED))


async def fire_due(session: AsyncSession, now: datetime, *, limit: int = 200) -> int:
    """Hand every follow-up whose moment has come to its lane; two nodes never hand over one twice."""
    due = (
        select(col(FollowUp.id))
        .where(FollowUp.state == FollowUpState.PENDING, FollowUp.due_at <= now)
        .order_by(col(FollowUp.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list((await session.exec(due)).all())
    if not ids:
        return 0
    fired = (
        update(FollowUp)
        .where(col(FollowUp.id).in_(ids), col(FollowUp.state) == FollowUpState.PENDING)
        .values(state=FollowUpState.FIRED)
        .returning(col(FollowUp.id), col(FollowUp.ticket_id), col(FollowUp.kind), col(FollowUp.thread))
    )
    rows = (await session.exec(fired)).all()
    for row in sorted(rows, key=lambda row: row.thread):
        await emit(
            session,
            now,
            DeskEvent.FOLLOW_UP_DUE,
            thread=row.thread,
            ticket_id=row.ticket_id,
            follow_up=row.kind,
        )
    log.info("follow-ups due", count=len(rows))
    return len(rows)


async def pending(session: AsyncSession, ticket_id: int) -> list[FollowUp]:
    """What is still to come for a ticket, soonest first."""
    ahead = (
        select(FollowUp)
        .where(FollowUp.ticket_id == ticket_id, FollowUp.state == FollowUpState.PENDING)
        .order_by(col(FollowUp.due_at))
    )
    return list((await session.exec(ahead)).all())


async def follow_thread(session: AsyncSession, *, old: str, thread: str) -> None:
    """The talk goes on under another name: what is due waits in its order."""
    pending = (col(FollowUp.thread) == old, col(FollowUp.state) == FollowUpState.PENDING)
    await session.exec(update(FollowUp).where(*pending).values(thread=thread))
