"""What tickets are about: a tree in the order people see it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

from pydantic import Field
from sqlmodel import select

from kit.db import AsyncSession
from tickets.config.section import Hand, Item, Misfit, Section, ids_of, keys_used, reverse
from tickets.config.values import CategoryName, Line, TeamName, Title, Urgency, Words
from tickets.desk.models import Category, Team
from tickets.models import Ticket, TicketEvent
from tickets.stages import Priority


class CategoryItem(Item):
    """A category; texts have a step or a material a line."""

    name_zh: Title
    name_en: Title
    active: bool = True
    parent: CategoryName | None = None
    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    team: TeamName | None = None
    priority: Urgency = Priority.NORMAL
    skill: Line | None = None
    materials_zh: Words = ""
    materials_en: Words = ""
    checklist_zh: Words = ""
    checklist_en: Words = ""


class Categories(Section):
    """Categories; one that tickets were filed under is closed instead of deleted."""

    name: ClassVar[str] = "categories"
    item = CategoryItem

    async def load(self, session: AsyncSession) -> dict[str, CategoryItem]:
        teams = reverse(await ids_of(session, Team))
        rows = (await session.exec(select(Category))).all()
        keys = {row.id: row.key for row in rows}
        return {
            row.key: CategoryItem(
                parent=keys.get(row.parent_id or 0),
                team=teams.get(row.team_id or 0),
                skill=row.skill,
                **{name: getattr(row, name) for name in _SAME},
            )
            for row in rows
        }

    async def save(self, hand: Hand, key: str, item: CategoryItem) -> None:
        session = hand.session
        row = (await session.exec(select(Category).where(Category.key == key))).one_or_none()
        row = row or Category(key=key, name_zh="", name_en="")
        categories, teams = await ids_of(session, Category), await ids_of(session, Team)
        row.sqlmodel_update({name: getattr(item, name) for name in _SAME})
        row.parent_id = categories[item.parent] if item.parent else None
        row.team_id = teams[item.team] if item.team else None
        row.skill = item.skill or None
        session.add(row)
        await session.flush()

    async def remove(self, session: AsyncSession, key: str) -> None:
        await session.delete((await session.exec(select(Category).where(Category.key == key))).one())
        await session.flush()

    async def used(self, session: AsyncSession) -> set[str]:
        return await keys_used(session, Category, "key", Ticket.category_id, TicketEvent.category_id)

    def refers(self, item: CategoryItem) -> Iterable[tuple[str, str]]:
        if item.team:
            yield "teams", item.team
        if item.parent:
            yield "categories", item.parent

    def misfits(self, items: Mapping[str, CategoryItem]) -> Iterable[Misfit]:
        for key in items:
            if _goes_round(items, key):
                yield Misfit(key, "parent", "circle")

    def arranged(self, items: Mapping[str, CategoryItem]) -> list[str]:
        children: dict[str | None, list[str]] = {}
        for key, item in items.items():
            children.setdefault(item.parent if item.parent in items else None, []).append(key)
        return list(_below(children, None, items))


_SAME = (
    "name_zh",
    "name_en",
    "active",
    "position",
    "priority",
    "materials_zh",
    "materials_en",
    "checklist_zh",
    "checklist_en",
)


def _goes_round(items: Mapping[str, CategoryItem], key: str) -> bool:
    seen = {key}
    parent = items[key].parent
    while parent is not None and parent in items:
        if parent in seen:
            return True
        seen.add(parent)
        parent = items[parent].parent
    return False


def _below(
    children: Mapping[str | None, list[str]], parent: str | None, items: Mapping[str, CategoryItem]
) -> Iterable[str]:
    for key in sorted(children.get(parent, []), key=lambda one: (items[one].position, one)):
        yield key
        yield from _below(children, key, items)
