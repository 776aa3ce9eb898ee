"""Every mail that came in or went out, so that answers, bounces and originals find what they belong to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime

#: What the log of mails is looked through for, rare among all others.
_REPORTS = "direction = 'in' AND kind NOT IN ('message', 'own')"
_UNPROVEN = "direction = 'in' AND kind = 'message' AND proven IS FALSE"


class Direction(StrEnum):
    """Which way a mail went."""

    IN = "in"
    OUT = "out"


class MailRecord(SQLModel, table=True):
    """One mail. ``thread`` is that of the person at the other end, ``platform_id`` or ``key`` names the message.

    ``digest`` tells two mails of the same content apart from two different ones; ``original`` is the id of the whole
    mail in the file store. ``verdict`` is what our own MX says of the sender: ``{spf, dkim, dmarc}``.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("account", "direction", "platform_id"),
        Index("ix_mail_message_id", "message_id"),
        Index("ix_mail_thread", "thread", "id"),
        Index("ix_mail_key", "key"),
        Index("ix_mail_reports", "id", sqlite_where=text(_REPORTS), postgresql_where=text(_REPORTS)),
        Index("ix_mail_unproven", "id", sqlite_where=text(_UNPROVEN), postgresql_where=text(_UNPROVEN)),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    account: str
    direction: str
    thread: str
    #: What came in is named as in ``InboundMessage``, by its Message-ID and a digest; what went out by its Message-ID.
    platform_id: str
    message_id: str = Field(sa_column=Column(Text, nullable=False))
    references: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    sender: str = Field(default="", sa_column=Column(Text, nullable=False))
    sender_name: str = Field(default="", sa_column=Column(Text, nullable=False))
    #: Of mail that went out: the delivery it carried.
    key: str | None = None
    digest: str
    #: Why it is taken for a machine's, see ``mime/automatic.py``; empty for a person's.
    automatic: str = ""
    proven: bool = True
    verdict: dict[str, Any] | None = Field(default=None, sa_column=Column(JsonColumn))
    #: "message", "bounce", "delay", "complaint": what it turned out to be.
    kind: str = "message"
    original: str | None = None
    size: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class MailboxCursor(SQLModel, table=True):
    """How far a mailbox has been read, and who reads it; ``uid_validity`` changes when its numbers begin anew."""

    __tablename__ = "mailbox_cursor"

    account: str = Field(primary_key=True)
    uid_validity: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    last_uid: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    holder: str = ""
    held_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: What went wrong last, in the server's words; empty when all is well.
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False))
    looked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Unsubscribed(SQLModel, table=True):
    """Who wants no surveys and announcements by mail, or has complained: ``why`` is "asked" or "complaint"."""

    __tablename__ = "mail_unsubscribed"

    account: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    why: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
