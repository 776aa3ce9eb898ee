"""Calls as the telephone system tells of them."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class PhoneCall(SQLModel, table=True):
    """One call; each event fills its column once, in whatever order they arrive, so that a repeated one does nothing.

    ``number`` is the caller's, as networks name it where it is a number at all; ``extension`` was rung, or answered.
    """

    __tablename__ = "phone_call"
    __table_args__ = (UniqueConstraint("account", "call_id"), Index("ix_phone_call_first_at", "first_at"))

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    account: str
    call_id: str
    number: str
    extension: str | None = None
    outgoing: bool = False
    first_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    rang_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: When somebody wrote down what it was about.
    logged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    @property
    def seconds(self) -> int | None:
        """How long was talked; None while it lasts or when nobody answered."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))
