"""A view of the queue that somebody keeps."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class SavedView(SQLModel, table=True):
    """``query`` is the address of the queue it stands for, with its order; ``columns`` nothing: the usual ones."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_staff", "staff_id", "position"), Index("ix_saved_view_shared", "shared"))

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    staff_id: int = Field(sa_column=Column(BigId, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False))
    name: str
    query: str = Field(sa_column=Column(Text, nullable=False))
    columns: list[str] | None = Field(default=None, sa_column=Column(JsonColumn))
    #: Everybody sees it.
    shared: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    #: It stands in the strip above the queue, not only in the list of views.
    pinned: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    position: int = 0
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
