"""Answers that were given, and talks in which they were."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import Locale
from knowledge.answers import log_answer
from knowledge.models import AnswerLog
from knowledge.quality.talks import Line


async def answered(
    ground: Ground,
    reference: str,
    question: str = "打印不出来",
    *,
    outcome: str = "answer",
    slug: str | None = "fix-print",
    locale: Locale = "zh",
    ago: timedelta = timedelta(days=1),
) -> int:
    """One question and what was given, some time before now; its number."""
    async with ground.db.transaction() as session:
        await log_answer(
            session,
            ground.clock.now() - ago,
            reference=reference,
            locale=locale,
            question=question,
            outcome=outcome,
            slug=None if outcome == "abstain" else slug,
            confidence=0.8,
            candidates=[{"slug": "fix-print", "score": 1.2}, {"slug": "fix-login", "score": 0.7}],
        )
        newest = select(AnswerLog.id).order_by(col(AnswerLog.id).desc()).limit(1)
        return (await session.exec(newest)).one()


class SpokenTalks:
    """What the desk tells of talks, made up: the name 王会计 is somebody's."""

    def channel_of(self, reference: str) -> str:
        channel, found, _ = reference.partition(":")
        return channel if found else ""

    def mask(self, text: str, locale: Locale) -> str:
        return text.replace("王会计", "〔人名〕" if locale == "zh" else "[name]")

    async def read(
        self, _session: AsyncSession, references: Sequence[tuple[str, datetime, datetime]]
    ) -> list[list[Line]]:
        return [
            [Line("customer", f"{reference} 打印不出来", since), Line("bot", "先看打印机有没有连上。", until)]
            for reference, since, until in references
        ]
