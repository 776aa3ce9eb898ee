"""Teams, members, categories and response targets: configuration, also shown to the public."""

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field, SQLModel

from kit.db import BigId


class Team(SQLModel, table=True):
    """People who work one kind of ticket; ``region`` routes the people of a region to it first."""

    __tablename__ = "team"

    id: int = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    name_zh: str
    name_en: str
    region: str | None = None


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
