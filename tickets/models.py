"""The ticket itself and its timeline."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime
from tickets.stages import Priority, Stage


def _where(name: str, condition: str, *columns: str) -> Index:
    """An index of the rows that meet the condition, which a query has to repeat word for word."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


_OPEN = "stage <> 'solved'"


class Ticket(SQLModel, table=True):
    """One matter of one person. ``version`` goes up with every change, so that two people never overwrite."""

    __tablename__ = "ticket"
    __table_args__ = (
        # Open tickets are few among all. Each filter that leaves few of them has them in the order of the queue.
        _where("ix_ticket_urgent", _OPEN, "priority", "sla_due", "id"),
        _where("ix_ticket_assignee", _OPEN, "assignee_id", "priority", "sla_due", "id"),
        _where("ix_ticket_team", _OPEN, "team_id", "priority", "sla_due", "id"),
        _where("ix_ticket_category", _OPEN, "category_id", "priority", "sla_due", "id"),
        _where("ix_ticket_region", _OPEN, "region", "priority", "sla_due", "id"),
        _where("ix_ticket_channel", _OPEN, "channel", "priority", "sla_due", "id"),
        _where("ix_ticket_component", _OPEN, "component", "priority", "sla_due", "id"),
        _where("ix_ticket_stage", _OPEN, "stage", "priority", "sla_due", "id"),
        _where("ix_ticket_alarm", f"{_OPEN} AND alarm IS NOT NULL", "priority", "sla_due", "id"),
        _where("ix_ticket_unanswered", f"{_OPEN} AND first_replied_at IS NULL", "priority", "sla_due", "id"),
        # The other orders.
        _where("ix_ticket_open", _OPEN, "id"),
        _where("ix_ticket_updated", _OPEN, "updated_at", "id"),
        _where("ix_ticket_due", _OPEN, "sla_due", "id"),
        _where("ix_ticket_waiting", f"{_OPEN} AND waiting_since IS NOT NULL", "waiting_since", "id"),
        _where("ix_ticket_snoozed", f"{_OPEN} AND snoozed_until IS NOT NULL", "snoozed_until", "id"),
        _where("ix_ticket_incident", "incident_id IS NOT NULL", "incident_id"),
        # Solved ones, the newest first.
        Index("ix_ticket_closed", "closed_at", "id"),
        _where("ix_ticket_assignee_closed", "closed_at IS NOT NULL", "assignee_id", "closed_at", "id"),
        _where("ix_ticket_team_closed", "closed_at IS NOT NULL", "team_id", "closed_at", "id"),
        Index("ix_ticket_contact", "contact_id", "id"),
        Index("ix_ticket_conversation", "conversation_id", "id"),
        Index("ix_ticket_created", "created_at"),
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
    #: When the person who wrote again is to be answered; nothing while nobody waits.
    next_reply_due: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    resolution_due: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: The nearest end of a clock that runs; nothing while all rest.
    sla_due: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    solution: str | None = Field(default=None, sa_column=Column(Text))
    reopened: int = 0
    #: The language of the person, for who is to answer.
    locale: str = Field(default="zh", sa_column_kwargs={"server_default": "zh"})
    region: str | None = None
    component: str | None = None
    incident_id: int | None = Field(default=None, sa_column=Column(BigId))
    #: Names, for lists; ``ticket_tag`` is what is searched.
    tags: list[str] | None = Field(default=None, sa_column=Column(JsonColumn))
    snoozed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: What wakes it besides the moment: "reply", "incident"; see tickets.sending.snoozing.
    snoozed_for: str | None = None
    merged_into_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("ticket.id")))
    #: The bulk entry that brought it in.
    entry_id: int | None = Field(default=None, sa_column=Column(BigId, index=True))
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
    #: Somebody who could only be called was given an address for news; data: to_channel.
    REACHABLE = "reachable"
    #: A call was written down by whoever took it.
    CALLED = "called"
    #: A rule or the desk's own order chose the team; data: why, team.
    ROUTED = "routed"
    #: The category was found by itself; data: category, confidence, why.
    CLASSIFIED = "classified"
    #: The owner went away: it is the team's again.
    RETURNED = "returned"
    #: A clock is near its end; data: clock, due.
    SLA_WARNED = "sla_warned"
    #: A clock has run out; data: clock, due.
    SLA_BREACHED = "sla_breached"
    #: What a clock waited for came in time; data: clock, seconds, working_seconds.
    SLA_MET = "sla_met"
    #: Other targets hold from now on; data: policy, why.
    SLA_CHANGED = "sla_changed"
    ESCALATED = "escalated"
    #: Data: added, removed.
    TAGGED = "tagged"
    #: Data: until, wakes.
    SNOOZED = "snoozed"
    WOKEN = "woken"
    #: This ticket goes on in another; data: number, into.
    MERGED = "merged"
    #: Another ticket goes on in this one; data: number, ticket.
    MERGED_IN = "merged_in"
    #: Two tickets again; data: number.
    UNMERGED = "unmerged"
    #: Messages of it became a ticket of their own; data: number, ticket.
    SPLIT_OFF = "split_off"
    #: It began as part of another; data: number, ticket.
    SPLIT_FROM = "split_from"
    #: A link to another ticket was made; data: number, ticket, relation.
    RELATED = "related"
    UNRELATED = "unrelated"
    #: Somebody was called by name in a note; data: names.
    MENTIONED = "mentioned"
    #: A macro was run; data: name.
    MACRO = "macro"
    #: A step of the checklist was ticked or not; data: step, done.
    CHECKED = "checked"
    #: A reply was taken back before it left.
    UNSENT = "unsent"
    #: The person said thanks: nothing is reopened.
    THANKED = "thanked"
    #: It was entered afterwards from a record on paper; data: entry.
    ENTERED = "entered"
    #: A bulk change was taken back; data: what.
    UNDONE = "undone"


class TicketEvent(SQLModel, table=True):
    """One line of the timeline; ``public`` lines are shown on the tracking page too.

    What reports group by is kept as it was at the time, so that a line never changes its place in them.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket", "ticket_id", "id"), Index("ix_ticket_event_at", "at"))

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), nullable=False))
    kind: str
    actor: str
    actor_name: str | None = None
    public: bool = False
    data: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    team_id: int | None = Field(default=None, sa_column=Column(BigId))
    category_id: int | None = Field(default=None, sa_column=Column(BigId))
    assignee_id: int | None = Field(default=None, sa_column=Column(BigId))
    channel: str | None = None
    region: str | None = None
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Tag(SQLModel, table=True):
    """A word of the desk's own for a kind of tickets."""

    __tablename__ = "tag"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    name: str = Field(unique=True)


class TicketTag(SQLModel, table=True):
    """Which ticket carries which tag."""

    __tablename__ = "ticket_tag"
    __table_args__ = (Index("ix_ticket_tag_tag", "tag_id", "ticket_id"),)

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), primary_key=True))
    tag_id: int = Field(sa_column=Column(BigId, ForeignKey("tag.id"), primary_key=True))


class TicketCounter(SQLModel, table=True):
    """The last number given on a day, in the organisation's time zone."""

    __tablename__ = "ticket_counter"

    day: date = Field(primary_key=True)
    last: int
