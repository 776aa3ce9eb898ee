"""The talk with one person on one channel."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class Owner(StrEnum):
    """Who answers in a conversation: once a person speaks, the bot is silent until released."""

    BOT = "bot"
    STAFF = "staff"


class Author(StrEnum):
    """Who said a message; SYSTEM is news the desk sends by itself."""

    CUSTOMER = "customer"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"


#: Who says what somebody may look for; what the bot and the desk itself say is the same everywhere.
FINDABLE = frozenset({Author.CUSTOMER, Author.STAFF})


class Conversation(SQLModel, table=True):
    """One thread; ``memory`` belongs to whoever leads the dialogue and is opaque here."""

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_created", "created_at"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    contact_id: int = Field(sa_column=Column(BigId, ForeignKey("contact.id"), index=True, nullable=False))
    channel: str
    account: str
    address: str
    thread: str = Field(unique=True)
    locale: str = "zh"
    owner: str = Owner.BOT
    staff_id: int | None = None
    memory: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_message_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Message(SQLModel, table=True):
    """What was said, or noted among staff (``internal``). ``delivery`` is the outcome on the platform.

    ``platform_id`` is the platform's own name of a message that came in; ``revisions`` are the texts it had before it
    was edited, each ``{text, at}`` with the moment (ISO 8601) at which it was replaced.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_conversation", "conversation_id", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    conversation_id: int = Field(sa_column=Column(BigId, ForeignKey("conversation.id"), nullable=False))
    ticket_id: int | None = Field(default=None, sa_column=Column(BigId, index=True))
    author: str
    author_name: str | None = None
    staff_id: int | None = None
    internal: bool = False
    text: str = Field(sa_column=Column(Text, nullable=False))
    buttons: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    links: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    attachments: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    intent: str | None = None
    delivery: str | None = None
    platform_id: str | None = None
    revisions: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JsonColumn))
    revised_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: What staff must know of it at first sight, each with a text ``console.mark.<mark>``: "unproven", "automatic".
    marks: list[str] | None = Field(default=None, sa_column=Column(JsonColumn))
    #: The page on which staff see the whole of it, where this is only a part.
    original: str | None = None
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
