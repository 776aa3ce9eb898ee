"""One person, and the addresses the person writes from."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class Contact(SQLModel, table=True):
    """A person we talk with; phone and e-mail are what the person told us, unproven."""

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "ix_contact_phone",
            "phone",
            sqlite_where=text("phone IS NOT NULL"),
            postgresql_where=text("phone IS NOT NULL"),
        ),
        # Who calls is asked whether colleagues of theirs have called already.
        Index(
            "ix_contact_company",
            "company",
            sqlite_where=text("company IS NOT NULL"),
            postgresql_where=text("company IS NOT NULL"),
        ),
        Index(
            "ix_contact_tax_id",
            "tax_id",
            sqlite_where=text("tax_id IS NOT NULL"),
            postgresql_where=text("tax_id IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    name: str | None = None
    locale: str = "zh"
    phone: str | None = None
    email: str | None = None
    company: str | None = None
    tax_id: str | None = None
    region: str | None = None
    #: Words of the desk's own, as "vip"; conditions can ask for them.
    tags: list[str] | None = Field(default=None, sa_column=Column(JsonColumn))
    #: Where the person wants our news, if not where the ticket was opened; a thread of one of the addresses.
    preferred_thread: str | None = None
    #: Where it goes when it cannot be said there; else to whatever address was written from last.
    fallback_thread: str | None = None
    #: When news wait, as "22:00-08:00" in the organisation's time zone; nothing: as the organisation has it.
    quiet_hours: str | None = None
    last_survey_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ContactIdentity(SQLModel, table=True):
    """An address on one account of one channel; it belongs to exactly one person."""

    __tablename__ = "contact_identity"
    __table_args__ = (
        UniqueConstraint("channel", "account", "address"),
        # Callers are looked for by the beginning of an address, whatever the channel.
        Index("ix_contact_identity_address", "address", postgresql_ops={"address": "text_pattern_ops"}),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    contact_id: int = Field(sa_column=Column(BigId, ForeignKey("contact.id"), index=True, nullable=False))
    channel: str
    account: str
    address: str
