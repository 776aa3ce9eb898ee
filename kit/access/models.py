"""Staff accounts and their sessions."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String
from sqlmodel import Field, SQLModel

from kit.access.identity import Role
from kit.db import BigId, UtcDateTime

__all__ = ["Invitation", "Role", "Staff", "StaffSession"]


class Staff(SQLModel, table=True):
    """A person of the organisation who may sign in."""

    __tablename__ = "staff"

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    login: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=80)
    role: Role = Field(sa_column=Column(String(16), nullable=False))
    password_hash: str
    locale: str = Field(default="zh", max_length=2)
    active: bool = True
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    failed_logins: int = 0
    locked_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class StaffSession(SQLModel, table=True):
    """One browser signed in; only the hash of its token is stored, so a stolen database opens nothing."""

    __tablename__ = "staff_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(
        sa_column=Column(
            BigId,
            ForeignKey("staff.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        )
    )
    csrf: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Invitation(SQLModel, table=True):
    """A link by which somebody sets a password, once; an administrator hands it over and never learns the password."""

    __tablename__ = "invitation"

    token_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(
        sa_column=Column(BigId, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
