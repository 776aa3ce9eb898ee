"""Articles whose day has come: their owners are asked to look whether they still hold."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, or_, select, update

from kit.db import AsyncSession
from knowledge.models import Article
from knowledge.versions.models import ArticleState, ArticleVersion

_AT_ONCE = 200


@dataclass(frozen=True)
class Reminder:
    """One article for its owner to look at."""

    staff_id: int
    article_id: int
    title_zh: str
    title_en: str
    review_on: date


#: Tells the owners, in the transaction in which it is noted that they were told.
Tell = Callable[[AsyncSession, datetime, Sequence[Reminder]], Awaitable[None]]


async def remind(session: AsyncSession, now: datetime, today: date, tell: Tell) -> int:
    """Each owner is told once for each day they set; return how many were."""
    due = (
        select(Article, ArticleVersion)
        .join(ArticleVersion, col(ArticleVersion.id) == col(Article.current_id))
        .where(
            col(Article.review_on) <= today,
            col(Article.owner_id).is_not(None),
            Article.state == ArticleState.PUBLISHED,
            or_(col(Article.reminded_on).is_(None), col(Article.reminded_on) < col(Article.review_on)),
        )
        .order_by(col(Article.review_on), col(Article.id))
        .limit(_AT_ONCE)
    )
    rows = (await session.exec(due)).all()
    if not rows:
        return 0
    reminders = [
        Reminder(article.owner_id or 0, article.id, version.title_zh, version.title_en, article.review_on or today)
        for article, version in rows
    ]
    await tell(session, now, reminders)
    told = update(Article).where(col(Article.id).in_([article.id for article, _ in rows]))
    await session.exec(told.values(reminded_on=today))
    return len(reminders)
