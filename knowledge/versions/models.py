"""Versions of articles. What is approved or was ever published is the content somebody else approved: see the check."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class ArticleState(StrEnum):
    """What readers have of an article."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class VersionState(StrEnum):
    """Where a version stands; the first three are being worked on, of which an article has at most one."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    PUBLISHED = "published"
    REPLACED = "replaced"
    RETIRED = "retired"
    DISCARDED = "discarded"


OPEN = (VersionState.DRAFT, VersionState.REVIEW, VersionState.APPROVED)


class Origin(StrEnum):
    """Where a version came from."""

    WRITTEN = "written"
    IMPORTED = "imported"
    CASE = "case"
    ROLLBACK = "rollback"
    #: Came with the product; the only one that nobody here approved.
    SHIPPED = "shipped"


class Part(StrEnum):
    """What somebody did to a version; a person has one part in it, and who wrote is never who read it over."""

    AUTHOR = "author"
    REVIEWER = "reviewer"


_IS_OPEN = text("state IN ('draft', 'review', 'approved')")
_IS_LIVE = text("state = 'published'")
_IN_REVIEW = text("state IN ('review', 'approved')")


class ArticleVersion(SQLModel, table=True):
    """One version; ``content`` is a :class:`knowledge.versions.content.Content`, ``digest`` its fingerprint."""

    __tablename__ = "article_version"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        CheckConstraint(
            "state NOT IN ('approved', 'published', 'replaced', 'retired') OR origin = 'shipped'"
            " OR (approved_by IS NOT NULL AND approved_digest = digest)",
            name="approved_as_it_is",
        ),
        Index("uq_article_version_open", "article_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("uq_article_version_live", "article_id", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
        Index("ix_article_version_changed", "changed_at", "article_id"),
        Index("ix_article_version_review", "id", sqlite_where=_IN_REVIEW, postgresql_where=_IN_REVIEW),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    article_id: int = Field(sa_column=Column(BigId, ForeignKey("article.id", ondelete="CASCADE"), nullable=False))
    number: int
    state: str
    origin: str
    #: Counts up with every step, so that nobody decides on what they did not see.
    revision: int = 1
    content: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    digest: str
    title_zh: str
    title_en: str
    #: When the text of a language was last changed, or last found to say what the other one says.
    zh_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    en_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    #: What the reviewer said who gave it back.
    remark: str = Field(default="", sa_column=Column(Text, nullable=False))
    #: What was taken out of a case because it told of a person; see :mod:`knowledge.cases`.
    removed: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JsonColumn, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_by: str
    submitted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    approved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    approved_by: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("staff.id")))
    approver: str = ""
    approved_digest: str | None = None
    publish_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    published_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ArticlePart(SQLModel, table=True):
    """Who had which part in a version. The key is the promise: nobody is author and reviewer of the same one."""

    __tablename__ = "article_part"

    version_id: int = Field(
        sa_column=Column(
            BigId, ForeignKey("article_version.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        )
    )
    staff_id: int = Field(
        sa_column=Column(BigId, ForeignKey("staff.id"), primary_key=True, autoincrement=False, index=True)
    )
    part: str
    name: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ArticleRedirect(SQLModel, table=True):
    """An address that an article once had."""

    __tablename__ = "article_redirect"

    slug: str = Field(primary_key=True)
    article_id: int = Field(
        sa_column=Column(BigId, ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ArticlePicture(SQLModel, table=True):
    """A picture for articles; strangers get it once a version that shows it was published. ``id`` is the file's."""

    __tablename__ = "article_picture"

    id: str = Field(primary_key=True)
    name: str
    mime: str
    size: int
    public: bool = False
    by: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
