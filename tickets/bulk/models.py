"""An order for many tickets, and what became of each of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class BulkKind(StrEnum):
    """What can be done to many tickets at once; each has a text ``bulk.kind.<kind>``."""

    ASSIGN = "assign"
    TEAM = "team"
    PRIORITY = "priority"
    CATEGORY = "category"
    TAGS = "tags"
    SNOOZE = "snooze"
    STAGE = "stage"
    RESOLVE = "resolve"
    REPLY = "reply"


#: What the customers hear of: it waits a moment before it begins, goes through each person's lane, and stays said.
HEARD = frozenset({BulkKind.STAGE, BulkKind.RESOLVE, BulkKind.REPLY})


class Outcome(StrEnum):
    """What became of one ticket; each has a text ``bulk.outcome.<outcome>``."""

    WAITING = "waiting"
    #: Its turn among what the person is told comes.
    QUEUED = "queued"
    CHANGED = "changed"
    #: It was like that already.
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    STOPPED = "stopped"
    #: Taken back.
    UNDONE = "undone"
    #: Not taken back: somebody has worked on it since.
    KEPT = "kept"


#: What still comes to something.
PENDING = (Outcome.WAITING, Outcome.QUEUED)


class BulkJob(SQLModel, table=True):
    """What somebody asked for; ``params`` by kind, see tickets.bulk.orders. How far it is, its items say."""

    __tablename__ = "bulk_job"
    __table_args__ = (Index("ix_bulk_job_staff", "staff_id", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    #: Made where it was asked for: pressed twice, it is ordered once.
    key: str = Field(unique=True)
    staff_id: int = Field(sa_column=Column(BigId, nullable=False))
    staff_name: str
    kind: str
    params: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: The selection it was asked for, as an address; empty for tickets picked by hand.
    query: str = ""
    total: int = 0
    #: The last thing that had happened at the desk by then: whoever changes a ticket afterwards was first.
    seen_event: int = Field(default=0, sa_column=Column(BigId, nullable=False))
    #: Until then it can be stopped before anybody hears anything.
    begins_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    stopped_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    undone_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    undone_by: str | None = None


class BulkItem(SQLModel, table=True):
    """One ticket of an order; ``before`` and ``after`` are the fields that were changed."""

    __tablename__ = "bulk_item"
    __table_args__ = (Index("ix_bulk_item_outcome", "bulk_id", "outcome", "ticket_id"),)

    bulk_id: int = Field(sa_column=Column(BigId, ForeignKey("bulk_job.id", ondelete="CASCADE"), primary_key=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), primary_key=True))
    outcome: str
    #: The code of a refusal, with the values its text asks for.
    why: str | None = None
    why_values: dict[str, Any] | None = Field(default=None, sa_column=Column(JsonColumn))
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JsonColumn))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JsonColumn))
    #: What the person was told: its delivery is the outcome that counts.
    message_id: int | None = Field(default=None, sa_column=Column(BigId))
