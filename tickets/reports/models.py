"""What reports are added up from: one line an hour, measure and place, and which hours are to be counted again."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from kit.db import UtcDateTime


class ReportHour(SQLModel, table=True):
    """How often something happened within an hour (UTC), in one place of the desk; ``total`` are seconds or scores.

    ``bucket`` is the class of length for measures of time (see tickets.reports.buckets), the score of ratings, and
    nothing else. What is unknown is 0 or an empty text, so that every column can be part of the key.
    """

    __tablename__ = "report_hour"
    __table_args__ = (
        # The backlog is a sum over all hours there ever were.
        Index("ix_report_hour_measure", "measure", "hour", "n"),
        # Read in stretches of its key, and without a second look for each row.
        {"sqlite_with_rowid": False},
    )

    hour: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    measure: str = Field(primary_key=True)
    bucket: int = Field(default=0, primary_key=True)
    team_id: int = Field(default=0, sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    category_id: int = Field(default=0, sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    assignee_id: int = Field(default=0, sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    channel: str = Field(default="", primary_key=True)
    region: str = Field(default="", primary_key=True)
    n: int
    total: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))


class ReportState(SQLModel, table=True):
    """An hour that was counted, and what there was to count; also the lock of whoever counts it anew."""

    __tablename__ = "report_state"

    hour: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    #: Events and talks of the hour when it was counted; another number means that it has to be counted again.
    seen: str = ""


class ReportDirty(SQLModel, table=True):
    """Something was written into (or taken out of) an hour long past."""

    __tablename__ = "report_dirty"

    hour: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
