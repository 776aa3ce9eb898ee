"""Tell members of staff, and know what they have not read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    String,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    update,
)
from sqlalchemy import select as core_select
from sqlmodel import col, select

from kit.access.models import Staff
from kit.db import AsyncSession, BigId, JsonColumn, UtcDateTime, hint
from tickets.actors import Actor
from tickets.models import Ticket
from tickets.notices.models import MANY, NoticeKind, StaffNotice

notice_table: Table = StaffNotice.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
KEPT = timedelta(days=90)
_FORGOTTEN_AT_ONCE = 1000
_mine = notice_table.c.staff_id == bindparam("of_staff")
_unread = notice_table.c.read_at.is_(None)


@dataclass(frozen=True)
class Unread:
    """How many somebody has not read, and the number of the newest of them."""

    count: int
    newest: int


@dataclass(frozen=True)
class Told:
    """A notice with what its ticket is called."""

    notice: StaffNotice
    number: str
    subject: str


# Built once, as a new ticket may be given to somebody: to build a statement costs more than to run it.
_TELL = (
    insert(notice_table)
    .from_select(
        ["staff_id", "ticket_id", "kind", "data", "at"],
        core_select(
            col(Staff.id),
            bindparam("ticket", type_=BigId),
            bindparam("kind_of", type_=String()),
            bindparam("about", type_=JsonColumn),
            bindparam("now", type_=UtcDateTime),
        ).where(col(Staff.active), col(Staff.id).in_(bindparam("whom", expanding=True))),
    )
    .returning(notice_table.c.staff_id)
)


async def notify(
    session: AsyncSession, now: datetime, staff_ids: Iterable[int], kind: NoticeKind, ticket: Ticket, **data: Any
) -> None:
    """Tell each of them who still has an account, once; their open pages hear of it after the commit.

    The topic is ``staff:<id>``.
    """
    whom = sorted(set(staff_ids))
    if not whom:
        return
    values = {"whom": whom, "ticket": ticket.id, "kind_of": kind.value, "about": data, "now": now}
    for staff_id in (await session.execute(_TELL, values)).scalars():
        hint(session, f"staff:{staff_id}")


async def notify_elsewhere(
    session: AsyncSession, now: datetime, staff_id: int, kind: NoticeKind, *, address: str, **data: Any
) -> None:
    """Tell somebody of something that is no ticket and has its own page."""
    session.add(StaffNotice(staff_id=staff_id, kind=kind, data={**data, "address": address}, at=now))
    await session.flush()
    hint(session, f"staff:{staff_id}")


async def notify_new_owner(
    session: AsyncSession, now: datetime, ticket: Ticket, *, before: int | None, by: Actor
) -> None:
    """A ticket was given from hand to hand: whoever has it now, and whoever had it, hear of it if others did that."""
    after = ticket.assignee_id
    if after == before:
        return
    if after not in {None, by.id}:
        await notify(session, now, [after], NoticeKind.ASSIGNED, ticket, by=by.name)
    if after is not None and before not in {None, by.id}:
        await notify(session, now, [before], NoticeKind.TAKEN, ticket, by=by.name)


# Built once as well: every open page asks.
_COUNT = core_select(func.count(), func.coalesce(func.max(notice_table.c.id), 0)).where(_mine, _unread)
_COUNT_ELSEWHERE = _COUNT.where(notice_table.c.ticket_id.is_distinct_from(bindparam("but_ticket")))


async def unread(session: AsyncSession, staff_id: int, *, but: int | None = None) -> Unread:
    """What this person has not read; ``but`` is the ticket before their eyes."""
    count = _COUNT if but is None else _COUNT_ELSEWHERE
    found = (await session.execute(count, {"of_staff": staff_id, "but_ticket": but})).one()
    return Unread(*found)


async def latest(session: AsyncSession, staff_id: int, *, before: int | None = None, limit: int = 30) -> list[Told]:
    """The newest, read ones too; with ``before`` the ones told before that one."""
    mine = _told().where(col(StaffNotice.staff_id) == staff_id).limit(limit)
    return await _fetch(session, mine if before is None else mine.where(col(StaffNotice.id) < before))


async def unread_since(session: AsyncSession, staff_id: int, after: int, *, limit: int) -> list[Told]:
    """The newest of what came after that one and is not read."""
    news = _told().where(col(StaffNotice.staff_id) == staff_id, col(StaffNotice.id) > after)
    return await _fetch(session, news.where(col(StaffNotice.read_at).is_(None)).limit(limit))


def _name(column: Any) -> ColumnElement[str]:
    """Nothing where it is not about a ticket."""
    return func.coalesce(column, "")


def _told() -> Select[StaffNotice, str, str]:
    named = core_select(StaffNotice, _name(Ticket.number), _name(Ticket.subject)).join(Ticket, isouter=True)
    return named.order_by(col(StaffNotice.id).desc())


async def _fetch(session: AsyncSession, query: Select[StaffNotice, str, str]) -> list[Told]:
    return [Told(*row) for row in (await session.execute(query)).all()]


async def get_notice(session: AsyncSession, staff_id: int, notice_id: int) -> StaffNotice | None:
    """One of this person's own."""
    mine = select(StaffNotice).where(StaffNotice.id == notice_id, StaffNotice.staff_id == staff_id)
    return (await session.exec(mine)).first()


async def mark_read(session: AsyncSession, now: datetime, staff_id: int, *, until: int) -> None:
    """All of this person's are read, up to the newest they have seen."""
    await _write_read(session, now, staff_id, _READ_UNTIL, {"until": until})


async def mark_one_read(session: AsyncSession, now: datetime, staff_id: int, notice_id: int) -> None:
    await _write_read(session, now, staff_id, _READ_ONE, {"only": notice_id})


async def mark_ticket_read(session: AsyncSession, now: datetime, staff_id: int, ticket_id: int) -> None:
    """This person looks at the ticket, and sees what they were told of."""
    await _write_read(session, now, staff_id, _READ_OF_TICKET, {"of_ticket": ticket_id})


_READ = update(notice_table).where(_mine, _unread).values(read_at=bindparam("now_read"))
_READ_UNTIL = _READ.where(notice_table.c.id <= bindparam("until"))
_READ_ONE = _READ.where(notice_table.c.id == bindparam("only"))
_READ_OF_TICKET = _READ.where(
    notice_table.c.ticket_id == bindparam("of_ticket"), notice_table.c.kind.not_in([kind.value for kind in MANY])
)


async def _write_read(session: AsyncSession, now: datetime, staff_id: int, read: Update, which: dict[str, int]) -> None:
    done = await session.execute(read, {"of_staff": staff_id, "now_read": now, **which})
    if cast("CursorResult[Any]", done).rowcount:
        hint(session, f"staff:{staff_id}")


# The oldest are looked at in the order in which they were told, which no index of its own has to keep.
_OLDEST = core_select(notice_table.c.id).order_by(notice_table.c.id).limit(_FORGOTTEN_AT_ONCE)
_FORGET = delete(notice_table).where(notice_table.c.id.in_(_OLDEST), notice_table.c.at < bindparam("limit_at"))


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """What was told longer ago than :data:`KEPT` is gone, some at a time."""
    await session.execute(_FORGET, {"limit_at": now - KEPT})
