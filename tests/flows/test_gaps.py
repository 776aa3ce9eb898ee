"""What customers asked becomes a gap of the people the desk knows."""

import asyncio
from datetime import timedelta

from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from bot.unanswered import follow_gaps
from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.answers import log_answer
from knowledge.articles import import_folder
from knowledge.gaps.models import Gap, GapQuestion
from knowledge.library import Library
from tests.support.public import make_article

ASKED = ("差额征税怎么开", "差额征税的发票怎么开", "差额征税怎么开 13812345678", "怎么开差额征税发票")


async def test_two_first_runs_at_once_take_every_question_in_once(ground: Ground, clock: FrozenClock) -> None:
    async with ground.db.transaction() as session:
        await import_folder(session, ground.clock.now(), [make_article()])
        for place, text in enumerate(ASKED):
            await log_answer(
                session,
                clock.now(),
                reference=f"p{place}",
                locale="zh",
                question=text,
                outcome="abstain",
                slug=None,
                confidence=0.0,
                candidates=[],
            )
    library = Library(ground.db, ground.clock, None)
    await library.open()
    clock.advance(hours=2)
    await asyncio.gather(follow_gaps(ground, library), follow_gaps(ground, library))
    async with ground.db.reading() as session:
        [gap] = (await session.exec(select(Gap))).all()
        questions = (await session.exec(select(GapQuestion))).all()
    assert (gap.people, len(questions)) == (len(ASKED), len(ASKED))
    assert "13812345678" not in repr(gap.examples)
    assert clock.now() - questions[0].at == timedelta(hours=2)
