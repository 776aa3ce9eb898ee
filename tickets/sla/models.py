"""Calendars, policies, and the clocks they set."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Float, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime

CHINA = "Asia/Shanghai"


class BusinessCalendar(SQLModel, table=True):
    """When a desk works; ``weekly`` has the slots of each day, Monday first: ``[[[540, 720], [810, 1080]], …]``.

    Slots are minutes of the day in ``zone``. An ``official`` one keeps China's holidays and make-up workdays.
    """

    __tablename__ = "business_calendar"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    name_zh: str
    name_en: str
    zone: str = CHINA
    weekly: list[list[list[int]]] = Field(sa_column=Column(JsonColumn, nullable=False))
    official: bool = True


class CalendarDay(SQLModel, table=True):
    """A day on which this calendar is its own master; what works without slots has the usual ones."""

    __tablename__ = "calendar_day"
    __table_args__ = (Index("uq_calendar_day", "calendar_id", "day", unique=True),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    calendar_id: int = Field(
        sa_column=Column(BigId, ForeignKey("business_calendar.id", ondelete="CASCADE"), nullable=False)
    )
    day: date
    works: bool
    slots: list[list[int]] | None = Field(default=None, sa_column=Column(JsonColumn))
    name: str = ""


class OfficialDay(SQLModel, table=True):
    """A day of the official arrangement that somebody has entered: it wins over the one we bring along."""

    __tablename__ = "official_day"

    day: date = Field(primary_key=True)
    works: bool
    name: str = ""


class ClockKind(StrEnum):
    """What is owed; each has a text ``sla.clock.<kind>``."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    """RUNNING or PAUSED until its end; each has a text ``sla.state.<state>``."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    #: What was owed came, but late.
    BREACHED_MET = "breached_met"
    CANCELLED = "cancelled"


class SlaPolicy(SQLModel, table=True):
    """The targets of the tickets that meet its conditions; the first active one by ``position`` holds.

    ``targets`` by priority: ``{"1": {"first_reply_s": 3600, "next_reply_s": 3600, "resolution_s": 28800}}``; a target
    that is null sets no clock, a priority that is missing has the targets we bring along.
    ``pauses``: the stages in which the clocks rest. ``steps``: what happens around the end of a clock, as
    ``{"clock": "first_reply", "at": -1800, "do": [{"notify": "team"}, {"raise": 1}, {"assign": "team:operations"}]}``,
    with ``at`` in counted seconds before (negative) or after it, or with ``"share": 0.8`` of the target.
    """

    __tablename__ = "sla_policy"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    name_zh: str
    name_en: str
    position: int = 0
    active: bool = True
    conditions: dict[str, list[str]] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: None counts around the clock.
    calendar_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("business_calendar.id")))
    targets: dict[str, dict[str, int | None]] = Field(sa_column=Column(JsonColumn, nullable=False))
    pauses: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    steps: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))


class SlaClock(SQLModel, table=True):
    """One clock of a ticket; at most one of a kind is neither met nor cancelled, and the database says so.

    While it runs, ``due_at`` is ``target_s - spent_s`` of counted time after ``running_since``.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        Index("ix_sla_clock_ticket", "ticket_id"),
        Index(
            "uq_sla_clock_open",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=text("state IN ('running', 'paused')"),
            postgresql_where=text("state IN ('running', 'paused')"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False))
    kind: str
    #: None is the policy we bring along.
    policy_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("sla_policy.id", ondelete="SET NULL"))
    )
    state: str = ClockState.RUNNING
    target_s: int
    #: What was counted before ``running_since``.
    spent_s: float = Field(default=0, sa_column=Column(Float, nullable=False))
    running_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    due_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: The moments of its policy that have been acted on, by their names; never twice.
    done: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    breached_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: Counted from beginning to end, without pauses.
    working_s: float | None = Field(default=None, sa_column=Column(Float))


class SlaRevision(SQLModel, table=True):
    """One row: the state of the configuration, and how far open tickets have been brought up to it.

    The revision is random, so that one that was given up is never taken for the one after.
    """

    __tablename__ = "sla_revision"

    id: int = Field(default=1, primary_key=True)
    revision: str
    #: The revision for which open tickets are recomputed, and up to which of them that is done.
    followed: str = ""
    reached_id: int = Field(default=0, sa_column=Column(BigId, nullable=False))
