"""What staff have written and the customer does not have yet."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class HeldState(StrEnum):
    """HELD until its moment, HANDED to the person's lane, then SENT; or TAKEN_BACK before that."""

    HELD = "held"
    HANDED = "handed"
    SENT = "sent"
    TAKEN_BACK = "taken_back"


class HeldReply(SQLModel, table=True):
    """A reply that leaves in some seconds and can be taken back until it does."""

    __tablename__ = "held_reply"
    __table_args__ = (
        Index(
            "ix_held_reply_due",
            "send_at",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index(
            "ix_held_reply_open",
            "ticket_id",
            sqlite_where=text("state IN ('held', 'handed')"),
            postgresql_where=text("state IN ('held', 'handed')"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), nullable=False))
    staff_id: int = Field(sa_column=Column(BigId, nullable=False))
    staff_name: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    attachments: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    state: str = HeldState.HELD
    message_id: int | None = Field(default=None, sa_column=Column(BigId))
    send_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Draft(SQLModel, table=True):
    """What somebody has begun to write: one for each ticket, person and mode (reply or note)."""

    __tablename__ = "draft"

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True))
    staff_id: int = Field(sa_column=Column(BigId, primary_key=True))
    mode: str = Field(primary_key=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
