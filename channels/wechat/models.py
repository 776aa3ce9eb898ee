"""Pushes that wait for their answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class PassiveState(StrEnum):
    """The life of the slot for one answer."""

    WAITING = "waiting"
    #: An answer lies in it; the push may take it, or the sender take it back.
    OFFERED = "offered"
    #: The platform has been given it; every retry of the push gets it again.
    TAKEN = "taken"
    CLOSED = "closed"


class PassiveReply(SQLModel, table=True):
    """The slot for the answer to one push, which its sender fills and whoever holds the push takes out.

    ``offer`` names the part of the delivery that lies in it; ``lane`` is where that delivery's next look waits.
    """

    __tablename__ = "wechat_passive_reply"
    __table_args__ = (
        UniqueConstraint("account", "platform_id"),
        Index(
            "ix_wechat_passive_reply_waiting",
            "thread",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_wechat_passive_reply_offer", "offer"),
        Index("ix_wechat_passive_reply_begun_at", "begun_at"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    account: str
    thread: str
    platform_id: str
    state: str = PassiveState.WAITING
    #: How often the platform has asked: it tries three times.
    tries: int = 1
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: Nobody looks into the slot after this.
    until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    delivery_key: str | None = None
    offer: str | None = None
    lane: str | None = None
    #: More parts of the same message follow.
    to_be_continued: bool = False
    content: str | None = Field(default=None, sa_column=Column(Text))
