"""Teach the classifier of tickets: what the knowledge base knows to be about a category goes to the desk."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from bot.dialogue.categories import OTHER, category_of
from kit.db import AsyncSession
from kit.ground import Ground
from kit.log import log
from knowledge.models import Article, ArticleText, Question
from tickets.routing.learning import last_trained, retrain
from tickets.routing.training import Trained

_MOST_QUESTIONS = 5000
#: The hours of the night in which nobody minds some seconds of work.
_NIGHT = range(2, 5)
_A_NIGHT = timedelta(hours=6)


async def learn_if_due(ground: Ground) -> Trained | None:
    """Once a night, and at once while nothing was learnt yet."""
    now = ground.clock.now()
    async with ground.db.reading() as session:
        last = await last_trained(session)
    if last is not None and (not _is_night(now, ground.settings.time_zone) or now - last < _A_NIGHT):
        return None
    return await learn(ground)


async def learn(ground: Ground) -> Trained | None:
    """From all past tickets and articles; nothing when there is nothing to tell apart."""
    async with ground.db.reading() as session:
        seeds = await known_texts(session)
    trained = await retrain(ground.db, ground.clock.now(), seeds)
    if trained is not None:
        log.info("classifier trained", examples=trained.examples, accuracy=trained.accuracy)
    return trained


async def known_texts(session: AsyncSession) -> list[tuple[str, str]]:
    """Titles and ways to ask, with the keys of the categories they belong to."""
    titles = select(ArticleText.title, Article.component).join(Article)
    questions = select(Question.text, Article.component).join(Article).order_by(col(Question.id)).limit(_MOST_QUESTIONS)
    rows = [*(await session.exec(titles)).all(), *(await session.exec(questions)).all()]
    return [(text, key) for text, component in rows if (key := category_of(component)) != OTHER]


def _is_night(now: datetime, zone: str) -> bool:
    return now.astimezone(ZoneInfo(zone)).hour in _NIGHT
