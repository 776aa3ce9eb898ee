"""What routing goes by, kept in memory: a ticket is placed without asking for what seldom changes.

Whoever changes teams, categories or rules through the session makes every process read them again; after a bulk
statement say so by ``hint(session, CONFIG_CHANGED)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import Table, event, select
from sqlalchemy.orm import Session as CoreSession

from kit.bus import Bus, Listener
from kit.db import AsyncSession
from tickets.conditions import On
from tickets.desk.models import Assigning, Category, Team
from tickets.routing.classifier import Classifier
from tickets.routing.learning import LEARNT, newest_classifier
from tickets.routing.models import RoutingRule
from tickets.routing.rules import Actions, Rule

CONFIG_CHANGED = "config"
_TOPICS = frozenset({CONFIG_CHANGED, LEARNT})
_WATCHED = (Team, Category, RoutingRule)
_CHECKED = frozenset(On)

_team: Table = Team.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_category: Table = Category.__table__  # type: ignore[attr-defined]  # As above.
_rule: Table = RoutingRule.__table__  # type: ignore[attr-defined]  # As above.


@dataclass(frozen=True, kw_only=True)
class TeamInfo:
    """A team that may be given tickets."""

    id: int
    key: str
    names: Mapping[str, str]
    region: str | None
    by_load: bool
    return_after_s: int | None


@dataclass(frozen=True, kw_only=True)
class CategoryInfo:
    """A category, with the key of its team."""

    id: int
    key: str
    names: Mapping[str, str]
    team: str | None
    priority: int
    skill: str | None
    active: bool


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything at one moment; replaced as a whole."""

    teams: Mapping[str, TeamInfo]
    categories: Mapping[str, CategoryInfo]
    rules: tuple[Rule, ...]
    classifier: Classifier | None = field(repr=False)

    def team_of_region(self, region: str | None) -> TeamInfo | None:
        """The team of the person's region, if there is one."""
        return next((team for team in self.teams.values() if region and team.region == region), None)

    @property
    def general_team(self) -> TeamInfo | None:
        """The first takes whatever has no team of its own."""
        return next(iter(self.teams.values()), None)

    def team(self, team_id: int | None) -> TeamInfo | None:
        return next((team for team in self.teams.values() if team.id == team_id), None)

    def category(self, category_id: int | None) -> CategoryInfo | None:
        return next((one for one in self.categories.values() if one.id == category_id), None)


class _Kept:
    """The setup of one database as this process knows it."""

    def __init__(self, bus: Bus) -> None:
        self._changed: Listener = bus.subscribed(*_TOPICS)
        self._setup: Setup | None = None
        self._looks = 0

    async def get(self, session: AsyncSession) -> Setup:
        if self._changed.heard():
            self._setup = None
        if self._setup is not None:
            return self._setup
        self._looks += 1
        look = self._looks
        setup = await _read(session)
        if look == self._looks:
            # Whoever began to look later may know better.
            self._setup = setup
        return setup


_kept: WeakKeyDictionary[Bus, _Kept] = WeakKeyDictionary()


async def setup_of(session: AsyncSession) -> Setup:
    """The setup as it is now; who has just changed it sees that, and nobody else before the commit."""
    bus = cast("Bus | None", session.info.get("bus"))
    if bus is None or not _TOPICS.isdisjoint(session.info.get("topics", ())):
        return await _read(session)
    kept = _kept.get(bus)
    if kept is None:
        kept = _kept[bus] = _Kept(bus)
    return await kept.get(session)


@event.listens_for(CoreSession, "after_flush")
def _notice(session: CoreSession, _context: object) -> None:
    if any(isinstance(row, _WATCHED) for rows in (session.new, session.dirty, session.deleted) for row in rows):
        session.info.setdefault("topics", set()).add(CONFIG_CHANGED)


async def _read(session: AsyncSession) -> Setup:
    team_rows = (await session.execute(select(_team).where(_team.c.active).order_by(_team.c.id))).all()
    category_rows = (await session.execute(select(_category).order_by(_category.c.id))).all()
    rule_rows = (
        await session.execute(select(_rule).where(_rule.c.active).order_by(_rule.c.position, _rule.c.id))
    ).all()
    team_keys = {row.id: row.key for row in team_rows}
    categories = {
        row.key: CategoryInfo(
            id=row.id,
            key=row.key,
            names={"zh": row.name_zh, "en": row.name_en},
            team=team_keys.get(row.team_id),
            priority=row.priority,
            skill=row.skill,
            active=row.active,
        )
        for row in category_rows
    }
    return Setup(
        teams={
            row.key: TeamInfo(
                id=row.id,
                key=row.key,
                names={"zh": row.name_zh, "en": row.name_en},
                region=row.region,
                by_load=row.assigning == Assigning.BY_LOAD,
                return_after_s=row.return_after_s,
            )
            for row in team_rows
        },
        categories=categories,
        rules=tuple(
            Rule(
                key=row.key,
                name=row.name,
                conditions=row.conditions,
                actions=Actions.of(row.actions),
                stop=row.stop,
            )
            for row in rule_rows
            # A condition of a later version that nobody here can check is not met.
            if set(row.conditions) <= _CHECKED
        ),
        classifier=await newest_classifier(session),
    )
