"""How it went, asked once per ticket."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class Survey(SQLModel, table=True):
    """One question to one person about one ticket; team and assignee as they were when it was asked."""

    __tablename__ = "survey"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), nullable=False, unique=True))
    contact_id: int = Field(sa_column=Column(BigId, ForeignKey("contact.id"), nullable=False, index=True))
    channel: str
    team_id: int | None = None
    assignee_id: int | None = None
    score: int | None = None
    comment: str | None = Field(default=None, sa_column=Column(Text))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
