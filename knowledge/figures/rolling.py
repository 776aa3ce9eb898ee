"""Count the log of answers day by day, so that no page has to sum it up."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, insert
from sqlalchemy import select as core_select
from sqlmodel import case, col, delete, func, select

from kit.db import AsyncSession
from knowledge.figures.models import NAMES, ArticleDay
from knowledge.models import AnswerLog, ArticleFeedback

#: A day is counted once it is over for so long: by then is known after which answers a ticket came.
SETTLED_AFTER = timedelta(days=1)
#: Days are counted again for so long: people say later whether an answer helped.
SPOKEN_WITHIN = timedelta(days=7)
#: How far back counting begins.
SPAN_DAYS = 91
_DAYS_AT_ONCE = 14


async def uncounted_from(session: AsyncSession) -> datetime | None:
    """The moment from which only the log knows; nothing where no day is counted."""
    last = await _last_counted(session)
    return None if last is None else _midnight(last + timedelta(days=1))


async def roll_up(session: AsyncSession, now: datetime) -> int:
    """Count what is due, and the latest days again; return how many days that were. Mostly there is nothing to do."""
    newest = (now.astimezone(UTC) - SETTLED_AFTER).date() - timedelta(days=1)
    last = await _last_counted(session)
    if last is not None and last >= newest:
        return 0
    first = newest - timedelta(days=SPAN_DAYS) if last is None else last + timedelta(days=1) - SPOKEN_WITHIN
    until = min(newest, first + timedelta(days=_DAYS_AT_ONCE - 1))
    await session.exec(delete(ArticleDay).where(col(ArticleDay.day) >= first, col(ArticleDay.day) <= until))
    read = await _read_pages(session, _midnight(first), _midnight(until + timedelta(days=1)))
    days = [first + timedelta(days=number) for number in range((until - first).days + 1)]
    for day in days:
        counted = await _answers(session, day)
        for slug, more in read[day].items():
            counted[slug] += more
        rows = [
            {"slug": slug, "day": day, **{name: counts[name] for name in NAMES}} for slug, counts in counted.items()
        ]
        await session.execute(insert(ArticleDay), [{"slug": "", "day": day, **dict.fromkeys(NAMES, 0)}, *rows])
    return len(days)


async def _last_counted(session: AsyncSession) -> date | None:
    return (await session.exec(select(func.max(ArticleDay.day)).where(ArticleDay.slug == ""))).one()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


async def _answers(session: AsyncSession, day: date) -> dict[str, Counter[str]]:
    given = (
        core_select(
            col(AnswerLog.slug),
            func.count(),
            how_many(col(AnswerLog.helped).is_(True)),
            how_many(col(AnswerLog.helped).is_(False)),
            how_many(col(AnswerLog.led_to_ticket).is_(True)),
        )
        .where(
            col(AnswerLog.at) >= _midnight(day),
            col(AnswerLog.at) < _midnight(day + timedelta(days=1)),
            col(AnswerLog.slug).is_not(None),
        )
        .group_by(col(AnswerLog.slug))
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for slug, *counts in (await session.execute(given)).all():
        found[str(slug)] = Counter(dict(zip(NAMES, counts, strict=True)))
    return found


async def _read_pages(session: AsyncSession, since: datetime, until: datetime) -> dict[date, dict[str, Counter[str]]]:
    """What readers said on the pages themselves; there are few of them."""
    said = select(ArticleFeedback.slug, ArticleFeedback.helped, ArticleFeedback.at).where(
        ArticleFeedback.at >= since, ArticleFeedback.at < until
    )
    found: dict[date, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for slug, helped, at in (await session.exec(said)).all():
        found[at.astimezone(UTC).date()][slug]["helped" if helped else "unhelpful"] += 1
    return found


def how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
