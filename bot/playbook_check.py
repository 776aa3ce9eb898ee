"""What the editor of playbooks checks them against: it knows neither categories nor what the dialogue recognises."""

from sqlmodel import select

from bot.dialogue.diagnosing import CHECKS, KNOWN
from kit.db import AsyncSession
from knowledge.loader import COMPONENTS
from knowledge.models import Article
from knowledge.playbooks.checking import Surroundings
from knowledge.versions.models import ArticleState
from tickets.desk.models import Category


async def surroundings(session: AsyncSession) -> Surroundings:
    """What there is at this moment."""
    slugs = select(Article.slug).where(Article.state == ArticleState.PUBLISHED)
    return Surroundings(
        articles=frozenset((await session.exec(slugs)).all()),
        topics=frozenset(COMPONENTS),
        categories=frozenset((await session.exec(select(Category.key))).all()),
        checks=CHECKS,
        known=KNOWN,
    )
