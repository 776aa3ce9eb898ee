"""Macros, canned replies and the steps of checklists."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId, JsonColumn, UtcDateTime


class Scope(StrEnum):
    """Whose it is; each has a text ``scope.<scope>``."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


class AfterRun(StrEnum):
    """Where one goes when it has run; each has a text ``macro.after.<where>``."""

    STAY = "stay"
    NEXT = "next"


class Macro(SQLModel, table=True):
    """Several actions at a stroke, in order: ``[{"do": "reply", "text_zh": …}, {"do": "stage", "to": "waiting"}]``.

    What an action can be is in tickets.macros.actions.
    """

    __tablename__ = "macro"
    __table_args__ = (Index("ix_macro_scope", "scope", "position"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    name_zh: str
    name_en: str = ""
    scope: str = Scope.ALL
    staff_id: int | None = Field(default=None, sa_column=Column(BigId))
    team_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("team.id")))
    actions: list[dict[str, Any]] = Field(sa_column=Column(JsonColumn, nullable=False))
    after: str = AfterRun.STAY
    position: int = 0
    active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class CannedReply(SQLModel, table=True):
    """A text for what is said often, found by ``/`` and its shortcut or by its title's pinyin."""

    __tablename__ = "canned_reply"
    __table_args__ = (Index("ix_canned_reply_scope", "scope", "uses"),)

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    #: What is typed after ``/``; letters, digits, ``-``.
    shortcut: str = Field(unique=True)
    title_zh: str
    title_en: str = ""
    body_zh: str = Field(sa_column=Column(Text, nullable=False))
    body_en: str = Field(default="", sa_column=Column(Text, nullable=False))
    scope: str = Scope.ALL
    staff_id: int | None = Field(default=None, sa_column=Column(BigId))
    team_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("team.id")))
    #: Shown first on tickets of this category.
    category_id: int | None = Field(default=None, sa_column=Column(BigId, ForeignKey("category.id")))
    uses: int = 0
    active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})


class ChecklistItem(SQLModel, table=True):
    """A step of a ticket that was done; what is to be done stands in its category."""

    __tablename__ = "checklist_item"

    ticket_id: int = Field(sa_column=Column(BigId, ForeignKey("ticket.id"), primary_key=True))
    #: The step's text in Chinese, which names it: a list may be reordered and rewritten meanwhile.
    step: str = Field(primary_key=True)
    done_by: str
    done_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
