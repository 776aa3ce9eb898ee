"""The judgements that people of the desk gave on past answers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime


class Source(StrEnum):
    """Where a judgement comes from; each has a text ``labelled.source.<source>``."""

    #: Somebody who read a sampled talk.
    REVIEW = "review"
    #: The person who asked: pressed that it helped, or that it did not.
    CUSTOMER = "customer"


class LabelledQuestion(SQLModel, table=True):
    """One past question and what answers it. A later judgement on the same answer takes the place of the earlier.

    ``question`` is kept without what tells of the person. Without ``slug`` no article answers it.
    """

    __tablename__ = "labelled_question"
    __table_args__ = (Index("ix_labelled_question_article", "slug", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    #: The answer that was judged; the judgement outlives it.
    answer_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("answer_log.id", ondelete="SET NULL"), unique=True)
    )
    question: str = Field(sa_column=Column(Text, nullable=False))
    locale: str = Field(max_length=2)
    #: What was given, which may be nothing.
    given: str | None = None
    slug: str | None = None
    #: How the answer would better have been put.
    wording: str = Field(default="", sa_column=Column(Text, nullable=False))
    source: str = Field(max_length=20)
    by: str = Field(max_length=80)
    by_id: int | None = Field(default=None, sa_column=Column(BigId))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
