"""What we keep of short messages: how many a number was sent in a day, and what the networks told of them."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from kit.db import UtcDateTime


class SmsCount(SQLModel, table=True):
    """Messages handed over for one number on one day of the provider's; counted before it is asked."""

    __tablename__ = "sms_count"
    __table_args__ = (Index("ix_sms_count_day", "day"),)

    account: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    #: As 2026-11-24.
    day: str = Field(primary_key=True)
    used: int = Field(sa_column=Column(Integer, nullable=False))


class SmsReport(SQLModel, table=True):
    """What became of one message, told once by the network; ``provider_id`` is the provider's name for it."""

    __tablename__ = "sms_report"
    __table_args__ = (Index("ix_sms_report_told_at", "account", "told_at"),)

    account: str = Field(primary_key=True)
    provider_id: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    arrived: bool
    code: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    told_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
