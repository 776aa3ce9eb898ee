"""Draw talks to be read: by chance, repeatably, some of every sort, none twice."""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlalchemy import select as core_select
from sqlmodel import case, col, func, select

from kit.audit import Author, Change, record, take_turn
from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.models import AnswerLog
from knowledge.quality.errors import NothingToSampleError, PeriodTooLongError, PeriodUnfitError
from knowledge.quality.models import QualityItem, QualitySample
from knowledge.quality.sheet import current_sheet
from knowledge.quality.talks import Talks

#: Of more than these nobody draws in one go: a shorter period says as much.
MOST_TALKS = 100_000
LARGEST = 500
AUDIT_KIND = "quality_sample"
#: The further down, the worse for the person.
_OUTCOMES = ("answer", "clarify", "abstain")
Sort = tuple[str, str, str]


class Candidate(NamedTuple):
    """A talk that may be drawn, and which answers of it."""

    reference: str
    first_answer_id: int
    last_answer_id: int
    began_at: datetime
    ended_at: datetime
    locale: str
    outcome: str
    channel: str

    @property
    def sort(self) -> Sort:
        return self.channel, self.locale, self.outcome


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which days, both included, and how many talks."""

    first: date
    last: date
    size: int
    seed: int


def draw(candidates: Sequence[Candidate], size: int, seed: int) -> list[Candidate]:
    """The same for the same seed, in whatever order the candidates come."""
    chance = random.Random(seed)  # noqa: S311 - a sample is to be repeatable, not secret.
    sorts: dict[Sort, list[Candidate]] = defaultdict(list)
    for one in sorted(candidates):
        sorts[one.sort].append(one)
    shares = share_out({sort: len(found) for sort, found in sorts.items()}, size)
    drawn = [one for sort in sorted(sorts) for one in chance.sample(sorts[sort], shares[sort])]
    return sorted(drawn, key=lambda one: (one.began_at, one.reference))


def share_out(counts: Mapping[Sort, int], size: int) -> dict[Sort, int]:
    """One of every sort, the commonest first, as far as it goes; then by how many there are."""
    by_size = sorted(counts, key=lambda sort: (-counts[sort], sort))
    total, size = sum(counts.values()), min(size, sum(counts.values()))
    shares = {sort: int(place < size) for place, sort in enumerate(by_size)}
    for _ in range(size - sum(shares.values())):
        open_ones = [sort for sort in by_size if shares[sort] < counts[sort]]
        shares[max(open_ones, key=lambda sort: counts[sort] * size / total - shares[sort])] += 1
    return shares


async def take_sample(
    session: AsyncSession, now: datetime, by: Author, wish: Wish, *, talks: Talks, zone: ZoneInfo
) -> QualitySample:
    """Draw and keep; raises PeriodUnfitError, PeriodTooLongError or NothingToSampleError."""
    if wish.last < wish.first or not 1 <= wish.size <= LARGEST:
        raise PeriodUnfitError
    await take_turn(session)  # Two draws at once would take the same talks.
    candidates = await undrawn(session, *_moments(wish, zone), talks.channel_of)
    if not candidates:
        raise NothingToSampleError
    sample = QualitySample(
        first=wish.first,
        last=wish.last,
        seed=wish.seed,
        size=min(wish.size, len(candidates)),
        population=len(candidates),
        criteria=[asdict(one) for one in await current_sheet(session)],
        by=by.name,
        by_id=by.id,
        at=now,
    )
    session.add(sample)
    await session.flush()
    drawn = draw(candidates, wish.size, wish.seed)
    questions = await _questions(session, [one.first_answer_id for one in drawn])
    for one in drawn:
        locale: Locale = "en" if one.locale == "en" else "zh"
        question = talks.mask(questions[one.first_answer_id], locale)
        session.add(QualityItem(sample_id=sample.id, question=question, **one._asdict()))
    after = {"first": wish.first.isoformat(), "last": wish.last.isoformat(), "size": sample.size, "seed": wish.seed}
    await record(session, now, by, Change(action="drawn", kind=AUDIT_KIND, key=str(sample.id), after=after))
    return sample


def _moments(wish: Wish, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return (
        datetime.combine(wish.first, time(), zone),
        datetime.combine(wish.last + timedelta(days=1), time(), zone),
    )


async def undrawn(
    session: AsyncSession, since: datetime, until: datetime, channel_of: Callable[[str], str]
) -> list[Candidate]:
    """The talks of the period, each with those of its answers that nobody has drawn."""
    drawn = exists().where(
        col(QualityItem.reference) == col(AnswerLog.reference),
        col(QualityItem.first_answer_id) <= col(AnswerLog.id),
        col(QualityItem.last_answer_id) >= col(AnswerLog.id),
    )
    worst = func.max(case(*((col(AnswerLog.outcome) == name, place) for place, name in enumerate(_OUTCOMES)), else_=0))
    answer = col(AnswerLog.id)
    asked = (
        core_select(
            col(AnswerLog.reference),
            func.min(answer),
            func.max(answer),
            func.min(col(AnswerLog.at)),
            func.max(col(AnswerLog.at)),
            func.max(col(AnswerLog.locale)),
            worst,
        )
        .where(col(AnswerLog.at) >= since, col(AnswerLog.at) < until, ~drawn)
        .group_by(col(AnswerLog.reference))
        .limit(MOST_TALKS + 1)
    )
    rows = (await session.execute(asked)).all()
    if len(rows) > MOST_TALKS:
        raise PeriodTooLongError(most=MOST_TALKS)
    return [
        Candidate(reference, first, last, began, ended, locale, _OUTCOMES[depth], channel)
        for reference, first, last, began, ended, locale, depth in rows
        if (channel := channel_of(reference))
    ]


async def _questions(session: AsyncSession, answer_ids: Sequence[int]) -> dict[int, str]:
    asked = select(AnswerLog.id, AnswerLog.question).where(col(AnswerLog.id).in_(answer_ids))
    return dict((await session.exec(asked)).all())
