"""Notices to members of staff."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class NoticeKind(StrEnum):
    """Why somebody is told; each has a text ``notice.<kind>``."""

    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    FOLLOWED = "followed"
    CUSTOMER_WROTE = "customer_wrote"
    SLA_WARNED = "sla_warned"
    SLA_BREACHED = "sla_breached"
    ESCALATED = "escalated"
    WOKEN = "woken"
    NOT_DELIVERED = "not_delivered"


class StaffNotice(SQLModel, table=True):
    """One thing to know, read or not."""

    __tablename__ = "staff_notice"
    __table_args__ = (Index("ix_staff_notice_staff", "staff_id", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    staff_id: int = Field(sa_column=Column(BigId, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False))
    kind: str
    data: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
