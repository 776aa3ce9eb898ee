"""What the bot may say: articles in both languages, the ways people ask for them, and how it went."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime

_UNSETTLED = text("led_to_ticket IS NULL AND slug IS NOT NULL")


class Article(SQLModel, table=True):
    """One thing worth knowing.

    What stands here, in :class:`ArticleText` and in :class:`Question` is what is published: an article that never
    was, or is no more, has no texts. What is being written stands in the versions.
    """

    __tablename__ = "article"
    __table_args__ = (Index("ix_article_review", "review_on"), Index("ix_article_listed", "updated_at", "id"))

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    slug: str = Field(unique=True)
    kind: str
    audience: str
    level: str
    component: str
    tags: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: An :class:`ArticleState`.
    state: str = Field(default="published", sa_column_kwargs={"server_default": "published"})
    #: The version people see at the desk: the one being worked on, else the one published last.
    current_id: int | None = Field(default=None, sa_column=Column(BigId))
    owner_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    )
    #: The day on which the owner is to look whether it still holds.
    review_on: date | None = None
    reminded_on: date | None = None


class ArticleText(SQLModel, table=True):
    """The article in one language; ``body`` is Markdown."""

    __tablename__ = "article_text"
    __table_args__ = (UniqueConstraint("article_id", "locale"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    article_id: int = Field(sa_column=Column(BigId, ForeignKey("article.id"), nullable=False))
    locale: str
    title: str
    summary: str = Field(sa_column=Column(Text, nullable=False))
    steps: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    #: The other language was changed later, and nobody has said since that this one still says the same.
    outdated: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Question(SQLModel, table=True):
    """One way to ask for an article; the vector is float32, made by the encoder named in ``model``."""

    __tablename__ = "question"
    __table_args__ = (Index("ix_question_article", "article_id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    article_id: int = Field(sa_column=Column(BigId, ForeignKey("article.id"), nullable=False))
    locale: str
    text: str
    source: str
    model: str | None = None
    vector: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class AnswerLog(SQLModel, table=True):
    """What was asked and what the search made of it; ``helped`` is the person's word."""

    __tablename__ = "answer_log"
    __table_args__ = (
        Index("ix_answer_log_given", "slug", "at"),
        Index("ix_answer_log_unsettled", "at", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    reference: str = Field(index=True)
    locale: str
    question: str = Field(sa_column=Column(Text, nullable=False))
    outcome: str
    slug: str | None = None
    confidence: float
    candidates: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    helped: bool | None = None
    #: Whether the person had to open a ticket all the same; not known before some time has passed.
    led_to_ticket: bool | None = None
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class ArticleFeedback(SQLModel, table=True):
    """A reader of the article page said whether it helped."""

    __tablename__ = "article_feedback"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    slug: str = Field(index=True)
    locale: str
    helped: bool
    comment: str = Field(default="", sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
