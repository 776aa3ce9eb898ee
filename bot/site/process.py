"""How matters are handled, read from the configuration in force: never a copy kept by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from kit.db import AsyncSession
from kit.i18n import Locale
from tickets.desk.models import Category, Team
from tickets.sla.hours import general_hours
from tickets.sla.policies import Target
from tickets.sla.service import targets
from tickets.stages import Priority

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Topic:
    """Something we accept, and what to have at hand for it."""

    name: str
    team: str
    priority: int
    materials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A root of the category tree with everything below it."""

    name: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """The public rules; ``first_reply_h`` is what everybody is promised, whatever it is about."""

    sections: tuple[Section, ...]
    targets: tuple[Target, ...]
    first_reply_h: int
    regional: tuple[str, ...]
    #: How the hours are counted, in words; nothing when they run around the clock.
    hours: str


async def read_process(session: AsyncSession, locale: Locale) -> Process:
    """The configuration as it is now."""
    rows = (await session.exec(select(Category).order_by(col(Category.position), col(Category.id)))).all()
    all_teams = (await session.exec(select(Team).order_by(col(Team.id)))).all()
    teams = {team.id: _name(team, locale) for team in all_teams}
    in_force = await read_targets(session)
    return Process(
        sections=tuple(_sections(rows, teams, locale)),
        targets=in_force,
        first_reply_h=first_reply_hours(in_force),
        regional=tuple(_name(team, locale) for team in all_teams if team.region),
        hours=await general_hours(session, locale),
    )


async def read_targets(session: AsyncSession) -> tuple[Target, ...]:
    """By priority, the most urgent first."""
    stored = await targets(session)
    return tuple(stored[priority] for priority in sorted(stored) if priority in set(Priority))


def first_reply_hours(in_force: Sequence[Target]) -> int:
    """The slowest of the targets in whole hours, rounded up: a promise that holds for every matter."""
    return max(
        (-(-target.first_reply_s // _HOUR) for target in in_force if target.first_reply_s is not None), default=0
    )


def _sections(rows: Sequence[Category], teams: dict[int, str], locale: Locale) -> Iterator[Section]:
    for root in (row for row in rows if row.parent_id is None):
        leaves = list(_leaves(root, rows))
        topics = (_topic(leaf, teams, locale) for leaf in leaves)
        yield Section(_name(root, locale), tuple(topics))


def _leaves(node: Category, rows: Sequence[Category]) -> Iterator[Category]:
    children = [row for row in rows if row.parent_id == node.id]
    if not children:
        yield node
    for child in children:
        yield from _leaves(child, rows)


def _topic(leaf: Category, teams: dict[int, str], locale: Locale) -> Topic:
    materials = leaf.materials_zh if locale == "zh" else leaf.materials_en
    return Topic(
        name=_name(leaf, locale),
        team=teams.get(leaf.team_id, "") if leaf.team_id else "",
        priority=leaf.priority,
        materials=tuple(line.strip() for line in materials.splitlines() if line.strip()),
    )


def _name(row: Category | Team, locale: Locale) -> str:
    return row.name_zh if locale == "zh" else row.name_en
