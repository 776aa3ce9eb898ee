"""Codes that prove two addresses to be one person's, and what was joined because of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class LinkCode(SQLModel, table=True):
    """A code given out in one conversation, to be shown in another; only its keyed digest is kept."""

    __tablename__ = "link_code"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    digest: str = Field(unique=True)
    conversation_id: int = Field(sa_column=Column(BigId, ForeignKey("conversation.id"), index=True, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class LinkGuard(SQLModel, table=True):
    """Wrong codes in a row on one thread; there is a row only while there are any."""

    __tablename__ = "link_guard"

    thread: str = Field(primary_key=True)
    failures: int
    locked_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class LinkState(StrEnum):
    """OFFERED to the person; PENDING for staff, where what the two told us differs; LINKED until UNDONE."""

    OFFERED = "offered"
    PENDING = "pending"
    LINKED = "linked"
    DECLINED = "declined"
    UNDONE = "undone"


class ContactLink(SQLModel, table=True):
    """The contact ``source`` became one person with ``target``, or may.

    ``moved`` are the ids of the source's identities that belong to the target because of this link, and of the
    conversations and tickets that went with them; ``filled`` the target's columns that were empty and were filled.
    Both are what :func:`tickets.linking.merging.part` needs to undo it.
    """

    __tablename__ = "contact_link"
    __table_args__ = (
        Index(
            "uq_contact_link_linked",
            "source_id",
            unique=True,
            sqlite_where=text("state = 'linked'"),
            postgresql_where=text("state = 'linked'"),
        ),
        Index("ix_contact_link_target", "target_id", "state"),
        Index("ix_contact_link_source", "source_id", "state"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    source_id: int = Field(sa_column=Column(BigId, ForeignKey("contact.id"), nullable=False))
    target_id: int = Field(sa_column=Column(BigId, ForeignKey("contact.id"), nullable=False))
    #: Where the code was given out, and where it was shown.
    given_in: int = Field(sa_column=Column(BigId, ForeignKey("conversation.id"), nullable=False))
    shown_in: int = Field(sa_column=Column(BigId, ForeignKey("conversation.id"), nullable=False))
    state: str
    moved: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JsonColumn, nullable=False))
    filled: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JsonColumn, nullable=False))
    offered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    linked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    linked_by: str | None = None
    undone_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    undone_by: str | None = None
