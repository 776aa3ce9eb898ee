"""Take in what was asked since: each question into its gap, and the gaps counted anew. Run by a job."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Table, func, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select, update

from kit.db import AsyncSession, Database
from kit.i18n import Locale
from knowledge.gaps.counting import count_anew
from knowledge.gaps.failing import SOLVED_WITHIN, Failure, failures
from knowledge.gaps.grouping import Group, Groups
from knowledge.gaps.meaning import Meaning
from knowledge.gaps.models import Gap, GapProgress, GapQuestion, GapState
from knowledge.gaps.ranking import WEEK, WEEKS, Asked, wanting
from knowledge.models import AnswerLog
from knowledge.search.encoder import Matrix

#: Before this nobody knows whether a ticket followed.
SETTLED_AFTER = timedelta(hours=1)
AT_ONCE = 500
#: Every two are compared: with more of them a run would take minutes.
_MOST = 3000
Followed = Callable[[AsyncSession, Collection[tuple[str, datetime]], timedelta], Awaitable[set[tuple[str, datetime]]]]
#: From references to whoever asked there; one that is nobody's is left out.
People = Callable[[AsyncSession, Collection[str]], Awaitable[Mapping[str, str]]]
#: Takes out what tells of people.
Mask = Callable[[str, Locale], str]

progress_table: Table = GapProgress.__table__  # type: ignore[attr-defined]  # The same.
question_table: Table = GapQuestion.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


@dataclass(frozen=True)
class Desk:
    """What the desk knows of conversations."""

    followed: Followed
    people: People
    mask: Mask


async def follow(db: Database, now: datetime, meaning: Meaning, desk: Desk) -> int:
    """Look at all answers that are settled by now, then count; return how many questions there were."""
    async with db.transaction() as session:  # Two first runs at once wait for each other at this row.
        dialect_insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(dialect_insert(progress_table).on_conflict_do_nothing(), [{"id": 1, "answer_id": 0}])
    total = 0
    while taken := await _take_in(db, now, meaning, desk):
        total += taken
    async with db.transaction() as session:
        await _progress(session)
        await _widened(session, now, meaning)
        await count_anew(session, now, meaning, desk.mask)
    return total


async def _take_in(db: Database, now: datetime, meaning: Meaning, desk: Desk) -> int:
    """One batch. What it means is worked out between two transactions: others wait for neither."""
    async with db.transaction() as session:
        progress = await _progress(session)
        answers = await _answers(session, progress.answer_id, now)
        if not answers:
            return 0
        failed = await _judged(session, answers, desk)
        people = await desk.people(session, {answer.reference for answer in answers})
    rows, foreign = await asyncio.to_thread(_understood, meaning, answers)
    async with db.transaction() as session:
        progress = await _progress(session)
        if progress.answer_id >= answers[-1].id:
            return 0  # Somebody else was faster.
        await _placed(session, meaning, answers, failed, people, rows, foreign)
        progress.answer_id = answers[-1].id
        session.add(progress)
    return len(answers)


async def _progress(session: AsyncSession) -> GapProgress:
    held = select(GapProgress).with_for_update().execution_options(populate_existing=True)
    return (await session.exec(held)).one()


async def _answers(session: AsyncSession, after: int, now: datetime) -> Sequence[AnswerLog]:
    settled = (
        select(AnswerLog)
        .where(AnswerLog.id > after, AnswerLog.at <= now - SETTLED_AFTER)
        .order_by(col(AnswerLog.id))
        .limit(AT_ONCE)
    )
    return (await session.exec(settled)).all()


async def _judged(session: AsyncSession, answers: Sequence[AnswerLog], desk: Desk) -> Mapping[int, Failure | None]:
    """With what was answered there soon afterwards, which may be in the next batch."""
    later = select(AnswerLog).where(
        col(AnswerLog.reference).in_({answer.reference for answer in answers}),
        AnswerLog.id > answers[-1].id,
        AnswerLog.at <= answers[-1].at + SOLVED_WITHIN,
        col(AnswerLog.helped).is_(True),
    )
    moments = {(answer.reference, answer.at) for answer in answers}
    followed = await desk.followed(session, moments, SETTLED_AFTER)
    return failures([*answers, *(await session.exec(later)).all()], followed)


def _understood(meaning: Meaning, answers: Sequence[AnswerLog]) -> tuple[Matrix, list[bool]]:
    rows = meaning.rows([answer.question for answer in answers], [answer.candidates for answer in answers])
    return rows, [meaning.foreign(answer.question) for answer in answers]


async def _placed(  # noqa: PLR0917 - one batch, as it was worked out.
    session: AsyncSession,
    meaning: Meaning,
    answers: Sequence[AnswerLog],
    failed: Mapping[int, Failure | None],
    people: Mapping[str, str],
    rows: Matrix,
    foreign: Sequence[bool],
) -> None:
    known = await _known(session, meaning)
    groups = Groups(await _groups(session, known), rows.shape[1])
    touched: dict[int, list[dict[str, object]]] = defaultdict(list)
    for answer, row, strange in zip(answers, rows, foreign, strict=True):
        group, near = groups.nearest(row, foreign=strange)
        if group is None:
            gap = Gap(
                centre=row.tobytes(), model=meaning.model, foreign=strange, created_at=answer.at, newest_at=answer.at
            )
            session.add(gap)
            await session.flush()
            known[gap.id] = gap
            group, near = Group(gap.id, row, strange), 1.0
            groups.begin(group)
        else:
            groups.grow(group, row)
        touched[group.id].append(
            {
                "answer_id": answer.id,
                "gap_id": group.id,
                "person": people.get(answer.reference) or f"{answer.reference}:{answer.at:%Y%m%d}",
                "at": answer.at,
                "failure": failed[answer.id],
                "nearness": round(near, 4),
            }
        )
        known[group.id].newest_at = max(known[group.id].newest_at, answer.at)
    if touched:
        await session.execute(insert(question_table), [one for found in touched.values() for one in found])
    await _merged(session, groups, known)


async def _merged(session: AsyncSession, groups: Groups, known: Mapping[int, Gap]) -> None:
    await _moved(session, groups, known, groups.merge())


async def _widened(session: AsyncSession, now: datetime, meaning: Meaning) -> None:
    """Once a run is enough: it looks at everything that was asked in the last weeks."""
    known = await _known(session, meaning)
    groups = Groups(await _groups(session, known), len(next(iter(known.values())).centre) // 4 if known else 0)
    wanted = await _wanting(session, now - WEEKS * WEEK) - {gap.id for gap in known.values() if gap.foreign}
    await _moved(session, groups, known, groups.widen(wanted))


async def _moved(session: AsyncSession, groups: Groups, known: Mapping[int, Gap], gone: Mapping[int, int]) -> None:
    for group in groups.groups:
        known[group.id].centre = np.asarray(group.centre, np.float32).tobytes()
        session.add(known[group.id])
    for old, new in gone.items():
        hand_down(known[old], known[new])
    await session.flush()
    for old, new in gone.items():
        await session.exec(update(GapQuestion).where(col(GapQuestion.gap_id) == old).values(gap_id=new))
    if gone:
        await session.exec(delete(Gap).where(col(Gap.id).in_(gone)))


def hand_down(old: Gap, new: Gap) -> None:
    """What somebody decided about a gap stays decided when it goes up in another that nobody has decided about."""
    if old.state == GapState.OPEN or new.state != GapState.OPEN:
        return
    for name in ("state", "article_id", "aside_reason", "aside_by", "aside_at", "aside_people"):
        setattr(new, name, getattr(old, name))


async def _wanting(session: AsyncSession, since: datetime) -> set[int]:
    questions = select(GapQuestion.gap_id, GapQuestion.person, GapQuestion.at, GapQuestion.failure).where(
        GapQuestion.at > since
    )
    asked: dict[int, list[Asked]] = defaultdict(list)
    for gap_id, person, at, failure in (await session.exec(questions)).all():
        asked[gap_id].append(Asked(person, at, Failure(failure) if failure else None))
    return {gap_id for gap_id, found in asked.items() if wanting(found)}


async def _known(session: AsyncSession, meaning: Meaning) -> dict[int, Gap]:
    """Gaps that may be joined, oldest first; of very many those that are asked about."""
    own = select(Gap).where(Gap.model == meaning.model).order_by(col(Gap.newest_at).desc(), col(Gap.id)).limit(_MOST)
    return {gap.id: gap for gap in sorted((await session.exec(own)).all(), key=lambda gap: gap.id)}


async def _groups(session: AsyncSession, known: Mapping[int, Gap]) -> list[Group]:
    """The sum of rows of length one is as long as its rows are alike: how many they were is counted anew."""
    counted = select(GapQuestion.gap_id, func.count()).group_by(col(GapQuestion.gap_id))
    sizes = dict((await session.exec(counted)).all())
    return [
        Group(gap.id, np.frombuffer(gap.centre, np.float32), gap.foreign, max(sizes.get(gap.id, 0), 1))
        for gap in known.values()
    ]
