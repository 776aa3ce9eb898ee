"""Samples of talks, the sheet they are scored by, and the scores."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class QualitySheet(SQLModel, table=True):
    """What talks are scored by; the latest counts. Each criterion is a ``key``, a text in both languages, a weight."""

    __tablename__ = "quality_sheet"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    criteria: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    by: str = Field(max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class QualitySample(SQLModel, table=True):
    """One draw. With the same seed, size and talks it comes out the same."""

    __tablename__ = "quality_sample"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    #: Both days are in it.
    first: date
    last: date
    seed: int = Field(sa_column=Column(BigId, nullable=False))
    size: int
    #: How many talks there were to draw from.
    population: int
    #: The sheet as it was: an edited one would make scores incomparable.
    criteria: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    by: str = Field(max_length=80)
    by_id: int | None = Field(default=None, sa_column=Column(BigId))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class QualityItem(SQLModel, table=True):
    """One talk of a sample: what the bot answered in ``reference`` from the first to the last of these answers."""

    __tablename__ = "quality_item"
    __table_args__ = (
        UniqueConstraint("reference", "first_answer_id"),
        Index("ix_quality_item_sample", "sample_id", "id"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    sample_id: int = Field(sa_column=Column(BigId, ForeignKey("quality_sample.id", ondelete="CASCADE"), nullable=False))
    reference: str
    first_answer_id: int = Field(sa_column=Column(BigId, nullable=False))
    last_answer_id: int = Field(sa_column=Column(BigId, nullable=False))
    #: The first question, without what tells of the person.
    question: str = Field(sa_column=Column(Text, nullable=False))
    channel: str = Field(max_length=40)
    locale: str = Field(max_length=2)
    #: The worst of all its answers.
    outcome: str = Field(max_length=20)
    began_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class QualityScore(SQLModel, table=True):
    """What one person made of one talk: a mark for each criterion that applies, together 0 to 100."""

    __tablename__ = "quality_score"
    __table_args__ = (UniqueConstraint("item_id", "scorer_id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    item_id: int = Field(sa_column=Column(BigId, ForeignKey("quality_item.id", ondelete="CASCADE"), nullable=False))
    scorer_id: int = Field(sa_column=Column(BigId, nullable=False))
    scorer: str = Field(max_length=80)
    #: Of each criterion a :class:`knowledge.quality.sheet.Mark`.
    marks: dict[str, str] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: Nothing where no criterion applied.
    total: int | None = None
    remark: str = Field(default="", sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
