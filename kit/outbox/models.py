"""Two small hot tables: rows live only until their work is done. Times are epoch milliseconds."""

from enum import IntEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, SmallInteger, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn


class JobState(IntEnum):
    """Where a job stands; WAITING jobs sit behind an older one of their lane."""

    READY = 0
    RUNNING = 1
    DEAD = 3
    WAITING = 4


class Priority(IntEnum):
    """Who goes first when a queue is full: people, then the bot, then notices, then what goes to everybody."""

    PERSON = 0
    BOT = 5
    NOTICE = 9
    BROADCAST = 12


class Job(SQLModel, table=True):
    """One thing to do; deleted when done, kept as DEAD when given up."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_ready",
            "queue",
            "priority",
            "run_at",
            "id",
            sqlite_where=text("state = 0"),
            postgresql_where=text("state = 0"),
        ),
        Index("ix_job_waiting", "lane", "id", sqlite_where=text("state = 4"), postgresql_where=text("state = 4")),
        Index("ix_job_lease", "lease_until", sqlite_where=text("state = 1"), postgresql_where=text("state = 1")),
        Index("ix_job_dead", "queue", "id", sqlite_where=text("state = 3"), postgresql_where=text("state = 3")),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    queue: str
    priority: int = Field(sa_column=Column(SmallInteger, nullable=False))
    lane: str | None = None
    state: int = Field(sa_column=Column(SmallInteger, nullable=False))
    kind: str
    payload: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    run_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    expires_at: int | None = Field(default=None, sa_column=Column(BigInteger))
    attempt: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    max_attempts: int = Field(default=8, sa_column=Column(SmallInteger, nullable=False))
    lease_until: int | None = Field(default=None, sa_column=Column(BigInteger))
    fence: str | None = None
    correlation: str | None = None
    error: str | None = None
    created_at: int = Field(sa_column=Column(BigInteger, nullable=False))


class Lane(SQLModel, table=True):
    """How many jobs of a lane are not done; its row lock makes id order commit order."""

    __tablename__ = "lane"

    lane: str = Field(primary_key=True)
    n: int
