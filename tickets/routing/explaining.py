"""A dry run for whoever writes rules: what would become of a ticket, rule by rule."""

from dataclasses import dataclass, field

from kit.db import AsyncSession
from tickets.conditions import Traits
from tickets.routing.filing import Told
from tickets.routing.rules import Asked
from tickets.routing.service import Placement, placement_of
from tickets.routing.setup import CategoryInfo, TeamInfo, setup_of


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A ticket somebody makes up; ``category`` is its key, nothing leaves it to the classifier."""

    text: str
    category: str | None = None
    channel: str | None = None
    region: str | None = None
    language: str = "zh"
    component: str | None = None
    customer_tags: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What each active rule made of it, in order, and where it would be; nothing was written."""

    rules: tuple[Asked, ...]
    category: CategoryInfo | None
    team: TeamInfo | None
    placement: Placement


async def explain(session: AsyncSession, sample: Sample) -> Explanation:
    """What would happen to a ticket like this if it were opened now."""
    setup = await setup_of(session)
    traits = Traits(
        channel=sample.channel,
        region=sample.region,
        language=sample.language,
        component=sample.component,
        customer_tags=sample.customer_tags,
        text=sample.text,
    )
    placement = placement_of(setup, traits, Told(text=sample.text, category=sample.category))
    return Explanation(
        rules=placement.verdict.asked,
        category=setup.category(placement.category_id),
        team=setup.team(placement.team_id),
        placement=placement,
    )
