"""One account on one platform, as an administrator entered it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class ChannelAccount(SQLModel, table=True):
    """``name`` is the platform's own name of the account (gh_…, bot id); ``hook`` the secret end of its address.

    ``settings`` is what anybody on the staff may see; ``secrets`` is sealed and never shown again.
    """

    __tablename__ = "channel_account"
    __table_args__ = (UniqueConstraint("channel", "name"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    channel: str
    name: str
    label: str
    hook: str = Field(unique=True)
    settings: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    secrets: str = Field(sa_column=Column(Text, nullable=False))
    paused: bool = False
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
