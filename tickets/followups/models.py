"""Everything timed about a ticket is a row with a due time."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class FollowUpKind(StrEnum):
    """What is due."""

    PROGRESS = "progress"
    PROMISE_LAPSED = "promise_lapsed"
    #: The next step of a clock; see tickets.sla.
    SLA_FIRST_REPLY = "sla_first_reply"
    SLA_NEXT_REPLY = "sla_next_reply"
    SLA_RESOLUTION = "sla_resolution"
    FIXED_CHECK = "fixed_check"
    SURVEY = "survey"
    CONFIRM_TIMEOUT = "confirm_timeout"
    SNOOZE_OVER = "snooze_over"


class FollowUpState(StrEnum):
    """PENDING until its moment, then FIRED; CANCELLED when the reason for it went away."""

    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"


class FollowUp(SQLModel, table=True):
    """At most one pending row per ticket and kind; the database says so."""

    __tablename__ = "follow_up"
    __table_args__ = (
        Index(
            "ix_follow_up_due",
            "due_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "uq_follow_up_pending",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), nullable=False))
    thread: str
    kind: str
    state: str = FollowUpState.PENDING
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
