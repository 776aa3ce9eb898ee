"""Complaints as the radar counts them, and what it proposes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime

_OPEN = text("state = 'open'")


class Complaint(SQLModel, table=True):
    """Somebody said that something does not work; empty texts where a mark is not known."""

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_at", "at"),
        Index("ix_complaint_proposal", "proposal_id", "at"),
        Index("ix_complaint_contact", "contact_id", "at"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    contact_id: int = Field(sa_column=Column(BigId, ForeignKey("contact.id"), nullable=False))
    conversation_id: int = Field(sa_column=Column(BigId, ForeignKey("conversation.id"), nullable=False))
    #: The words themselves stay where they are.
    message_id: int = Field(sa_column=Column(BigId, ForeignKey("message.id"), nullable=False))
    component: str = ""
    region: str = ""
    version: str = ""
    code: str = ""
    wording: str = ""
    proposal_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("outage_proposal.id", name="fk_complaint_proposal"))
    )


class ProposalState(StrEnum):
    """OPEN until a person has looked; CONFIRMED: something is broken; DISMISSED: it is not."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class OutageProposal(SQLModel, table=True):
    """More people than usual complain of one thing.

    ``reasons`` holds a dict for each signature: name, component, span_min, people, expected, surprise, at.
    """

    __tablename__ = "outage_proposal"
    __table_args__ = (
        Index("ix_outage_proposal_open", "newest_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_outage_proposal_opened", "opened_at", "id"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    state: str = ProposalState.OPEN
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    newest_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: Different people linked to it so far.
    people: int = 0
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JsonColumn, nullable=False))
    #: Until when complaints of the same belong to a confirmed one; set when it is over.
    over_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    decided_by: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("staff.id")))
    why: str = ""


class RadarState(SQLModel, table=True):
    """How far complaints have been looked at; one row, held while anybody writes proposals."""

    __tablename__ = "radar_state"

    id: int = Field(default=1, primary_key=True)
    #: The newest complaint whose excesses are written down.
    complaint_id: int = Field(default=0, sa_column=Column(BigId, nullable=False))
