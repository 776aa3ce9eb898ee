"""What readers of an article say about it."""

from datetime import datetime

from sqlmodel import func, select

from kit.db import AsyncSession
from kit.i18n import Locale
from kit.text import clean_text
from knowledge.models import ArticleFeedback

MAX_COMMENT = 500


async def give_feedback(
    session: AsyncSession, now: datetime, *, slug: str, locale: Locale, helped: bool, comment: str = ""
) -> int:
    """Keep it and return its id, by which words can be added."""
    row = ArticleFeedback(slug=slug, locale=locale, helped=helped, comment=cut(comment), at=now)
    session.add(row)
    await session.flush()
    return row.id


def cut(comment: str) -> str:
    """Clean, and no longer than we keep."""
    return clean_text(comment)[:MAX_COMMENT]


async def helped_counts(session: AsyncSession, slug: str) -> tuple[int, int]:
    """How many readers said yes and how many said no."""
    counted = (
        select(ArticleFeedback.helped, func.count())
        .where(ArticleFeedback.slug == slug)
        .group_by(ArticleFeedback.helped)  # type: ignore[arg-type]  # A column at class level.
    )
    counts = dict((await session.exec(counted)).all())
    return counts.get(True, 0), counts.get(False, 0)
