"""Statements on how far mailboxes are read, and on whose turn it is to read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.email.models import MailboxCursor
from kit.db import AsyncSession

cursor_table: Table = MailboxCursor.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

_TROUBLE_MAX = 1000


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """How far a mailbox is read; nothing of it when ``uid_validity`` is 0."""

    uid_validity: int
    last_uid: int
    looked_at: datetime | None


async def hold(session: AsyncSession, now: datetime, *, account: str, holder: str, lease: timedelta) -> Cursor | None:
    """Take or keep the turn at reading the mailbox; None when another has it."""
    row = {
        "account": account,
        "holder": holder,
        "held_until": now + lease,
        "uid_validity": 0,
        "last_uid": 0,
        "trouble": "",
        "looked_at": None,
        "now": now,
    }
    held = (await session.execute(_HOLD[session.get_bind().dialect.name], row)).first()
    if held is None:
        return None
    return Cursor(uid_validity=held.uid_validity, last_uid=held.last_uid, looked_at=held.looked_at)


async def advance(session: AsyncSession, *, account: str, holder: str, uid_validity: int, last_uid: int) -> bool:
    """Note how far the mailbox is read; False when the turn was lost meanwhile."""
    values = {"of_account": account, "of_holder": holder, "validity": uid_validity, "uid": last_uid}
    return (await session.execute(_ADVANCE, values)).first() is not None


async def note_look(session: AsyncSession, now: datetime, *, account: str, trouble: str = "") -> None:
    """The mailbox was looked into, or could not be: ``trouble`` is the server's word."""
    if trouble:
        await session.execute(_TROUBLE, {"of_account": account, "words": trouble[:_TROUBLE_MAX]})
    else:
        await session.execute(_LOOKED, {"of_account": account, "now": now})


async def release(session: AsyncSession, *, account: str, holder: str) -> None:
    """Another worker need not wait for the lease to end."""
    await session.execute(_RELEASE, {"of_account": account, "of_holder": holder})


async def trouble_of(session: AsyncSession, *, account: str) -> str:
    """Why the mailbox could not be read the last time; empty when it could."""
    row = (await session.execute(_TROUBLE_OF, {"of_account": account})).first()
    return "" if row is None else str(row.trouble)


_cursor = cursor_table.c


def _holding(dialect_insert: Any) -> Insert:
    statement = dialect_insert(cursor_table)
    mine = {"holder": statement.excluded.holder, "held_until": statement.excluded.held_until}
    free = or_(_cursor.holder == statement.excluded.holder, _cursor.held_until.is_(None))
    held = statement.on_conflict_do_update(
        index_elements=["account"], set_=mine, where=or_(free, _cursor.held_until <= bindparam("now"))
    )
    kept: Insert = held.returning(_cursor.uid_validity, _cursor.last_uid, _cursor.looked_at)
    return kept


# Built once: to build a statement costs more than to run it.
_HOLD = {"postgresql": _holding(postgresql.insert), "sqlite": _holding(sqlite.insert)}
_OF = _cursor.account == bindparam("of_account")
_HELD = _cursor.holder == bindparam("of_holder")
_ADVANCE = (
    update(cursor_table)
    .where(_OF, _HELD)
    .values(uid_validity=bindparam("validity"), last_uid=bindparam("uid"))
    .returning(_cursor.account)
)
_TROUBLE = update(cursor_table).where(_OF).values(trouble=bindparam("words"))
_LOOKED = update(cursor_table).where(_OF).values(trouble="", looked_at=bindparam("now"))
_RELEASE = update(cursor_table).where(_OF, _HELD).values(holder="", held_until=None)
_TROUBLE_OF = select(_cursor.trouble).where(_OF)
