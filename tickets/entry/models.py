"""What was brought in at once, row by row."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class EntryState(StrEnum):
    """Where a batch stands; each has a text ``entry.state.<state>``."""

    PREVIEWED = "previewed"
    ENTERING = "entering"
    ENTERED = "entered"
    UNDOING = "undoing"
    UNDONE = "undone"


class EntryBatch(SQLModel, table=True):
    """One file. ``mapping`` says what each of its ``headers`` is about, empty for what is left out.

    ``cursor`` is the last row that was worked, so that a new worker goes on after it.
    """

    __tablename__ = "entry_batch"
    __table_args__ = (Index("ix_entry_batch_staff", "staff_id", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    name: str
    staff_id: int = Field(sa_column=Column(BigId, nullable=False))
    staff_name: str
    locale: str
    #: The file as it came, in kit.files.
    file_id: str
    headers: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    mapping: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    state: str = EntryState.PREVIEWED
    total: int = 0
    broken: int = 0
    entered: int = 0
    #: Rows that were to be taken back and could not.
    kept: int = 0
    cursor: int = 0
    #: What entering would bring, as counted without writing anything: see tickets.entry.rehearsing.
    forecast: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    entered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    undone_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class EntryRow(SQLModel, table=True):
    """``number`` is the row's own in the file; ``problems`` and ``hints`` are {column, place, key, values}."""

    __tablename__ = "entry_row"
    __table_args__ = (
        Index("uq_entry_row_batch", "batch_id", "number", unique=True),
        Index("ix_entry_row_broken", "batch_id", "broken", "number"),
        Index("ix_entry_row_reference", "reference"),
        Index("ix_entry_row_ticket", "ticket_id"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    batch_id: int = Field(sa_column=Column(BigId, ForeignKey("entry_batch.id", ondelete="CASCADE"), nullable=False))
    number: int
    raw: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    values: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    problems: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    hints: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    broken: bool = False
    #: The number the record had before, for finding it twice.
    reference: str | None = None
    ticket_id: int | None = Field(default=None, sa_column=Column(BigId))
    #: The person, where this row brought a new one.
    contact_id: int | None = Field(default=None, sa_column=Column(BigId))
    #: Why it was not taken back: a key ``entry.kept.<why>``.
    kept: str | None = None
