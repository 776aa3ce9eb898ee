"""What came in and what went out, per platform; no key into any other package's tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class InboundMessage(SQLModel, table=True):
    """A message accepted once; ``handled_at`` is set by the turn that answered it."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        UniqueConstraint("channel", "account", "platform_id"),
        Index(
            "ix_inbound_message_unhandled",
            "thread",
            "id",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    channel: str
    account: str
    address: str
    thread: str
    platform_id: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    button: str | None = None
    attachments: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    sender_name: str | None = None
    locale: str | None = None
    raw: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    correlation: str
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    handled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class DeliveryState(StrEnum):
    """The life of one outgoing message, as staff see it."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


class Delivery(SQLModel, table=True):
    """One message to one person on one platform; ``key`` is the idempotency key of all its tries."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_state",
            "state",
            "id",
            sqlite_where=text("state NOT IN ('sent')"),
            postgresql_where=text("state NOT IN ('sent')"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    channel: str
    account: str
    address: str
    thread: str
    body: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    state: str = DeliveryState.QUEUED
    attempts: int = 0
    provider_id: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    correlation: str | None = None
    queued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
