"""A sample as a table for a reviewer outside: the talks, the marks and what was put right, of nobody by name."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sqlmodel import and_, col, or_, select

from kit.db import AsyncSession
from kit.i18n import Locale, translate
from kit.sheets import Cell
from knowledge.labelled.models import LabelledQuestion
from knowledge.models import AnswerLog
from knowledge.quality.models import QualityItem, QualitySample, QualityScore
from knowledge.quality.reading import items_of
from knowledge.quality.scoring import scores_of
from knowledge.quality.sheet import Criterion, criteria_of
from knowledge.quality.talks import Line, Talks

_AT_ONCE = 100
_FACTS = ("talk", "channel", "locale", "outcome", "began", "question", "said")


async def table_of(
    session: AsyncSession, sample: QualitySample, talks: Talks, locale: Locale, zone: ZoneInfo
) -> tuple[list[str], list[list[Cell]]]:
    """Headings, and a row for every score; a talk nobody scored has one without."""
    items = await items_of(session, sample.id)
    criteria = criteria_of(sample.criteria)
    scores = await scores_of(session, [item.id for item in items])
    rows: list[list[Cell]] = []
    for start in range(0, len(items), _AT_ONCE):
        part = items[start : start + _AT_ONCE]
        spoken = await talks.read(session, [(item.reference, item.began_at, item.ended_at) for item in part])
        corrected = await _corrections(session, part)
        for item, lines in zip(part, spoken, strict=True):
            facts = _facts(item, lines, locale, zone)
            for number, score in enumerate(scores[item.id] or [None], 1):
                rows.append([*facts, *_marks(criteria, score, number, locale), corrected.get(item.id, "")])
    heads = [translate(f"quality.column.{name}", locale) for name in _FACTS]
    texts = [criterion.text(locale) for criterion in criteria]
    rest = [translate(f"quality.column.{name}", locale) for name in ("scorer", "total", "remark", "corrected")]
    return [*heads, rest[0], *texts, *rest[1:]], rows


def _facts(item: QualityItem, lines: Sequence[Line], locale: Locale, zone: ZoneInfo) -> list[Cell]:
    said = "\n".join(f"{translate(f'quality.voice.{line.voice}', locale)}: {line.text}" for line in lines)
    began = item.began_at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    outcome = translate(f"quality.outcome.{item.outcome}", locale)
    return [item.id, item.channel, item.locale, outcome, began, item.question, said]


def _marks(criteria: Sequence[Criterion], score: QualityScore | None, number: int, locale: Locale) -> Iterator[Cell]:
    """Scorers are numbered: whoever looks from outside is to judge the scores, not the people."""
    if score is None:
        yield from (None for _ in range(len(criteria) + 3))
        return
    yield number
    for one in criteria:
        yield translate(f"quality.mark.{score.marks[one.key]}", locale)
    yield score.total
    yield score.remark


async def _corrections(session: AsyncSession, items: Sequence[QualityItem]) -> dict[int, str]:
    """What would have answered, by talk."""
    inside = [
        and_(
            col(AnswerLog.reference) == item.reference,
            col(AnswerLog.id).between(item.first_answer_id, item.last_answer_id),
        )
        for item in items
    ]
    said = (
        select(AnswerLog.reference, AnswerLog.id, LabelledQuestion)
        .join(LabelledQuestion, col(LabelledQuestion.answer_id) == col(AnswerLog.id))
        .where(or_(*inside))
        .order_by(col(AnswerLog.id))
    )
    found: dict[int, list[str]] = {}
    for reference, answer_id, one in (await session.exec(said)).all():
        for item in items:
            if item.reference == reference and item.first_answer_id <= answer_id <= item.last_answer_id:
                found.setdefault(item.id, []).append(f"{one.question} → {one.slug or '—'} {one.wording}".strip())
    return {item_id: "\n".join(lines) for item_id, lines in found.items()}
