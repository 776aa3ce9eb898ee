"""Macros and canned replies of everybody and of teams; those people keep for themselves are no configuration."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from sqlmodel import col, delete, select

from kit.access.identity import Role
from kit.db import AsyncSession
from tickets.config.section import Hand, Item, Section, ids_of, reverse
from tickets.config.values import CategoryName, Line, Names, TeamName, Title, Words, parse_urgency, problem
from tickets.desk.models import Category, Team
from tickets.macros.actions import Do, checked_actions
from tickets.macros.errors import ActionInvalidError
from tickets.macros.models import AfterRun, CannedReply, Macro, Scope

#: What an action's ``to`` names.
_TO = {Do.TEAM: "teams", Do.CATEGORY: "categories", Do.ASSIGN: "people"}
_ANYBODY = {"me", "nobody"}


class ActionItem(BaseModel):
    """One action; which fields it has depends on what it does."""

    model_config = ConfigDict(extra="forbid")

    do: Do
    to: Line | None = None
    text_zh: Words | None = None
    text_en: Words | None = None
    text: Words | None = None
    add: Names = Field(default_factory=list)
    remove: Names = Field(default_factory=list)
    hours: Annotated[float, Field(gt=0)] | None = None
    wakes: Names = Field(default_factory=list)

    @model_validator(mode="after")
    def _can_be_run(self, info: ValidationInfo) -> "ActionItem":
        try:
            checked_actions([self.stored()])
        except ActionInvalidError as error:
            raise problem("action", field=str(error.values["name"])) from None
        section = _TO.get(self.do, "")
        known = (info.context or {}).get(section)
        if known is not None and self.to not in known | _ANYBODY:
            raise problem("unknown_name", section=section, value=self.to, known=sorted(known))
        return self

    def stored(self) -> dict[str, Any]:
        """As the table has it."""
        values = {name: value for name, value in self.model_dump(mode="json").items() if value not in (None, "", [])}
        if self.do is Do.PRIORITY:
            values["to"] = int(parse_urgency(self.to or ""))
        return values


def _named(action: dict[str, Any]) -> ActionItem:
    values = {name: value for name, value in action.items() if name in ActionItem.model_fields}
    if values["do"] == Do.PRIORITY:
        values["to"] = parse_urgency(values["to"]).name.lower()
    return ActionItem(**values)


class MacroItem(Item):
    """Several actions at a stroke; without a team everybody's."""

    name_zh: Title
    name_en: Line = ""
    active: bool = True
    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    team: TeamName | None = None
    actions: Annotated[list[ActionItem], Field(min_length=1, max_length=20)]
    after: AfterRun = AfterRun.STAY


def _some(text: str) -> str:
    if not text:
        raise problem("missing")
    return text


class ReplyItem(Item):
    """A text for what is said often; without a team everybody's."""

    title_zh: Title
    title_en: Line = ""
    active: bool = True
    team: TeamName | None = None
    category: CategoryName | None = None
    body_zh: Annotated[Words, AfterValidator(_some)]
    body_en: Words = ""


class Macros(Section):
    """Tickets keep the line that says it was run, so a macro can always go."""

    name: ClassVar[str] = "macros"
    item = MacroItem
    role = Role.SUPERVISOR

    async def load(self, session: AsyncSession) -> dict[str, MacroItem]:
        teams = reverse(await ids_of(session, Team))
        rows = (await session.exec(select(Macro).where(col(Macro.scope) != Scope.OWN))).all()
        return {
            row.key: MacroItem(
                name_zh=row.name_zh,
                name_en=row.name_en,
                active=row.active,
                position=row.position,
                team=teams.get(row.team_id or 0),
                actions=[_named(action) for action in row.actions],
                after=AfterRun(row.after),
            )
            for row in rows
        }

    async def save(self, hand: Hand, key: str, item: MacroItem) -> None:
        session = hand.session
        row = (await session.exec(select(Macro).where(Macro.key == key))).one_or_none()
        row = row or Macro(key=key, name_zh="", actions=[])
        row.name_zh, row.name_en, row.active, row.position = item.name_zh, item.name_en, item.active, item.position
        row.actions = checked_actions([action.stored() for action in item.actions])
        row.after, row.staff_id = item.after.value, None
        row.scope, row.team_id = await _scope(session, item.team)
        session.add(row)
        await session.flush()

    async def remove(self, session: AsyncSession, key: str) -> None:
        await session.exec(delete(Macro).where(col(Macro.key) == key))

    def refers(self, item: MacroItem) -> Iterable[tuple[str, str]]:
        if item.team:
            yield "teams", item.team
        for action in item.actions:
            if action.do in _TO and action.to not in _ANYBODY:
                yield _TO[action.do], action.to or ""


class Replies(Section):
    """Canned replies by what is typed after the slash."""

    name: ClassVar[str] = "replies"
    item = ReplyItem
    role = Role.SUPERVISOR
    key_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

    async def load(self, session: AsyncSession) -> dict[str, ReplyItem]:
        teams, categories = reverse(await ids_of(session, Team)), reverse(await ids_of(session, Category))
        rows = (await session.exec(select(CannedReply).where(col(CannedReply.scope) != Scope.OWN))).all()
        return {
            row.shortcut: ReplyItem(
                title_zh=row.title_zh,
                title_en=row.title_en,
                active=row.active,
                team=teams.get(row.team_id or 0),
                category=categories.get(row.category_id or 0),
                body_zh=row.body_zh,
                body_en=row.body_en,
            )
            for row in rows
        }

    async def save(self, hand: Hand, key: str, item: ReplyItem) -> None:
        session = hand.session
        row = (await session.exec(select(CannedReply).where(CannedReply.shortcut == key))).one_or_none()
        row = row or CannedReply(shortcut=key, title_zh="", body_zh="")
        row.title_zh, row.title_en, row.active = item.title_zh, item.title_en, item.active
        row.body_zh, row.body_en, row.staff_id = item.body_zh, item.body_en, None
        row.category_id = (await ids_of(session, Category))[item.category] if item.category else None
        row.scope, row.team_id = await _scope(session, item.team)
        session.add(row)
        await session.flush()

    async def remove(self, session: AsyncSession, key: str) -> None:
        await session.exec(delete(CannedReply).where(col(CannedReply.shortcut) == key))

    def refers(self, item: ReplyItem) -> Iterable[tuple[str, str]]:
        if item.team:
            yield "teams", item.team
        if item.category:
            yield "categories", item.category


async def _scope(session: AsyncSession, team: str | None) -> tuple[str, int | None]:
    return (Scope.TEAM, (await ids_of(session, Team))[team]) if team else (Scope.ALL, None)
