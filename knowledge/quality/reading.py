"""What the pages of the quality desk ask the database for; one statement for a list, whatever its length."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, func, select

from kit.db import AsyncSession
from knowledge.labelled.models import LabelledQuestion
from knowledge.quality.errors import QualityNotFoundError
from knowledge.quality.models import QualityItem, QualitySample, QualityScore
from knowledge.quality.sampling import LARGEST

PAGE = 20


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample and how far it has come."""

    sample: QualitySample
    scored: int
    mean: int | None


async def samples(session: AsyncSession, *, before: int | None) -> tuple[list[SampleRow], int | None]:
    """Newest first, and before which number the rest begins."""
    newest = select(QualitySample).order_by(col(QualitySample.id).desc()).limit(PAGE + 1)
    if before is not None:
        newest = newest.where(col(QualitySample.id) < before)
    found = (await session.exec(newest)).all()
    shown = found[:PAGE]
    scored = (
        select(QualityItem.sample_id, func.count(func.distinct(QualityItem.id)), func.avg(QualityScore.total))
        .join(QualityScore, col(QualityScore.item_id) == col(QualityItem.id))
        .where(col(QualityItem.sample_id).in_([one.id for one in shown]))
        .group_by(col(QualityItem.sample_id))
    )
    state = {sample_id: (count, mean) for sample_id, count, mean in (await session.exec(scored)).all()}
    rows = [SampleRow(one, *_state(state.get(one.id))) for one in shown]
    return rows, shown[-1].id if len(found) > PAGE else None


def _state(found: tuple[int, float | None] | None) -> tuple[int, int | None]:
    count, mean = found or (0, None)
    return count, None if mean is None else round(mean)


async def items_of(session: AsyncSession, sample_id: int) -> Sequence[QualityItem]:
    """The talks in the order in which they were held; a sample has a largest size."""
    mine = select(QualityItem).where(QualityItem.sample_id == sample_id).order_by(col(QualityItem.id)).limit(LARGEST)
    return (await session.exec(mine)).all()


async def next_unscored(session: AsyncSession, item: QualityItem, scorer_id: int) -> int | None:
    """The next talk of the sample that this person has not scored, after this one and then from the top."""
    mine = select(QualityScore.item_id).where(QualityScore.scorer_id == scorer_id)
    rest = (
        select(QualityItem.id)
        .where(QualityItem.sample_id == item.sample_id, col(QualityItem.id).not_in(mine), QualityItem.id != item.id)
        .order_by(col(QualityItem.id) < item.id, col(QualityItem.id))
        .limit(1)
    )
    return (await session.exec(rest)).first()


async def labels_of(session: AsyncSession, answer_ids: Sequence[int]) -> dict[int, LabelledQuestion]:
    """What was said of these answers."""
    said = select(LabelledQuestion).where(col(LabelledQuestion.answer_id).in_(answer_ids))
    return {one.answer_id or 0: one for one in (await session.exec(said)).all()}


async def labels(
    session: AsyncSession, *, before: int | None, slug: str = ""
) -> tuple[Sequence[LabelledQuestion], int | None]:
    """Newest first, all or those of one article, and before which number the rest begins."""
    newest = select(LabelledQuestion).order_by(col(LabelledQuestion.id).desc()).limit(PAGE + 1)
    if before is not None:
        newest = newest.where(col(LabelledQuestion.id) < before)
    if slug:
        newest = newest.where(LabelledQuestion.slug == slug)
    found = (await session.exec(newest)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


async def label_of(session: AsyncSession, label_id: int) -> LabelledQuestion:
    row = await session.get(LabelledQuestion, label_id)
    if row is None:
        raise QualityNotFoundError
    return row
