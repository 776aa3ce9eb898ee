"""Statements on the log of mails, and on the deliveries that mails answer; each runs in the caller's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table, and_, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from channels.delivery import delivery_table
from channels.email.models import Direction, MailRecord
from kit.db import AsyncSession

mail_table: Table = MailRecord.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

#: More mails of one thread than this are never looked at.
MOST = 200


async def note_mail(session: AsyncSession, row: dict[str, Any]) -> int | None:
    """Log the mail; its id, or None when it is logged already."""
    noted = (await session.execute(_NOTE[session.get_bind().dialect.name], row)).first()
    return None if noted is None else int(noted.id)


@dataclass(frozen=True, kw_only=True)
class Lately:
    """One mail of a thread, as far as it tells people from machines."""

    direction: str
    at: datetime
    digest: str
    automatic: str
    proven: bool


async def lately(session: AsyncSession, *, thread: str, since: datetime, digest: str) -> list[Lately]:
    """What went to and fro since then, newest first; a machine's mails with the same words however old they are."""
    rows = await session.execute(_LATELY, {"of_thread": thread, "since": since, "of_digest": digest})
    return [
        Lately(direction=row.direction, at=row.at, digest=row.digest, automatic=row.automatic, proven=row.proven)
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A delivery that a mail names: to whom it went, and who wrote it."""

    key: str
    thread: str
    author: str


async def deliveries_of(session: AsyncSession, keys: Collection[str]) -> dict[str, Carried]:
    """Those of the deliveries that there are."""
    if not keys:
        return {}
    rows = await session.execute(_DELIVERIES, {"of_keys": list(keys)})
    return {row.key: Carried(key=row.key, thread=row.thread, author=str(row.body.get("author", ""))) for row in rows}


async def keys_of_mails(session: AsyncSession, *, account: str, message_ids: Sequence[str]) -> list[str]:
    """What was carried by mails of these names, as they left us."""
    if not message_ids:
        return []
    rows = await session.execute(_BY_NAME, {"of_account": account, "of_ids": list(message_ids)})
    return [row.key for row in rows]


async def newest_key(session: AsyncSession, *, thread: str, since: datetime) -> str | None:
    """What the newest mail to this person carried, if that is not too long ago."""
    row = (await session.execute(_NEWEST, {"of_thread": thread, "since": since})).first()
    return None if row is None else str(row.key)


def _noting(dialect_insert: Any) -> Insert:
    once = dialect_insert(mail_table).on_conflict_do_nothing(index_elements=["account", "direction", "platform_id"])
    statement: Insert = once.returning(mail_table.c.id)
    return statement


# Built once: to build a statement costs more than to run it.
_NOTE = {"postgresql": _noting(postgresql.insert), "sqlite": _noting(sqlite.insert)}
_mail = mail_table.c
_LATELY = (
    select(_mail.direction, _mail.at, _mail.digest, _mail.automatic, _mail.proven)
    .where(_mail.thread == bindparam("of_thread"), _mail.kind == "message")
    .where(
        or_(
            _mail.at > bindparam("since"),
            and_(_mail.digest == bindparam("of_digest"), _mail.direction == Direction.IN.value, _mail.automatic != ""),
        )
    )
    .order_by(_mail.id.desc())
    .limit(MOST)
)
_DELIVERIES = select(delivery_table.c.key, delivery_table.c.thread, delivery_table.c.body).where(
    delivery_table.c.key.in_(bindparam("of_keys", expanding=True))
)
_OUT = and_(_mail.direction == Direction.OUT.value, _mail.key.is_not(None))
_BY_NAME = select(_mail.key).where(
    _mail.account == bindparam("of_account"), _mail.message_id.in_(bindparam("of_ids", expanding=True)), _OUT
)
_NEWEST = (
    select(_mail.key)
    .where(_mail.thread == bindparam("of_thread"), _mail.at > bindparam("since"), _OUT)
    .order_by(_mail.id.desc())
    .limit(1)
)
