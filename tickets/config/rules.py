"""Routing rules, asked in their order."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import select

from kit.db import AsyncSession
from tickets.config.conditions import ConditionsItem, conditions_of
from tickets.config.section import Hand, Item, Section
from tickets.config.values import CategoryName, Line, Names, PersonName, TeamName, Title, Urgency
from tickets.routing.models import RoutingRule


class ActionsItem(BaseModel):
    """What a rule does; nothing where it leaves things as they are."""

    model_config = ConfigDict(extra="forbid")

    category: CategoryName | None = None
    team: TeamName | None = None
    priority: Urgency | None = None
    tags: Names = Field(default_factory=list)
    skill: Line | None = None
    assign: PersonName | None = None


class RuleItem(Item):
    """If a new ticket is like this, do that."""

    name: Title
    active: bool = True
    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    conditions: ConditionsItem = Field(default_factory=ConditionsItem)
    actions: ActionsItem = Field(default_factory=ActionsItem)
    stop: bool = False


class Rules(Section):
    """Nothing refers to a rule, so it can always go."""

    name: ClassVar[str] = "rules"
    item = RuleItem

    async def load(self, session: AsyncSession) -> dict[str, RuleItem]:
        return {row.key: _item(row) for row in (await session.exec(select(RoutingRule))).all()}

    async def save(self, hand: Hand, key: str, item: RuleItem) -> None:
        session = hand.session
        row = (await session.exec(select(RoutingRule).where(RoutingRule.key == key))).one_or_none()
        row = row or RoutingRule(key=key, name="", conditions={}, actions={})
        row.name, row.active, row.position, row.stop = item.name, item.active, item.position, item.stop
        row.conditions, row.actions = dict(item.conditions.stored()), _stored(item.actions)
        session.add(row)
        await session.flush()

    async def remove(self, session: AsyncSession, key: str) -> None:
        await session.delete((await session.exec(select(RoutingRule).where(RoutingRule.key == key))).one())
        await session.flush()

    def refers(self, item: RuleItem) -> Iterable[tuple[str, str]]:
        yield from item.conditions.refers()
        for section, key in (("categories", item.actions.category), ("teams", item.actions.team)):
            if key:
                yield section, key
        if item.actions.assign:
            yield "people", item.actions.assign


def _stored(actions: ActionsItem) -> dict[str, Any]:
    values = actions.model_dump()
    if actions.priority is not None:
        values["priority"] = int(actions.priority)
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _item(row: RoutingRule) -> RuleItem:
    fields = ActionsItem.model_fields
    return RuleItem(
        name=row.name,
        active=row.active,
        position=row.position,
        conditions=conditions_of(row.conditions),
        actions=ActionsItem(**{name: value for name, value in row.actions.items() if name in fields}),
        stop=row.stop,
    )
