"""What we keep of 微信客服: how far each account was pulled, in which state each session is, and access tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, SmallInteger, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class WecomToken(SQLModel, table=True):
    """One access token, shared by all processes; ``id`` stands for corporation and secret, the token is sealed.

    Who holds the lease asks for a new one. After a refusal nobody asks until ``failed_until``.
    """

    __tablename__ = "wecom_token"

    id: str = Field(primary_key=True)
    sealed: str = Field(default="", sa_column=Column(Text, nullable=False))
    #: Stands for the token itself, to tell whether a refused one has been replaced already.
    mark: str = ""
    good_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    leased_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    failed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    failed_code: str = ""
    failed_text: str = ""
    failed_broken: bool = False


class WecomCursor(SQLModel, table=True):
    """How far the messages of one account are pulled; saved in the transaction that accepts a page.

    ``callback_token`` is the newest callback's, good for ten minutes. What was said before ``since`` is history.
    """

    __tablename__ = "wecom_cursor"

    account: str = Field(primary_key=True)
    cursor: str = ""
    #: The access token it was last pulled with.
    token_id: str = ""
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    pulled_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    callback_token: str = ""
    callback_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    verified_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: Not to be asked before, as the platform said.
    shut_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    error_code: str = ""
    error_text: str = ""
    error_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: Since when messages may be lost to us: the platform keeps them for three days.
    alarm_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class WecomSession(SQLModel, table=True):
    """The platform's session with one customer; ``state`` NULL: not known, has to be read.

    ``code`` lets one message go that the session's state would not: ``code_for`` names what it was given for,
    ``code_key`` the delivery that uses it.
    """

    __tablename__ = "wecom_session"

    account: str = Field(primary_key=True)
    customer: str = Field(primary_key=True)
    state: int | None = Field(default=None, sa_column=Column(SmallInteger))
    servicer: str = ""
    known_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    code: str = ""
    code_for: str = ""
    code_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    code_key: str = ""
    #: What the link carried by which the customer came in last.
    scene: str = ""


class WecomServicer(SQLModel, table=True):
    """A member of the corporation who receives customers of one account in the 企业微信 app."""

    __tablename__ = "wecom_servicer"

    account: str = Field(primary_key=True)
    userid: str = Field(primary_key=True)
    receiving: bool
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class WecomServicerMessage(SQLModel, table=True):
    """What a servicer told a customer in the 企业微信 app: part of the conversation, and nothing to answer."""

    __tablename__ = "wecom_servicer_message"
    __table_args__ = (Index("ix_wecom_servicer_message_thread", "thread", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    account: str
    platform_id: str = Field(unique=True)
    thread: str
    customer: str
    servicer: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    media: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    raw: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    sent_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class WecomMedia(SQLModel, table=True):
    """A file of ours that lies at the platform, which keeps it for three days."""

    __tablename__ = "wecom_media"

    account: str = Field(primary_key=True)
    file: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    media_id: str
    good_until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
