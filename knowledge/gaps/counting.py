"""What pages show of gaps, counted anew over all of them; and which come back, or are forgotten."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select as core_select
from sqlmodel import col, delete, select

from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.gaps.failing import Failure
from knowledge.gaps.meaning import Meaning
from knowledge.gaps.models import Gap, GapProgress, GapQuestion, GapState
from knowledge.gaps.ranking import WEEK, WEEKS, Asked, standing
from knowledge.gaps.remedies import Signs, remedy_of
from knowledge.models import AnswerLog

MOST_EXAMPLES = 8
#: More gaps than these nobody reads; of the others no examples are shown.
_TOLD = 300
#: A gap that was set aside comes back from so many more people on than it had then.
GROWN, GROWN_BY = 1.5, 3
_CHUNK = 500
#: What a gap is told by.
_NEWEST = 50
Mask = Callable[[str, Locale], str]


async def count_anew(session: AsyncSession, now: datetime, meaning: Meaning, mask: Mask) -> None:
    """Everything :class:`Gap` says about the last four weeks."""
    since = now - WEEKS * WEEK
    asked = core_select(
        col(GapQuestion.gap_id),
        col(GapQuestion.answer_id),
        col(GapQuestion.person),
        col(GapQuestion.at),
        col(GapQuestion.failure),
    ).where(col(GapQuestion.at) > since)
    questions: dict[int, list[tuple[int, Asked]]] = defaultdict(list)
    for gap_id, answer_id, person, at, failure in (await session.execute(asked)).all():
        questions[gap_id].append((answer_id, Asked(person, at, Failure(failure) if failure else None)))
    gaps = (await session.exec(select(Gap).order_by(col(Gap.id)))).all()
    for gap in gaps:
        _stand(gap, [one for _, one in questions[gap.id]], now)
        session.add(gap)
    ranked = sorted(gaps, key=lambda gap: (-gap.score, gap.id))[:_TOLD]
    told = [(gap, questions[gap.id]) for gap in ranked if questions[gap.id]]
    await _tell(session, told, meaning, mask)
    silent = [gap.id for gap in gaps if not questions[gap.id] and gap.article_id is None and not gap.aside_reason]
    for start in range(0, len(silent), _CHUNK):
        await session.exec(delete(Gap).where(col(Gap.id).in_(silent[start : start + _CHUNK])))
    progress = (await session.exec(select(GapProgress))).first() or GapProgress(id=1)
    progress.counted_at = now
    session.add(progress)


def _stand(gap: Gap, asked: Sequence[Asked], now: datetime) -> None:
    found = standing(asked, now, foreign=gap.foreign)
    gap.score, gap.people, gap.asked, gap.unhelped = found.score, found.people, found.asked, found.unhelped
    gap.weeks, gap.doubts = found.weeks, [str(doubt) for doubt in found.doubts]
    if gap.state == GapState.ASIDE and found.people >= gap.aside_people * GROWN + GROWN_BY:
        gap.state, gap.returned_at = GapState.OPEN, now


async def _tell(
    session: AsyncSession, told: Sequence[tuple[Gap, Sequence[tuple[int, Asked]]]], meaning: Meaning, mask: Mask
) -> None:
    """Examples and the likely remedy, from the newest questions that were not answered."""
    wanted = [(gap, _newest_failures(found)) for gap, found in told]
    answers = await _answers(session, [answer_id for _, failed in wanted for answer_id in failed])
    for gap, failed in wanted:
        own = [answers[answer_id] for answer_id in failed if answer_id in answers]
        gap.examples = _examples(own, meaning, mask)
        if own:
            gap.remedy, gap.reason, gap.near_slug = remedy_of(Signs.of(own, failed, meaning))
        session.add(gap)


def _newest_failures(found: Sequence[tuple[int, Asked]]) -> dict[int, Failure]:
    failed = sorted((answer_id, one.failure) for answer_id, one in found if one.failure)
    return dict(failed[-_NEWEST:])


async def _answers(session: AsyncSession, ids: Sequence[int]) -> dict[int, AnswerLog]:
    found: dict[int, AnswerLog] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = select(AnswerLog).where(col(AnswerLog.id).in_(ids[start : start + _CHUNK]))
        found |= {answer.id: answer for answer in (await session.exec(chunk)).all()}
    return found


def _examples(answers: Sequence[AnswerLog], meaning: Meaning, mask: Mask) -> list[dict[str, str]]:
    """What was asked most often first, then the most typical; no two that are nearly the same words."""
    times: Counter[str] = Counter(meaning.plain(answer.question) for answer in answers)
    first: dict[str, AnswerLog] = {}
    for answer in answers:
        first.setdefault(meaning.plain(answer.question), answer)
    ordered: Iterable[str] = sorted(first, key=lambda text: (-times[text], len(text), text))
    shown = [first[text] for text in ordered if text][:MOST_EXAMPLES]
    return [
        {"text": mask(one.question[:300], "en" if one.locale == "en" else "zh"), "locale": one.locale} for one in shown
    ]
