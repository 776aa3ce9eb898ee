"""What the filters and the bulk actions of the queue offer."""

from dataclasses import dataclass

from sqlmodel import col, select

from kit.access.models import Staff
from kit.db import AsyncSession
from tickets.console.queries.desk import assignable, categories, teams
from tickets.desk.models import Category, Team
from tickets.models import Tag
from tickets.views.open_tickets import open_tickets

_MOST_TAGS = 200
_MOST_INCIDENTS = 30


@dataclass(frozen=True, kw_only=True)
class Offered:
    """All there is to choose from."""

    teams: list[Team]
    categories: list[Category]
    people: list[Staff]
    tags: list[str]
    #: What the open tickets had when they were last counted.
    regions: list[str]
    components: list[str]
    languages: list[str]
    incidents: list[int]


async def offered(session: AsyncSession) -> Offered:
    tags = select(Tag.name).order_by(col(Tag.name)).limit(_MOST_TAGS)
    desk = open_tickets(session)
    return Offered(
        teams=await teams(session),
        categories=await categories(session),
        people=await assignable(session),
        tags=list((await session.exec(tags)).all()),
        regions=desk.words("region"),
        components=desk.words("component"),
        languages=desk.words("locale"),
        incidents=desk.identities("incident_id")[: -_MOST_INCIDENTS - 1 : -1],
    )
