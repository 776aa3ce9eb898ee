"""Say what would have answered a past question, and read what was said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, exists, select

from kit.audit import Author, Change, record
from kit.db import AsyncSession
from knowledge.errors import ArticleNotFoundError
from knowledge.labelled.models import LabelledQuestion, Source
from knowledge.models import AnswerLog, Article
from knowledge.search.fitting import Judged

AUDIT_KIND = "labelled_question"
#: The latest judgements say most about the articles as they are.
MOST_JUDGED = 5000


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What answers the question: an article, or none. ``wording`` is how the answer would better have been put."""

    slug: str | None
    wording: str = ""
    source: Source = Source.REVIEW


async def label(
    session: AsyncSession, now: datetime, by: Author, answer: AnswerLog, verdict: Verdict, *, question: str
) -> LabelledQuestion:
    """Keep the verdict on this answer instead of an earlier one; ``question`` is as it may be kept.

    Raises ArticleNotFoundError if there is no such article.
    """
    if verdict.slug is not None:
        found = await session.exec(select(Article.id).where(Article.slug == verdict.slug))
        if found.first() is None:
            raise ArticleNotFoundError(slug=verdict.slug)
    earlier = select(LabelledQuestion).where(LabelledQuestion.answer_id == answer.id).with_for_update()
    row = (await session.exec(earlier)).first()
    before = None if row is None else told(row)
    values: dict[str, Any] = {
        "question": question,
        "locale": answer.locale,
        "slug": verdict.slug,
        "wording": verdict.wording,
        "source": verdict.source,
        "by": by.name,
        "by_id": by.id,
        "at": now,
    }
    if row is None:
        row = LabelledQuestion(answer_id=answer.id, given=answer.slug, **values)
    else:
        row.sqlmodel_update(values)
    session.add(row)
    await session.flush()
    change = Change(action="labelled", kind=AUDIT_KIND, key=str(answer.id), before=before, after=told(row))
    await record(session, now, by, change)
    return row


def told(row: LabelledQuestion) -> dict[str, str | None]:
    return {"given": row.given, "right": row.slug, "wording": row.wording, "source": row.source}


async def judged(session: AsyncSession, *, most: int = MOST_JUDGED) -> list[Judged]:
    """The latest of what the desk said of past answers and, where it said nothing, of what the asker said."""
    labels = select(LabelledQuestion.question, LabelledQuestion.slug).order_by(col(LabelledQuestion.id).desc())
    by_desk = [Judged(question, slug, helped=True) for question, slug in await session.exec(labels.limit(most))]
    unlabelled = ~exists().where(col(LabelledQuestion.answer_id) == col(AnswerLog.id))
    heard = (
        select(AnswerLog.question, AnswerLog.slug, AnswerLog.helped)
        .where(col(AnswerLog.helped).is_not(None), col(AnswerLog.slug).is_not(None), unlabelled)
        .order_by(col(AnswerLog.id).desc())
        .limit(most - len(by_desk))
    )
    by_askers = [Judged(question, slug, helped=bool(helped)) for question, slug, helped in await session.exec(heard)]
    return [*by_desk, *by_askers]
