"""What we keep of Telegram's: updates taken, buttons sent, who polls, groups we have refused."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import UtcDateTime


class TelegramUpdate(SQLModel, table=True):
    """An update taken once, whichever way and however often it came.

    ``address`` and ``subject`` (the message an edit is of) tell whether a later update was here before an earlier
    one. Kept for some days only: Telegram itself keeps an update for one.
    """

    __tablename__ = "telegram_update"
    __table_args__ = (Index("ix_telegram_update_at", "at"),)

    account: str = Field(primary_key=True)
    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    address: str | None = None
    subject: str | None = None
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TelegramButton(SQLModel, table=True):
    """A quick reply as it was sent: Telegram gets ``id`` and gives it back, what it means never leaves us."""

    __tablename__ = "telegram_button"
    __table_args__ = (Index("ix_telegram_button_expires_at", "expires_at"),)

    id: str = Field(primary_key=True)
    account: str
    address: str
    button: str
    label: str
    pressed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TelegramPoller(SQLModel, table=True):
    """Who asks for the updates of a bot, and from which number on, known since ``advanced_at``.

    ``trouble`` is why the last try failed.
    """

    __tablename__ = "telegram_poller"

    account: str = Field(primary_key=True)
    holder: str
    held_until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    next_update: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    advanced_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    trouble: str | None = Field(default=None, sa_column=Column(Text))


class TelegramGroup(SQLModel, table=True):
    """A group that was told, once, that we talk in private only."""

    __tablename__ = "telegram_group"

    account: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    told_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
