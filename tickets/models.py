"""The ticket itself and its timeline."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime
from tickets.stages import Priority, Stage


class Ticket(SQLModel, table=True):
    """One matter of one person. ``version`` goes up with every change, so that two people never overwrite."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_queue", "stage", "priority", "id"),
        Index("ix_ticket_assignee", "assignee_id", "stage", "priority", "id"),
        Index("ix_ticket_team", "team_id", "stage", "priority", "id"),
        Index("ix_ticket_contact", "contact_id", "id"),
        Index("ix_ticket_conversation", "conversation_id", "id"),
        Index("ix_ticket_created", "created_at"),
        Index("ix_ticket_closed", "closed_at"),
    )

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    number: str = Field(unique=True)
    token: str = Field(unique=True)
    lookup_code: str
    conversation_id: int = Field(sa_column=Column(BigId, ForeignKey("conversation.id"), nullable=False))
    contact_id: int = Field(sa_column=Column(BigId, ForeignKey("contact.id"), nullable=False))
    channel: str
    subject: str
    description: str = Field(sa_column=Column(Text, nullable=False))
    facts: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    category_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("category.id")))
    team_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("team.id")))
    assignee_id: int | None = Field(default=None, sa_column=Column(BigId))
    priority: int = Priority.NORMAL
    stage: str = Stage.ACCEPTED
    version: int = 1
    wants_person: bool = False
    waiting_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    alarm: str | None = None
    promise_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    next_update_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    first_reply_due: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    first_replied_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    resolution_due: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    solution: str | None = Field(default=None, sa_column=Column(Text))
    reopened: int = 0
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class EventKind(StrEnum):
    """What can happen to a ticket; each has a text ``timeline.<kind>``."""

    OPENED = "opened"
    STAGE = "stage"
    ASSIGNED = "assigned"
    PRIORITY = "priority"
    CATEGORY = "category"
    PROMISED = "promised"
    REPLIED = "replied"
    NOTED = "noted"
    CUSTOMER_WROTE = "customer_wrote"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    PROGRESS_SENT = "progress_sent"
    ALARM = "alarm"
    RELEASED = "released"
    WANTS_PERSON = "wants_person"
    SURVEY_ASKED = "survey_asked"
    SURVEY_SKIPPED = "survey_skipped"
    RATED = "rated"
    REVEALED = "revealed"
    LINK_PENDING = "link_pending"
    LINKED = "linked"
    UNLINKED = "unlinked"
    #: What could not be said on one channel is said on another.
    REROUTED = "rerouted"
    #: News are kept back until the quiet hours are over.
    HELD_BACK = "held_back"
    #: A call was written down by whoever took it.
    CALLED = "called"


class TicketEvent(SQLModel, table=True):
    """One line of the timeline; ``public`` lines are shown on the tracking page too."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket", "ticket_id", "id"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), nullable=False))
    kind: str
    actor: str
    actor_name: str | None = None
    public: bool = False
    data: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TicketCounter(SQLModel, table=True):
    """The last number given on a day, in the organisation's time zone."""

    __tablename__ = "ticket_counter"

    day: date = Field(primary_key=True)
    last: int
