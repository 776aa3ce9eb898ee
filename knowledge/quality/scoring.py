"""Score a talk, once per person; who scores second does so without knowing the first score."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from kit.audit import Author, Change, record
from kit.db import AsyncSession
from knowledge.models import AnswerLog
from knowledge.quality.errors import QualityNotFoundError
from knowledge.quality.models import QualityItem, QualitySample, QualityScore
from knowledge.quality.sheet import criteria_of, total_of

AUDIT_KIND = "quality_score"
REMARK_MAX = 1000


async def sample_of(session: AsyncSession, sample_id: int) -> QualitySample:
    sample = await session.get(QualitySample, sample_id)
    if sample is None:
        raise QualityNotFoundError
    return sample


async def item_of(session: AsyncSession, item_id: int) -> tuple[QualityItem, QualitySample]:
    found = select(QualityItem, QualitySample).join(QualitySample).where(QualityItem.id == item_id)
    row = (await session.exec(found)).first()
    if row is None:
        raise QualityNotFoundError
    return row


async def answers_of(session: AsyncSession, item: QualityItem) -> Sequence[AnswerLog]:
    """What was asked and answered in the talk, oldest first."""
    mine = (
        select(AnswerLog)
        .where(
            AnswerLog.reference == item.reference,
            AnswerLog.id >= item.first_answer_id,
            AnswerLog.id <= item.last_answer_id,
        )
        .order_by(col(AnswerLog.id))
        .limit(100)
    )
    return (await session.exec(mine)).all()


async def answer_of(session: AsyncSession, item: QualityItem, answer_id: int) -> AnswerLog:
    """One answer of this talk; raises QualityNotFoundError for one of another."""
    answer = await session.get(AnswerLog, answer_id)
    inside = item.first_answer_id <= answer_id <= item.last_answer_id
    if answer is None or answer.reference != item.reference or not inside:
        raise QualityNotFoundError
    return answer


async def score(
    session: AsyncSession, now: datetime, by: Author, item_id: int, *, marks: Mapping[str, str], remark: str
) -> QualityScore:
    """Keep this person's marks instead of their earlier ones; raises MarksMissingError."""
    _, sample = await item_of(session, item_id)
    criteria = criteria_of(sample.criteria)
    total = total_of(criteria, marks)
    mine = select(QualityScore).where(QualityScore.item_id == item_id, QualityScore.scorer_id == by.id)
    row = (await session.exec(mine.with_for_update())).first()
    before = None if row is None else {"marks": row.marks, "total": row.total}
    given = {one.key: marks[one.key] for one in criteria}
    values: dict[str, Any] = {
        "scorer": by.name,
        "marks": given,
        "total": total,
        "remark": remark[:REMARK_MAX],
        "at": now,
    }
    if row is None:
        row = QualityScore(item_id=item_id, scorer_id=by.id or 0, **values)
    else:
        row.sqlmodel_update(values)
    session.add(row)
    await session.flush()
    after = {"marks": row.marks, "total": total}
    await record(
        session, now, by, Change(action="scored", kind=AUDIT_KIND, key=str(item_id), before=before, after=after)
    )
    return row


async def scores_of(session: AsyncSession, item_ids: Sequence[int]) -> dict[int, list[QualityScore]]:
    """By talk, in the order of the scorers."""
    given = select(QualityScore).where(col(QualityScore.item_id).in_(item_ids)).order_by(col(QualityScore.scorer_id))
    found: dict[int, list[QualityScore]] = {item_id: [] for item_id in item_ids}
    for one in (await session.exec(given)).all():
        found[one.item_id].append(one)
    return found
