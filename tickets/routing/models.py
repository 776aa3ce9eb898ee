"""Rules by which tickets find their place, and what the classifier has learnt."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class RoutingRule(SQLModel, table=True):
    """If a new ticket is like this, do that; rules are asked in order, and each sees what those before it did.

    ``conditions`` are those of tickets.conditions; ``actions`` are those of tickets.routing.rules.Actions:
    ``{"category": key, "team": key, "priority": 1, "tags": [name], "skill": name, "assign": login}``, all optional.
    """

    __tablename__ = "routing_rule"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    name: str
    position: int = 0
    active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    conditions: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    actions: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: No rule after this one is asked.
    stop: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class ClassifierModel(SQLModel, table=True):
    """What was learnt at one time; the newest is used. ``weights`` are those of tickets.routing.classifier."""

    __tablename__ = "classifier_model"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    trained_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    #: Keys of the categories, in the order of the weights.
    categories: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    weights: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    temperature: float
    #: The confidence from which on it was right nineteen times in twenty.
    threshold: float
    examples: int
    #: Of examples it had not seen; nothing while there are too few to keep some back.
    accuracy: float | None = None


class ClassifierExample(SQLModel, table=True):
    """A ticket of which a member of staff said what it is about."""

    __tablename__ = "classifier_example"
    __table_args__ = (Index("ix_classifier_example_at", "at"),)

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True))
    category_id: int = Field(sa_column=Column(BigId, ForeignKey("category.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TicketNeed(SQLModel, table=True):
    """What a rule says somebody has to know who takes this ticket, besides what its category asks for."""

    __tablename__ = "ticket_need"

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True))
    skill: str
