"""What was asked and what became of it: the ground of the report on gaps."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import col, select, update

from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.models import AnswerLog

answer_table: Table = AnswerLog.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
_INSERT = insert(answer_table)


async def log_answer(
    session: AsyncSession,
    now: datetime,
    *,
    reference: str,
    locale: Locale,
    question: str,
    outcome: str,
    slug: str | None,
    confidence: float,
    candidates: list[dict[str, Any]],
) -> None:
    """One row. ``reference`` names the conversation or page it was asked in; ``slug`` is what was given."""
    row = {
        "reference": reference,
        "locale": locale,
        "question": question,
        "outcome": outcome,
        "slug": slug,
        "confidence": confidence,
        "candidates": candidates,
        "at": now,
    }
    await session.execute(_INSERT, row)


async def mark_helped(session: AsyncSession, reference: str, slug: str, *, helped: bool) -> bool:
    """The person's word on the last time ``slug`` was given there; False when it never was."""
    last = (
        select(AnswerLog.id)
        .where(AnswerLog.reference == reference, AnswerLog.slug == slug)
        .order_by(col(AnswerLog.id).desc())
        .limit(1)
    )
    answer_id = (await session.exec(last)).first()
    if answer_id is None:
        return False
    await session.exec(update(AnswerLog).where(col(AnswerLog.id) == answer_id).values(helped=helped))
    return True
