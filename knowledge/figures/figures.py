"""Per article: how often it was given, whether it helped, and how often a ticket followed all the same."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select as core_select
from sqlmodel import col, func, select, update

from kit.db import AsyncSession
from knowledge.figures.models import NAMES, ArticleDay
from knowledge.figures.rolling import how_many, uncounted_from
from knowledge.models import AnswerLog, Article, ArticleFeedback
from knowledge.versions.models import ArticleRedirect

#: Older answers say little about what an article says today.
SPAN = timedelta(days=90)
#: Within which a ticket is one the article did not spare.
FOLLOWED_WITHIN = timedelta(hours=1)
_AT_ONCE = 500
#: From references and when each was answered to those in which a ticket was opened soon after.
Followed = Callable[[AsyncSession, Collection[tuple[str, datetime]], timedelta], Awaitable[set[tuple[str, datetime]]]]


@dataclass(frozen=True)
class Figures:
    """Of the last :data:`SPAN`."""

    shown: int = 0
    helped: int = 0
    unhelpful: int = 0
    tickets: int = 0

    @property
    def help_rate(self) -> int | None:
        """Of those who said anything, the percentage that was helped."""
        said = self.helped + self.unhelpful
        return round(100 * self.helped / said) if said else None


async def figures_of(session: AsyncSession, now: datetime, articles: Iterable[Article]) -> dict[int, Figures]:
    """By article; answers given under a former address count too.

    Only of the days that are not counted yet the log is read.
    """
    owners = {article.slug: article.id for article in articles}
    former = select(ArticleRedirect.slug, ArticleRedirect.article_id)
    renamed = await session.exec(former.where(col(ArticleRedirect.article_id).in_(owners.values())))
    owners |= dict(renamed.all())
    counts: Counter[tuple[int, str]] = Counter()
    begin = now - SPAN
    open_from = await uncounted_from(session) or begin
    for part in (
        await _counted(session, max(begin, open_from), owners),
        await _rolled(session, begin.date(), open_from.date(), owners),
    ):
        for slug, counted in part.items():
            for name, count in counted.items():
                counts[owners[slug], name] += count
    return {one: Figures(**{name: counts[one, name] for name in NAMES}) for one in owners.values()}


async def _rolled(session: AsyncSession, since: date, until: date, slugs: Collection[str]) -> dict[str, Counter[str]]:
    sums = (
        core_select(col(ArticleDay.slug), *(func.sum(getattr(ArticleDay, name)) for name in NAMES))
        .where(col(ArticleDay.slug).in_(slugs), col(ArticleDay.day) >= since, col(ArticleDay.day) < until)
        .group_by(col(ArticleDay.slug))
    )
    return {row[0]: Counter(dict(zip(NAMES, row[1:], strict=True))) for row in (await session.execute(sums)).all()}


async def _counted(session: AsyncSession, since: datetime, slugs: Collection[str]) -> Mapping[str, Counter[str]]:
    given = (
        core_select(
            col(AnswerLog.slug),
            func.count(),
            how_many(col(AnswerLog.helped).is_(True)),
            how_many(col(AnswerLog.helped).is_(False)),
            how_many(col(AnswerLog.led_to_ticket).is_(True)),
        )
        .where(col(AnswerLog.slug).in_(slugs), col(AnswerLog.at) >= since)
        .group_by(col(AnswerLog.slug))
    )
    read = (
        core_select(
            col(ArticleFeedback.slug),
            how_many(col(ArticleFeedback.helped).is_(True)),
            how_many(col(ArticleFeedback.helped).is_(False)),
        )
        .where(col(ArticleFeedback.slug).in_(slugs), col(ArticleFeedback.at) >= since)
        .group_by(col(ArticleFeedback.slug))
    )
    found: dict[str, Counter[str]] = {slug: Counter() for slug in slugs}
    for slug, shown, helped, unhelpful, tickets in (await session.execute(given)).all():
        found[str(slug)] += Counter(shown=shown, helped=helped, unhelpful=unhelpful, tickets=tickets)
    for slug, helped, unhelpful in (await session.execute(read)).all():
        found[slug] += Counter(helped=helped, unhelpful=unhelpful)
    return found


async def settle(session: AsyncSession, now: datetime, followed: Followed) -> int:
    """Note of answers that are old enough whether a ticket followed; return how many were looked at."""
    due = (
        select(AnswerLog)
        .where(
            col(AnswerLog.led_to_ticket).is_(None),
            col(AnswerLog.slug).is_not(None),
            AnswerLog.at <= now - FOLLOWED_WITHIN,
        )
        .order_by(col(AnswerLog.at))
        .limit(_AT_ONCE)
    )
    answers = (await session.exec(due)).all()
    led = await followed(session, {(one.reference, one.at) for one in answers}, FOLLOWED_WITHIN) if answers else set()
    for verdict in (True, False):
        ids = [one.id for one in answers if ((one.reference, one.at) in led) is verdict]
        if ids:
            await session.exec(update(AnswerLog).where(col(AnswerLog.id).in_(ids)).values(led_to_ticket=verdict))
    return len(answers)
