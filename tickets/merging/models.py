"""What ties tickets to one another."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class Relation(StrEnum):
    """What one ticket is to another; each has texts ``relation.<name>`` and, seen from the other, ``relation.of``."""

    RELATED = "related"
    #: It is about the same as the other.
    DUPLICATE = "duplicate"
    #: The other is a part of it.
    PARENT = "parent"


class TicketLink(SQLModel, table=True):
    """Two tickets have to do with each other; two have at most one link."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id"), Index("ix_ticket_link_other", "other_id"))

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False))
    other_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False))
    relation: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TicketMerge(SQLModel, table=True):
    """One ticket went on in another; what it was before, so that it can be undone while nothing has happened since."""

    __tablename__ = "ticket_merge"
    __table_args__ = (Index("ix_ticket_merge_source", "source_id"), Index("ix_ticket_merge_target", "target_id"))

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    source_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), nullable=False))
    target_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), nullable=False))
    #: Columns of both tickets, and the follow-ups and clocks that were stopped.
    before: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: The last line of either timeline when the merge was done: anything later is something that happened since.
    last_event_id: int = Field(sa_column=Column(BigId, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    undone_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
