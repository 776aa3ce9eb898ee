"""The platform's own memory: who visits, what was said to and by them, what they uploaded."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class WebchatVisitor(SQLModel, table=True):
    """One browser. ``last_seq`` numbers its messages without gaps, so that a gap means a loss."""

    __tablename__ = "webchat_visitor"

    id: str = Field(primary_key=True)
    token_id: str
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    locale: str
    page: str | None = Field(default=None, sa_column=Column(Text))
    last_seq: int = 0
    last_read_seq: int = 0
    typing_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    agent_typing_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    agent_typing_who: str | None = None
    agent_typing_name: str | None = None
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class WebchatMessage(SQLModel, table=True):
    """A message as the browser shows it; neither side says it twice (``client_id``, ``delivery_key``)."""

    __tablename__ = "webchat_message"
    __table_args__ = (UniqueConstraint("visitor_id", "seq"), UniqueConstraint("visitor_id", "client_id"))

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    visitor_id: str = Field(foreign_key="webchat_visitor.id")
    seq: int
    author: str
    name: str | None = None
    text: str = Field(sa_column=Column(Text, nullable=False))
    buttons: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    links: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    attachments: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    client_id: str | None = None
    delivery_key: str | None = Field(default=None, unique=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class WebchatUpload(SQLModel, table=True):
    """A file the visitor has sent us and may use in a message; ``id`` names it in the file store."""

    __tablename__ = "webchat_upload"
    __table_args__ = (Index("ix_webchat_upload_visitor_id_at", "visitor_id", "at"),)

    id: str = Field(primary_key=True)
    visitor_id: str = Field(foreign_key="webchat_visitor.id")
    name: str
    mime: str
    size: int
    #: As in ``Attachment``.
    scan: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
