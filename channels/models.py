"""What came in and what went out, per platform; no key into any other package's tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
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
        Index("ix_inbound_message_account", "channel", "account", "id"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    channel: str
    account: str
    address: str
    thread: str
    platform_id: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    button: str | None = None
    command: str | None = None
    argument: str = ""
    attachments: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: Files that still lie at the platform; they become attachments before anybody answers.
    media: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: The order of what one person sent, where the platform numbers it; else 0, and the order is that of arrival.
    position: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    sender_name: str | None = None
    locale: str | None = None
    #: As in :class:`channels.port.Inbound`.
    answers: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    number: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    proven: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    automatic: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    original: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    raw: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    correlation: str
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    handled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class DeliveryState(StrEnum):
    """The life of one outgoing message, as staff see it."""

    QUEUED = "queued"
    SENDING = "sending"
    #: Laid ready for a platform that fetches its answer itself.
    OFFERED = "offered"
    #: Waits for the person's next message, because the reply window is shut.
    PARKED = "parked"
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
        Index(
            "ix_delivery_waiting",
            "thread",
            "id",
            sqlite_where=text("state IN ('queued', 'parked')"),
            postgresql_where=text("state IN ('queued', 'parked')"),
        ),
        Index(
            "ix_delivery_carried",
            "carried_by",
            sqlite_where=text("carried_by IS NOT NULL"),
            postgresql_where=text("carried_by IS NOT NULL"),
        ),
        Index("ix_delivery_account", "channel", "account", "id"),
        Index("ix_delivery_provider", "channel", "account", "provider_id"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    channel: str
    account: str
    address: str
    thread: str
    body: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    state: str = DeliveryState.QUEUED
    priority: int = Field(sa_column=Column(SmallInteger, nullable=False))
    #: A long message leaves in several parts; so many of them the platform has confirmed.
    parts_sent: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    #: How often it was sent anew after a failure that is certain: each time under another key, because a platform that
    #: drops repeated ones would drop it.
    resends: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    #: The key of the delivery whose message carried this one's text along, to spare the quota.
    carried_by: str | None = None
    attempts: int = 0
    provider_id: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    correlation: str | None = None
    queued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Allowance(SQLModel, table=True):
    """What a platform lets us say to one person because of what the person did; ``quota_left`` NULL: any number."""

    __tablename__ = "reply_allowance"
    __table_args__ = (Index("ix_reply_allowance_closes", "closes_at"),)

    thread: str = Field(primary_key=True)
    opened_by: str = Field(primary_key=True)
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    closes_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    quota_left: int | None = None


class Reach(SQLModel, table=True):
    """Whether and from when one person can be written to; the refusal is the platform's own words.

    Since ``machine_at`` a machine answers there: only people write to it, until a person writes again.
    """

    __tablename__ = "reach"

    thread: str = Field(primary_key=True)
    next_send_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    refused_code: str | None = None
    refused_text: str | None = None
    refused_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    machine_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AccountPace(SQLModel, table=True):
    """How much one account has sent of late, shared by all workers. Times are epoch microseconds.

    ``full_at`` is when the account's allowance of messages will be whole again (the theoretical arrival time of
    the generic cell rate algorithm); until ``closed_until`` nothing is sent at all.
    """

    __tablename__ = "account_pace"

    channel: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    full_at: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    closed_until: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    closed_code: str | None = None
    closed_text: str | None = None
    broken: bool = False


class UnparsedPush(SQLModel, table=True):
    """A verified request of a platform that we could not read; kept whole, for staff."""

    __tablename__ = "unparsed_push"
    __table_args__ = (Index("ix_unparsed_push_account", "channel", "account", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    channel: str
    account: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
