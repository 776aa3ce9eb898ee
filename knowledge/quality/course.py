"""How scores went, week by week, by channel and language."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from kit.db import AsyncSession
from knowledge.quality.models import QualityItem, QualityScore

WEEKS = 8
_MOST_SCORES = 20_000


@dataclass(frozen=True, slots=True)
class Course:
    """The mean of each week, oldest first, and of all; nothing for a week in which no talk was scored."""

    channel: str
    locale: str
    weeks: Sequence[int | None]
    mean: int
    scores: int


def weeks_until(today: date) -> list[date]:
    """The Mondays of the last weeks, oldest first."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]


async def courses(session: AsyncSession, now: datetime, zone: ZoneInfo) -> list[Course]:
    """By the week in which the talk was held."""
    mondays = weeks_until(now.astimezone(zone).date())
    since = datetime.combine(mondays[0], datetime.min.time(), zone)
    given = (
        select(QualityItem.channel, QualityItem.locale, QualityItem.began_at, QualityScore.total)
        .join(QualityScore, col(QualityScore.item_id) == col(QualityItem.id))
        .where(QualityItem.began_at >= since, col(QualityScore.at) >= since, col(QualityScore.total).is_not(None))
        .limit(_MOST_SCORES)
    )
    cells: dict[tuple[str, str], dict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
    for channel, locale, began, total in (await session.exec(given)).all():
        day = began.astimezone(zone).date()
        cells[channel, locale][day - timedelta(days=day.weekday())].append(total or 0)
    return [_course(*sort, weeks, mondays) for sort, weeks in sorted(cells.items())]


def _course(channel: str, locale: str, weeks: dict[date, list[int]], mondays: Sequence[date]) -> Course:
    everything = [total for totals in weeks.values() for total in totals]
    means = [_mean(weeks[monday]) if monday in weeks else None for monday in mondays]
    return Course(channel, locale, means, _mean(everything), len(everything))


def _mean(totals: Sequence[int]) -> int:
    return round(sum(totals) / len(totals))
