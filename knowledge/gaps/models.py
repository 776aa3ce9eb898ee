"""Gaps, and which questions are in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Float, ForeignKey, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class GapState(StrEnum):
    """Each has a text ``gaps.state.<state>``."""

    OPEN = "open"
    #: An article is being written for it.
    DRAFTED = "drafted"
    #: Somebody said why nothing is to be done; it comes back when it grows.
    ASIDE = "aside"


class Remedy(StrEnum):
    """What would likely help; each has a text ``gaps.remedy.<remedy>`` and a reason ``gaps.why.<remedy>``."""

    ARTICLE = "article"
    VARIANT = "variant"
    THRESHOLD = "threshold"
    RANKING = "ranking"
    PLAYBOOK = "playbook"


class Gap(SQLModel, table=True):
    """Questions of one meaning that were not answered. What pages show is counted by a job and stands here."""

    __tablename__ = "gap"
    __table_args__ = (Index("ix_gap_listed", "state", "score", "id"), Index("ix_gap_article", "article_id"))

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    #: A :class:`GapState`.
    state: str = Field(default=GapState.OPEN, max_length=20)
    #: The sum of what its failed questions mean, float32, and which encoder and tokens that is made with.
    centre: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    model: str = Field(max_length=80)
    #: Small talk and other people's business.
    foreign: bool = False
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    newest_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    # From here on counted by the job, over the last four weeks.
    score: float = Field(default=0.0, sa_column=Column(Float, nullable=False))
    people: int = 0
    asked: int = 0
    unhelped: int = 0
    #: Different people a week, the oldest of eight weeks first.
    weeks: list[int] = Field(default_factory=list, sa_column=Column(JsonColumn, nullable=False))
    #: What makes it sink: a :class:`knowledge.gaps.ranking.Doubt` each.
    doubts: list[str] = Field(default_factory=list, sa_column=Column(JsonColumn, nullable=False))
    #: Without what tells of people; the most typical first. Each has ``text`` and ``locale``.
    examples: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JsonColumn, nullable=False))
    #: A :class:`Remedy`, and the figures its reason is told with.
    remedy: str = Field(default=Remedy.ARTICLE, max_length=20)
    reason: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JsonColumn, nullable=False))
    #: The nearest article there is.
    near_slug: str | None = None

    #: The article that was begun for it.
    article_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("article.id", ondelete="SET NULL"), nullable=True)
    )
    aside_reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    aside_by: str = Field(default="", max_length=80)
    aside_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: How many people it had when it was set aside.
    aside_people: int = 0
    returned_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class GapQuestion(SQLModel, table=True):
    """One question that belongs to a gap, and whether the person was helped."""

    __tablename__ = "gap_question"
    __table_args__ = (Index("ix_gap_question_gap", "gap_id", "at"), Index("ix_gap_question_at", "at"))

    answer_id: int = Field(
        sa_column=Column(BigId, ForeignKey("answer_log.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    gap_id: int = Field(sa_column=Column(BigId, ForeignKey("gap.id", ondelete="CASCADE"), nullable=False))
    #: Whoever asked, as the desk tells people apart.
    person: str = Field(max_length=120)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: A :class:`knowledge.gaps.failing.Failure`; nothing where the person was helped.
    failure: str | None = Field(default=None, max_length=20)
    #: How near it is to the middle of the gap.
    nearness: float = 0.0


class GapProgress(SQLModel, table=True):
    """One row: up to which answer the questions were looked at."""

    __tablename__ = "gap_progress"

    id: int = Field(default=1, primary_key=True)
    answer_id: int = Field(default=0, sa_column=Column(BigId, nullable=False))
    counted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
