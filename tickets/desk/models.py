"""Teams, members, categories and response targets: configuration, also shown to the public."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class ReopenPolicy(StrEnum):
    """What happens when somebody writes again about a solved ticket; each has a text ``reopen.<policy>``."""

    #: The ticket is open again.
    REOPEN = "reopen"
    #: A new ticket, linked with the old one.
    NEW = "new"
    #: Open again within ``reopen_days``, a new one afterwards.
    WITHIN = "within"


class Assigning(StrEnum):
    """Who gets a ticket of the team; each has a text ``assigning.<way>``."""

    #: Whoever takes it.
    BY_HAND = "by_hand"
    #: Whoever is on duty, has the skill and the most room; in turn among equals.
    BY_LOAD = "by_load"


class Team(SQLModel, table=True):
    """People who work one kind of ticket; ``region`` routes the people of a region to it first."""

    __tablename__ = "team"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    name_zh: str
    name_en: str
    region: str | None = None
    assigning: str = Field(default=Assigning.BY_HAND, sa_column_kwargs={"server_default": "by_hand"})
    #: A ticket goes back to the team when its owner is away this long; nothing: never.
    return_after_s: int | None = None
    reopening: str = Field(default=ReopenPolicy.REOPEN, sa_column_kwargs={"server_default": "reopen"})
    reopen_days: int = Field(default=7, sa_column_kwargs={"server_default": "7"})
    #: A reopened ticket keeps its owner.
    keep_owner: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    #: A team nobody uses any more keeps its tickets and takes no new ones.
    active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class TeamMember(SQLModel, table=True):
    """Who is in which team."""

    __tablename__ = "team_member"

    team_id: int = Field(sa_column=Column(BigId, ForeignKey("team.id"), primary_key=True))
    staff_id: int = Field(sa_column=Column(BigId, primary_key=True))


class Category(SQLModel, table=True):
    """What tickets are about, as a tree; texts and materials are shown on the public process page."""

    __tablename__ = "category"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    parent_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("category.id")))
    key: str = Field(unique=True)
    name_zh: str
    name_en: str
    team_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("team.id")))
    priority: int = 3
    materials_zh: str = Field(default="", sa_column=Column(Text, nullable=False))
    materials_en: str = Field(default="", sa_column=Column(Text, nullable=False))
    position: int = 0
    #: What somebody has to know who is given a ticket of it.
    skill: str | None = None
    #: What has to be done, a step a line.
    checklist_zh: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    checklist_en: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class Presence(StrEnum):
    """Whether somebody takes new tickets; each has a text ``presence.<state>``."""

    ON = "on"
    AWAY = "away"
    OFF = "off"


class StaffProfile(SQLModel, table=True):
    """What the desk knows of a member of staff; nothing stored means an ordinary agent who is off."""

    __tablename__ = "staff_profile"

    staff_id: int = Field(sa_column=Column(BigId, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True))
    skills: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    languages: list[str] = Field(sa_column=Column(JsonColumn, nullable=False))
    #: How many open tickets this person works on at once.
    capacity: int = 20
    presence: str = Presence.OFF
    presence_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: The last sign of life of a page this person has open.
    seen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_assigned_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    #: What this person's browser does: {"desktop": bool, "sound": bool, "quiet_hours": "22:00-08:00", "undo_s": 15}.
    preferences: dict[str, Any] = Field(sa_column=Column(JsonColumn, nullable=False))


class RotaShift(SQLModel, table=True):
    """Somebody is on duty for a team, each week at the same hours; minutes of the day in the organisation's zone.

    A team without shifts has whoever is present.
    """

    __tablename__ = "rota_shift"
    __table_args__ = (Index("ix_rota_shift_team", "team_id", "weekday"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    team_id: int = Field(sa_column=Column(BigId, ForeignKey("team.id", ondelete="CASCADE"), nullable=False))
    staff_id: int = Field(sa_column=Column(BigId, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False))
    #: Monday is 0.
    weekday: int
    begins: int
    ends: int


class DeskSetting(SQLModel, table=True):
    """A choice of the whole desk by its name, as the intervals of follow-ups; see tickets.rhythm."""

    __tablename__ = "desk_setting"

    key: str = Field(primary_key=True)
    value: Any = Field(sa_column=Column(JsonColumn, nullable=False))
