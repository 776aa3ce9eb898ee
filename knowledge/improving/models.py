"""Improvement items."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class ItemState(StrEnum):
    """Each has a text ``improving.state.<state>``."""

    OPEN = "open"
    #: What was to change is changed; its effect is measured from here on.
    DONE = "done"
    DROPPED = "dropped"


class Source(StrEnum):
    """What an item was opened from, and with it what it is measured by; each has ``improving.source.<source>``."""

    #: Measured by the unanswered questions of the gap.
    GAP = "gap"
    #: Measured by the tickets of the category.
    CATEGORY = "category"
    #: Not measured.
    HAND = "hand"


class ImprovementItem(SQLModel, table=True):
    """One thing to change. Its figure is taken when it is opened, and again when the change had time to work."""

    __tablename__ = "improvement_item"
    __table_args__ = (
        Index("ix_improvement_item_listed", "state", "due_on", "id"),
        Index("ix_improvement_item_gap", "gap_id"),
        Index("ix_improvement_item_measured", "measured_at", "done_at"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    title: str = Field(max_length=120)
    #: What is to change.
    plan: str = Field(default="", sa_column=Column(Text, nullable=False))
    #: A :class:`Source`.
    source: str = Field(default=Source.HAND, max_length=20)
    gap_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("gap.id", ondelete="SET NULL"), nullable=True)
    )
    #: The key of the category.
    category: str = Field(default="", max_length=80)
    owner_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("staff.id", ondelete="SET NULL"), index=True, nullable=True)
    )
    due_on: date
    #: An :class:`ItemState`.
    state: str = Field(default=ItemState.OPEN, max_length=20)
    #: Counts up with every change.
    revision: int = 1
    #: The figure of the four weeks before it was opened; nothing where there is none to take.
    baseline: int | None = None
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: The figure of the four weeks after it was done.
    effect: int | None = None
    measured_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: The due day its owner was reminded of.
    reminded_of: date | None = None
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    created_by: str = Field(max_length=80)
