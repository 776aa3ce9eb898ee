"""What one account holds at the platform for sending: its access token, uploaded files, consents to notices, calls."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Date, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class WeChatToken(SQLModel, table=True):
    """The access token all processes share; one of them at a time holds the lease to fetch a new one.

    ``made_with`` tells the credentials apart, so that a corrected secret does not inherit the failures of the old one.
    """

    __tablename__ = "wechat_token"

    account: str = Field(primary_key=True)
    made_with: str
    sealed: str | None = Field(default=None, sa_column=Column(Text))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: From when a new one is fetched, while this one is still good.
    refresh_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: When a new one was last asked for because the platform did not take the one we had.
    renewed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    lease_by: str | None = None
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: Nobody asks again before this; the platform's own words say why.
    failed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    failed_code: str | None = None
    failed_text: str | None = Field(default=None, sa_column=Column(Text))
    failed_closes: bool = False
    failed_broken: bool = False


class WeChatMedia(SQLModel, table=True):
    """A file of ours that the platform holds for some days."""

    __tablename__ = "wechat_media"

    account: str = Field(primary_key=True)
    file_id: str = Field(primary_key=True)
    media_id: str
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ConsentState(StrEnum):
    """The life of one consent; it is good for one notice."""

    OPEN = "open"
    USED = "used"
    #: Taken back, or refused by the platform.
    BURNT = "burnt"


class WeChatConsent(SQLModel, table=True):
    """A person let us send one notice of one template. ``given_by`` is the platform's event that said so."""

    __tablename__ = "wechat_consent"
    __table_args__ = (
        UniqueConstraint("account", "given_by"),
        Index(
            "ix_wechat_consent_open",
            "account",
            "openid",
            "template",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    account: str
    openid: str
    template: str
    given_by: str
    state: str = ConsentState.OPEN
    given_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class WeChatNotice(SQLModel, table=True):
    """A notice that was sent; ``outcome`` is what the platform says became of it, some seconds later."""

    __tablename__ = "wechat_notice"
    __table_args__ = (
        Index("ix_wechat_notice_message", "account", "message_id"),
        Index("ix_wechat_notice_person", "account", "openid", "sent_at"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    account: str
    openid: str
    template: str
    message_id: str
    sent_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    outcome: str | None = None


class WeChatCalls(SQLModel, table=True):
    """How often an interface was called on one of the platform's days, beside the platform's own quota."""

    __tablename__ = "wechat_calls"

    account: str = Field(primary_key=True)
    interface: str = Field(primary_key=True)
    day: date = Field(sa_column=Column(Date, primary_key=True))
    calls: int = 0


class WeChatMenu(SQLModel, table=True):
    """An account's menu as staff edit it; ``pushed_at`` is when the platform last took it."""

    __tablename__ = "wechat_menu"

    account: str = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    pushed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
