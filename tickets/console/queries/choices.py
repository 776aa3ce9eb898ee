"""What the filters and the bulk actions of the queue offer."""

from dataclasses import dataclass

from sqlmodel import col, select

from kit.access.models import Staff
from kit.db import AsyncSession
from tickets.console.queries.desk import assignable, categories, teams
from tickets.desk.models import Category, Team
from tickets.models import Tag

_MOST_TAGS = 200


@dataclass(frozen=True)
class Offered:
    """All there is to choose from."""

    teams: list[Team]
    categories: list[Category]
    people: list[Staff]
    tags: list[str]


async def offered(session: AsyncSession) -> Offered:
    tags = select(Tag.name).order_by(col(Tag.name)).limit(_MOST_TAGS)
    return Offered(
        await teams(session),
        await categories(session),
        await assignable(session),
        list((await session.exec(tags)).all()),
    )
