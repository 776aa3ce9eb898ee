"""What the database holds for the search, read whole or in part, as plain rows."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from sqlmodel import col, func, select, update

from kit.db import AsyncSession
from knowledge.articles import ArticleView, all_articles
from knowledge.models import Article, Question
from knowledge.search.encoder import Matrix
from knowledge.search.filters import Facets
from knowledge.search.phrasing import Phrasing
from knowledge.tuning.models import SearchCalibration, SearchSynonym

_AT_ONCE = 500


class Revision(NamedTuple):
    """Changes whenever anything the search is made of does."""

    edited: datetime | None
    articles: int
    newest_question: int | None
    synonyms: int
    newest_synonym: int | None
    calibrated: datetime | None


class StoredQuestion(NamedTuple):
    id: int
    article: str
    locale: str
    text: str
    source: str
    model: str | None
    vector: bytes | None

    def phrasing(self, model: str | None) -> Phrasing:
        """With its vector, if it is of this model."""
        known = self.vector if model is not None and self.model == model else None
        row = np.frombuffer(known, np.float32) if known else None
        return Phrasing(self.article, self.locale, self.text, self.source, row)


@dataclass(frozen=True, slots=True)
class Holdings:
    """Some articles as they are now."""

    views: Sequence[ArticleView]
    questions: Sequence[StoredQuestion]

    def phrasings(self, model: str | None) -> list[Phrasing]:
        return [question.phrasing(model) for question in self.questions]

    @property
    def facets(self) -> dict[str, Facets]:
        return {view.slug: Facets(view.audience, view.component) for view in self.views}


async def read_revision(session: AsyncSession) -> Revision:
    edited, articles = (await session.exec(select(func.max(Article.updated_at), func.count()))).one()
    newest = (await session.exec(select(func.max(Question.id)))).one()
    synonyms, newest_synonym = (await session.exec(select(func.count(), func.max(SearchSynonym.id)))).one()
    calibrated = (await session.exec(select(func.max(SearchCalibration.accepted_at)))).one()
    return Revision(edited, articles, newest, synonyms, newest_synonym, calibrated)


async def read_stamps(session: AsyncSession, since: datetime | None = None) -> dict[str, str]:
    """For each article, or those edited since, what changes whenever its texts or the ways to ask for it do."""
    counted = (
        select(Article.slug, Article.updated_at, func.count(col(Question.id)), func.max(Question.id))
        .join(Question, isouter=True)
        .group_by(col(Article.slug), col(Article.updated_at))
    )
    if since is not None:
        counted = counted.where(col(Article.updated_at) >= since)
    rows = (await session.exec(counted)).all()
    return {slug: f"{edited.isoformat()} {count} {newest}" for slug, edited, count, newest in rows}


async def read_holdings(session: AsyncSession, slugs: Collection[str] | None = None) -> Holdings:
    """All articles, or some."""
    if slugs is None:
        return Holdings(await all_articles(session), await _questions(session, None))
    views: list[ArticleView] = []
    questions: list[StoredQuestion] = []
    for part in _parts(sorted(slugs)):
        views += await all_articles(session, part)
        questions += await _questions(session, part)
    return Holdings(views, questions)


async def store_vectors(
    session: AsyncSession, questions: Sequence[StoredQuestion], vectors: Matrix, model: str
) -> None:
    """Only where the text is still the one that was encoded; an edited row is encoded by the next refresh."""
    for question, vector in zip(questions, vectors, strict=True):
        same = update(Question).where(col(Question.id) == question.id, col(Question.text) == question.text)
        await session.exec(same.values(vector=vector.astype(np.float32).tobytes(), model=model))


async def _questions(session: AsyncSession, slugs: Sequence[str] | None) -> list[StoredQuestion]:
    columns = (Question.id, Article.slug, Question.locale, Question.text, Question.source)
    chosen = select(*columns, Question.model, Question.vector).join(Article).order_by(col(Question.id))  # type: ignore[call-overload]  # SQLModel types at most four columns.
    if slugs is not None:
        chosen = chosen.where(col(Article.slug).in_(slugs))
    return [StoredQuestion(*row) for row in (await session.exec(chosen)).all()]


def _parts(slugs: Sequence[str]) -> Iterator[Sequence[str]]:
    return (slugs[start : start + _AT_ONCE] for start in range(0, len(slugs), _AT_ONCE))
