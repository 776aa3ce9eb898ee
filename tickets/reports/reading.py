"""Adding up the hours of a period: a handful of sums, however many tickets there were."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col

from kit.db import AsyncSession
from tickets.reports.counting import Measure
from tickets.reports.figures import Figures
from tickets.reports.models import ReportHour
from tickets.reports.periods import Period


class Dimension(StrEnum):
    """By what a report is broken down; each has a text ``report.by.<dimension>``."""

    TEAM = "team"
    PERSON = "person"
    CATEGORY = "category"
    CHANNEL = "channel"
    REGION = "region"


_COLUMNS = {
    Dimension.TEAM: col(ReportHour.team_id),
    Dimension.PERSON: col(ReportHour.assignee_id),
    Dimension.CATEGORY: col(ReportHour.category_id),
    Dimension.CHANNEL: col(ReportHour.channel),
    Dimension.REGION: col(ReportHour.region),
}
#: What a place of the desk is called: an id, a name, or nothing where it is unknown.
Key = int | str
_CURVED = (Measure.OPENED, Measure.RESOLUTION, Measure.BACKLOG, Measure.FIRST_REPLY, Measure.FIRST_REPLY_WORKING)
_SUMS = (
    col(ReportHour.measure),
    col(ReportHour.bucket),
    func.sum(col(ReportHour.n)),
    func.sum(col(ReportHour.total)),
)


_WORKING = (Measure.FIRST_REPLY_WORKING, Measure.RESOLUTION_WORKING)


async def sum_up(session: AsyncSession, period: Period, *, assignee_id: int | None, working: bool) -> Figures:
    """Everything of a period, of the whole desk or of one person."""
    query = _within(select(*_SUMS), period, assignee_id).where(_shown(working))
    figures = Figures(working)
    grouped = query.group_by(col(ReportHour.measure), col(ReportHour.bucket))
    for measure, bucket, n, total in (await session.execute(grouped)).all():
        figures.add(measure, bucket, n, int(total))
    return figures


async def break_down(
    session: AsyncSession, period: Period, by: Dimension, *, assignee_id: int | None, working: bool
) -> dict[Key, Figures]:
    """The same, for each team, person, category, channel or region apart."""
    column: Any = _COLUMNS[by]
    query = _within(select(column, *_SUMS), period, assignee_id).where(_shown(working))
    grouped = query.group_by(column, col(ReportHour.measure), col(ReportHour.bucket))
    found: dict[Key, Figures] = defaultdict(lambda: Figures(working))
    for key, measure, bucket, n, total in (await session.execute(grouped)).all():
        found[key].add(measure, bucket, n, int(total))
    return found


async def curve(
    session: AsyncSession, period: Period, *, assignee_id: int | None, working: bool
) -> dict[datetime, Figures]:
    """What is drawn over time, for each point of the period."""
    query = _within(select(col(ReportHour.hour), *_SUMS), period, assignee_id)
    grouped = query.where(col(ReportHour.measure).in_(_CURVED), _shown(working)).group_by(
        col(ReportHour.hour), col(ReportHour.measure), col(ReportHour.bucket)
    )
    points = {point: Figures(working) for point in period.points()}
    for hour, measure, bucket, n, total in (await session.execute(grouped)).all():
        points.setdefault(period.point_of(hour), Figures(working)).add(measure, bucket, n, int(total))
    return points


async def backlog_at(
    session: AsyncSession, moment: datetime, by: Dimension, *, assignee_id: int | None
) -> dict[Key, int]:
    """How many tickets still waited for a solution then, for each place apart."""
    column: Any = _COLUMNS[by]
    query = select(column, func.sum(col(ReportHour.n))).where(
        col(ReportHour.measure) == Measure.BACKLOG, col(ReportHour.hour) < moment, *_of(assignee_id)
    )
    return {key: left for key, left in (await session.execute(query.group_by(column))).all() if left}


async def opened_by_hour(session: AsyncSession, spans: Iterable[tuple[datetime, datetime]]) -> dict[datetime, int]:
    """How many tickets were opened in each hour of some spans of time."""
    found: dict[datetime, int] = {}
    for begin, end in spans:
        query = select(col(ReportHour.hour), func.sum(col(ReportHour.n))).where(
            col(ReportHour.measure) == Measure.OPENED, col(ReportHour.hour) >= begin, col(ReportHour.hour) < end
        )
        found |= dict((await session.execute(query.group_by(col(ReportHour.hour)))).all())
    return found


def _within(query: Select[*tuple[Any, ...]], period: Period, assignee_id: int | None) -> Any:
    return query.where(col(ReportHour.hour) >= period.begin, col(ReportHour.hour) < period.end, *_of(assignee_id))


def _shown(working: bool) -> ColumnElement[bool]:  # noqa: FBT001 - private; which of two ways to count time.
    """Times are kept in both ways, and one of them is read."""
    # The calendar lengths of solutions count the solutions too.
    other = (Measure.FIRST_REPLY,) if working else _WORKING
    return col(ReportHour.measure).not_in(other)


def _of(assignee_id: int | None) -> list[ColumnElement[bool]]:
    return [] if assignee_id is None else [col(ReportHour.assignee_id) == assignee_id]
