"""Members of staff beside one ticket."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class Viewer(SQLModel, table=True):
    """Somebody has the page open; told again every few seconds, and stale soon after."""

    __tablename__ = "ticket_viewer"
    __table_args__ = (Index("ix_ticket_viewer_seen", "seen_at"),)

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True))
    staff_id: int = Field(sa_column=Column(BigId, primary_key=True))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: When a key was last pressed in the composer.
    typed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Follower(SQLModel, table=True):
    """Somebody wants to hear of a ticket that need not be theirs."""

    __tablename__ = "ticket_follower"
    __table_args__ = (Index("ix_ticket_follower_staff", "staff_id", "ticket_id"),)

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True))
    staff_id: int = Field(sa_column=Column(BigId, primary_key=True))
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
