"""Who changed what: entries chained by their hashes, so that a change made behind the product's back shows.

An entry is written in the transaction of the change it is about. Whoever changes configuration first takes the head of
the chain, so changes come one after another, and each hash covers the one before.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Index, Table, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel, col, select

from kit.db import AsyncSession, BigId, JsonColumn, UtcDateTime

#: What the first entry stands on.
BEGINNING = "0" * 64
_PAGE = 500


class AuditEntry(SQLModel, table=True):
    """One change of one subject: as it was, as it is; nothing where there was or is nothing."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "kind", "key", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: Nobody at the desk: the command line.
    staff_id: int | None = Field(default=None, sa_column=Column(BigId))
    actor: str
    action: str
    kind: str
    key: str
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JsonColumn))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JsonColumn))
    previous: str
    hash: str


class AuditHead(SQLModel, table=True):
    """The end of the chain, one row: who appends holds its lock, and a cut-off end shows."""

    __tablename__ = "audit_head"

    id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    last_id: int = Field(sa_column=Column(BigId, nullable=False))
    hash: str


@dataclass(frozen=True)
class Author:
    """Who changes something; without an id somebody at the command line."""

    name: str
    id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is written down: an action on a subject, which is of a kind and has a key."""

    action: str
    kind: str
    key: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


head_table: Table = AuditHead.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def take_turn(session: AsyncSession) -> AuditHead:
    """Hold the end of the chain until this transaction ends; whatever is read afterwards, nobody else changes."""
    mine = select(AuditHead).where(AuditHead.id == 1).with_for_update().execution_options(populate_existing=True)
    head = (await session.exec(mine)).one_or_none()
    if head is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        first = dialect.insert(head_table).values(id=1, last_id=0, hash=BEGINNING)
        await session.execute(first.on_conflict_do_nothing())
        head = (await session.exec(mine)).one()
    return head


async def record(session: AsyncSession, now: datetime, author: Author, change: Change) -> AuditEntry:
    """Append an entry, in the transaction of what it tells."""
    head = await take_turn(session)
    entry = AuditEntry(
        at=now,
        staff_id=author.id,
        actor=author.name,
        action=change.action,
        kind=change.kind,
        key=change.key,
        before=change.before,
        after=change.after,
        previous=head.hash,
        hash="",
    )
    entry.hash = digest_of(entry)
    session.add(entry)
    await session.flush()
    head.last_id, head.hash = entry.id, entry.hash
    await session.flush()
    return entry


def digest_of(entry: AuditEntry) -> str:
    """The hash an entry has to have, over all of it and the hash before it."""
    told = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "staff_id": entry.staff_id,
        "actor": entry.actor,
        "action": entry.action,
        "kind": entry.kind,
        "key": entry.key,
        "before": entry.before,
        "after": entry.after,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical(told)).hexdigest()


def canonical(value: Any) -> bytes:
    """One spelling of a JSON value, whatever order a database gives its fields back in."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Anchor:
    """A place in the chain, by the entry that stands there; the default is in front of the first one."""

    id: int = 0
    hash: str = BEGINNING


@dataclass(frozen=True)
class Verdict:
    """The first entry that is not as it was written, or is missing; and how far everything is."""

    broken: int | None
    reached: Anchor


async def verify(session: AsyncSession) -> int | None:
    """The first entry that is not as it was written, or is missing; None when all of the chain is whole."""
    return (await verify_since(session, Anchor())).broken


async def anchor_before_latest(session: AsyncSession, count: int) -> Anchor:
    """Where the newest entries, so many of them, begin."""
    older = select(AuditEntry.id, AuditEntry.hash).order_by(col(AuditEntry.id).desc()).offset(count).limit(1)
    found = (await session.exec(older)).first()
    return Anchor(*found) if found else Anchor()


async def verify_since(session: AsyncSession, anchor: Anchor) -> Verdict:
    """What was written after an anchor; of what is before it, that it is still the end of what it was."""
    head = (await session.exec(select(AuditHead))).one_or_none()
    if anchor.id and not await _stands(session, anchor):
        return Verdict(anchor.id, Anchor())
    previous, last_id = anchor.hash, anchor.id
    while entries := await _after(session, last_id):
        for entry in entries:
            if entry.previous != previous or entry.hash != digest_of(entry):
                return Verdict(entry.id, Anchor(last_id, previous))
            previous, last_id = entry.hash, entry.id
    ending = (head.last_id, head.hash) if head else (0, BEGINNING)
    broken = None if ending == (last_id, previous) else max(ending[0], last_id)
    return Verdict(broken, Anchor(last_id, previous))


async def _stands(session: AsyncSession, anchor: Anchor) -> bool:
    entry = (await session.exec(select(AuditEntry).where(AuditEntry.id == anchor.id))).first()
    return entry is not None and entry.hash == anchor.hash == digest_of(entry)


def altered(entries: Sequence[AuditEntry]) -> int | None:
    """The first of these that is no longer what its own hash says."""
    return next((entry.id for entry in entries if entry.hash != digest_of(entry)), None)


async def _after(session: AsyncSession, last_id: int) -> Sequence[AuditEntry]:
    page = select(AuditEntry).where(col(AuditEntry.id) > last_id).order_by(col(AuditEntry.id)).limit(_PAGE)
    return (await session.exec(page)).all()


async def history(session: AsyncSession, kind: str, key: str, *, limit: int = 200) -> Sequence[AuditEntry]:
    """What happened to one subject, newest first."""
    mine = select(AuditEntry).where(AuditEntry.kind == kind, AuditEntry.key == key)
    return (await session.exec(mine.order_by(col(AuditEntry.id).desc()).limit(limit))).all()


async def latest(
    session: AsyncSession, *, kind: str = "", before_id: int | None = None, limit: int = 50
) -> Sequence[AuditEntry]:
    """What happened last, newest first; the next page is before the id of the last one shown."""
    page = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if kind:
        page = page.where(AuditEntry.kind == kind)
    if before_id is not None:
        page = page.where(col(AuditEntry.id) < before_id)
    return (await session.exec(page)).all()


async def count(session: AsyncSession) -> int:
    """How many entries there are."""
    return (await session.exec(select(func.count()).select_from(AuditEntry))).one()
