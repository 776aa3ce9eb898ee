"""Notices to members of staff."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class NoticeKind(StrEnum):
    """Why somebody is told; each has a text ``notice.<kind>``."""

    #: Data: by (or why, where nobody did it).
    ASSIGNED = "assigned"
    #: By one order, many: ``ticket`` is one of them; data: by, count.
    ASSIGNED_MANY = "assigned_many"
    #: What was theirs is a colleague's now; data: by, to.
    TAKEN = "taken"
    TAKEN_MANY = "taken_many"
    MENTIONED = "mentioned"
    FOLLOWED = "followed"
    CUSTOMER_WROTE = "customer_wrote"
    SLA_WARNED = "sla_warned"
    SLA_BREACHED = "sla_breached"
    ESCALATED = "escalated"
    WOKEN = "woken"
    NOT_DELIVERED = "not_delivered"
    #: Not about a ticket; data: title_zh, title_en, address.
    ARTICLE_DUE = "article_due"
    #: Not about a ticket; data: title_zh, address.
    IMPROVEMENT_DUE = "improvement_due"
    #: Not about a ticket; data: count (people), address.
    OUTAGE_PROPOSED = "outage_proposed"


#: About many tickets: opening one of them does not settle it.
MANY = frozenset({NoticeKind.ASSIGNED_MANY, NoticeKind.TAKEN_MANY})
_UNREAD = text("read_at IS NULL")


class StaffNotice(SQLModel, table=True):
    """One thing to know, read or not."""

    __tablename__ = "staff_notice"
    __table_args__ = (
        Index("ix_staff_notice_staff", "staff_id", "id"),
        # What every open page of a person counts; most notices are read, and not in it. With ``read_at`` SQLite
        # prefers it, and needs nothing but the index.
        Index(
            "ix_staff_notice_unread",
            "staff_id",
            "read_at",
            "id",
            "ticket_id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    staff_id: int = Field(sa_column=Column(BigId, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False))
    ticket_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE")))
    kind: str
    data: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
