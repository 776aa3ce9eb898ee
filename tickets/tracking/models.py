"""How often somebody guessed at a ticket."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class LookupGuard(SQLModel, table=True):
    """Wrong proofs in a row for one ticket; there is a row only while there are any."""

    __tablename__ = "lookup_guard"

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), primary_key=True))
    failures: int
    locked_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
