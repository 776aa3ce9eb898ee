"""What the page of reports shows: sums of the counted hours, the names that go with them, and what people wrote."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as models

from kit.access.models import Staff
from kit.db import AsyncSession
from kit.settings import Locale
from tickets.console.views.people import named
from tickets.desk.models import Category, Team
from tickets.models import Ticket
from tickets.reports.figures import Figures
from tickets.reports.periods import Period
from tickets.reports.reading import Dimension, Key, backlog_at, break_down, curve, sum_up
from tickets.surveys.models import Survey

SHOWN_COMMENTS = 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which report somebody asked for; ``assignee_id``: only what one person did."""

    period: Period
    by: Dimension
    working: bool
    assignee_id: int | None


@dataclass(frozen=True)
class Comment:
    """What somebody wrote with their score."""

    ticket_id: int
    number: str
    score: int | None
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Report:
    """The numbers of a report."""

    whole: Figures
    before: Figures
    parts: Mapping[Key, Figures]
    curve: Mapping[datetime, Figures]
    #: At the beginning of the period, and for each part at its end.
    backlog: int
    backlogs: Mapping[Key, int]
    comments: list[Comment]


async def load_report(session: AsyncSession, asked: Asked) -> Report:
    """A handful of sums, however many tickets there were."""
    period, own, working = asked.period, asked.assignee_id, asked.working
    parts = await break_down(session, period, asked.by, assignee_id=own, working=working)
    backlogs = Counter(await backlog_at(session, period.begin, asked.by, assignee_id=own))
    return Report(
        whole=Figures.all_of(parts.values(), working=working),
        before=await sum_up(session, period.before, assignee_id=own, working=working),
        parts=parts,
        curve=await curve(session, period, assignee_id=own, working=working),
        backlog=sum(backlogs.values()),
        backlogs={
            key: backlogs[key] + parts[key].backlog if key in parts else backlogs[key] for key in {*backlogs, *parts}
        },
        comments=await _comments(session, period, own),
    )


async def names_of(session: AsyncSession, by: Dimension, keys: Iterable[Key], locale: Locale) -> dict[Key, str]:
    """What teams, people and categories are called; channels and regions are their own names."""
    wanted = [key for key in keys if isinstance(key, int) and key]
    if by is Dimension.PERSON:
        people = select(col(Staff.id), col(Staff.name)).where(col(Staff.id).in_(wanted))
        return {id_: name for id_, name in (await session.execute(people)).all() if id_ is not None}
    if by is Dimension.TEAM:
        teams = (await session.exec(models(Team).where(col(Team.id).in_(wanted)))).all()
        return {team.id: named(team, locale) or team.key for team in teams}
    if by is Dimension.CATEGORY:
        categories = (await session.exec(models(Category).where(col(Category.id).in_(wanted)))).all()
        return {category.id: named(category, locale) or category.key for category in categories}
    return {}


async def _comments(session: AsyncSession, period: Period, assignee_id: int | None) -> list[Comment]:
    query = (
        select(col(Ticket.id), col(Ticket.number), col(Survey.score), col(Survey.comment), col(Survey.asked_at))
        .join(Ticket, col(Ticket.id) == col(Survey.ticket_id))
        .where(col(Survey.asked_at) >= period.begin, col(Survey.asked_at) < period.end)
        .where(col(Survey.comment).is_not(None))
        .where(*([] if assignee_id is None else [col(Survey.assignee_id) == assignee_id]))
        .order_by(col(Survey.asked_at).desc())
        .limit(SHOWN_COMMENTS)
    )
    rows = (await session.execute(query)).all()
    return [Comment(id_, number, score, text or "", at) for id_, number, score, text, at in rows]
