"""Playbooks and their versions. What was ever published is the text that somebody other than its authors approved.

That stands in the tables: an approval names exactly one text (the check on the digests) and refers to a reviewer of the
version (the foreign key), and who is a reviewer of a version is no author of it (the key of the parts).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, UtcDateTime
from knowledge.versions.models import ArticleState, Part

_IS_OPEN = text("state IN ('draft', 'review')")
_IS_LIVE = text("state = 'published'")


class Playbook(SQLModel, table=True):
    """One playbook; ``state`` is an :class:`ArticleState`, what it says stands in its versions."""

    __tablename__ = "playbook"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    state: str = ArticleState.DRAFT
    #: The version people see at the desk: the one being worked on, else the one published last.
    current_id: int | None = Field(default=None, sa_column=Column(BigId))
    #: When what may be started last changed.
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class PlaybookPart(SQLModel, table=True):
    """Who had which part in a version. The key is the promise: nobody is author and reviewer of the same one."""

    __tablename__ = "playbook_part"
    __table_args__ = (UniqueConstraint("version_id", "staff_id", "part"),)

    #: No reference, for the version refers to here.
    version_id: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    staff_id: int = Field(
        sa_column=Column(BigId, ForeignKey("staff.id"), primary_key=True, autoincrement=False, index=True)
    )
    part: str
    name: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PlaybookVersion(SQLModel, table=True):
    """One version; ``source`` is the YAML, ``digest`` its fingerprint, ``state`` a :class:`VersionState`."""

    __tablename__ = "playbook_version"
    __table_args__ = (
        UniqueConstraint("playbook_id", "number"),
        CheckConstraint(
            "state NOT IN ('published', 'replaced', 'retired') OR origin = 'shipped'"
            " OR (approved_by IS NOT NULL AND approved_digest = digest)",
            name="approved_as_it_is",
        ),
        CheckConstraint("approved_part = 'reviewer'", name="approved_by_reviewer"),
        ForeignKeyConstraint(
            ["id", "approved_by", "approved_part"],
            ["playbook_part.version_id", "playbook_part.staff_id", "playbook_part.part"],
            name="fk_playbook_version_reviewer",
        ),
        Index("uq_playbook_version_open", "playbook_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("uq_playbook_version_live", "playbook_id", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
        Index("ix_playbook_version_digest", "digest"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    playbook_id: int = Field(sa_column=Column(BigId, ForeignKey("playbook.id", ondelete="CASCADE"), nullable=False))
    number: int
    state: str
    origin: str
    revision: int = 1
    source: str = Field(sa_column=Column(Text, nullable=False))
    digest: str
    title_zh: str = ""
    title_en: str = ""
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    #: What the reviewer said who gave it back.
    remark: str = Field(default="", sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_by: str
    submitted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    approved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    approved_by: int | None = Field(default=None, sa_column=Column(BigId))
    #: Always the same: with ``approved_by`` it makes the reference to a reviewer.
    approved_part: str = Part.REVIEWER
    approver: str = ""
    approved_digest: str | None = None
    published_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class PlaybookWalk(SQLModel, table=True):
    """Somebody went through a playbook: ``node`` is where they stand or ended; ``reference`` is the thread."""

    __tablename__ = "playbook_walk"
    __table_args__ = (
        Index("ix_playbook_walk_reference", "reference", "state"),
        Index("ix_playbook_walk_started", "started_at", "key"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    reference: str
    key: str
    digest: str
    node: str
    #: under_way, fixed, escalated or left.
    state: str
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    moved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
