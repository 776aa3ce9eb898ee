"""Which call became which line of which ticket."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class LoggedCall(SQLModel, table=True):
    """``key`` is one filling of the form: sent twice, it is one call. ``call_id`` is the telephone system's, if any."""

    __tablename__ = "logged_call"

    key: str = Field(primary_key=True)
    call_id: int | None = Field(default=None, sa_column=Column(BigId, unique=True))
    ticket_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("ticket.id"), index=True))
    event_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("ticket_event.id")))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
