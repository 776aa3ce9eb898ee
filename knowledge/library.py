"""The process's own copy of the articles and the index over them; questions are answered from memory."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from sqlmodel import col, func, select, update

from kit.clock import Clock
from kit.db import AsyncSession, Database
from kit.i18n import Locale
from kit.log import log
from knowledge.articles import ArticleView, all_articles, in_language
from knowledge.models import Article, Question
from knowledge.search.encoder import Matrix
from knowledge.search.fold import simplify
from knowledge.search.index import Index, Result, encoded
from knowledge.search.phrasing import Phrasing, background
from knowledge.search.preparation import with_vectors
from knowledge.search.remembering import Remembering

#: So few texts in one call that a question asked meanwhile waits for the encoder some hundredths of a second.
_AT_ONCE = 4
_IN_ONE_TRANSACTION = 256


class NamedEncoder(Protocol):
    """An encoder whose vectors may be stored: those of another model are made anew."""

    @property
    def MODEL(self) -> str: ...  # noqa: N802 - the constant of a class of encoders.

    def encode(self, texts: list[str], /) -> Matrix: ...


#: Changes whenever the texts or the phrasings do: latest edit, number of phrasings, newest phrasing.
Revision = tuple[datetime | None, int, int | None]


#: Makes an index of phrasings; building the same one again and again is what a test would avoid.
Builder = Callable[[Sequence[Phrasing], NamedEncoder | None], Index]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Everything answers are made of; replaced as a whole, so a search never sees half of an update."""

    articles: dict[tuple[str, Locale], ArticleView]
    index: Index
    components: dict[str, str]
    revision: Revision
    semantic: bool


class Library:
    """Answers lexically as soon as it is ready, and by meaning too once every vector is there."""

    def __init__(self, db: Database, clock: Clock, encoder: NamedEncoder | None, *, build: Builder = Index) -> None:
        self._db = db
        self._build = build
        self._clock = clock
        self._encoder = None if encoder is None else Remembering(encoder, encoder.MODEL)
        self._shelf: _Shelf | None = None
        self._refreshing = asyncio.Lock()
        self._background = background()

    @property
    def ready(self) -> bool:
        """Whether there is an index to search; before that only :meth:`open` and :meth:`refresh` may be called."""
        return self._shelf is not None

    @property
    def refreshing(self) -> bool:
        """Whether a refresh is on its way."""
        return self._refreshing.locked()

    @property
    def components(self) -> dict[str, str]:
        """What each article is about, by slug."""
        return self._standing.components

    async def open(self) -> None:
        """Be able to answer at once, by words alone; :meth:`refresh` adds the meaning."""
        if self.ready:
            return
        # Where the meaning follows in some seconds, nothing is learnt for the moments before: a start is quick.
        build: Builder = self._build if self._encoder is None else _build_quickly
        await self._put_up(await self._read(), None, build)

    async def refresh(self) -> None:
        """Take in what the database holds now, if it changed; missing vectors are made once and stored."""
        async with self._refreshing:
            holdings = await self._read_if_changed()
            if holdings is None:
                return
            if self._encoder is not None:
                await self._encode_missing(self._encoder, holdings.questions)
                self._background = await asyncio.to_thread(with_vectors, self._background, self._encoder)
            await self._put_up(holdings, self._encoder, self._build)
            log.info("library refreshed", articles=len(holdings.articles), phrasings=len(holdings.questions))

    async def _read_if_changed(self) -> "_Holdings | None":
        if self._shelf is not None and self._shelf.semantic == (self._encoder is not None):
            async with self._db.reading() as session:
                if await _revision(session) == self._shelf.revision:
                    return None
        return await self._read()

    def foresee(self, texts: Sequence[str]) -> None:
        """Prepare for these to be searched for one after another, which is cheaper together."""
        if self._encoder is not None and self._standing.semantic:
            self._encoder.foresee([encoded(text) for text in texts])

    def search(self, text: str, locale: Locale) -> Result:
        """The articles that answer ``text``, and whether they are good enough to give."""
        return self._standing.index.search(text, lang=locale)

    def article(self, slug: str, locale: Locale) -> ArticleView:
        """The article, in the other language if it has no text in this one; or ArticleNotFoundError."""
        found = (self._standing.articles.get((slug, language)) for language in (locale, "zh", "en"))
        return in_language((view for view in found if view), slug, locale)

    def articles(self, locale: Locale) -> Iterator[ArticleView]:
        """Every article in one language, by slug."""
        return (view for view in self._standing.articles.values() if view.locale == locale)

    @property
    def _standing(self) -> _Shelf:
        if self._shelf is None:
            msg = "the library was asked before its first refresh()"
            raise RuntimeError(msg)
        return self._shelf

    async def _read(self) -> "_Holdings":
        async with self._db.reading() as session:
            revision = await _revision(session)
            return _Holdings(revision, await all_articles(session), await _questions(session))

    async def _put_up(self, holdings: "_Holdings", encoder: NamedEncoder | None, build: Builder) -> None:
        semantic = encoder is not None
        phrasings = [_phrasing(question, slug, with_vector=semantic) for question, slug in holdings.questions]
        index = await asyncio.to_thread(build, [*phrasings, *self._background], encoder)
        articles = {(view.slug, view.locale): view for view in holdings.articles}
        components = {view.slug: view.component for view in holdings.articles}
        self._shelf = _Shelf(articles, index, components, holdings.revision, semantic)

    async def _encode_missing(self, encoder: NamedEncoder, questions: Sequence[tuple[Question, str]]) -> None:
        current = encoder.MODEL
        missing = [question for question, _ in questions if question.model != current or not question.vector]
        for start in range(0, len(missing), _IN_ONE_TRANSACTION):
            part = missing[start : start + _IN_ONE_TRANSACTION]
            for first in range(0, len(part), _AT_ONCE):
                await _encode(encoder, part[first : first + _AT_ONCE])
            async with self._db.transaction() as session:
                await _store(session, part)


@dataclass(frozen=True, slots=True)
class _Holdings:
    revision: Revision
    articles: Sequence[ArticleView]
    questions: Sequence[tuple[Question, str]]


async def _revision(session: AsyncSession) -> Revision:
    edited = (await session.exec(select(func.max(Article.updated_at)))).one()
    count, newest = (await session.exec(select(func.count(), func.max(Question.id)))).one()
    return edited, count, newest


def _build_quickly(phrasings: Sequence[Phrasing], encoder: NamedEncoder | None) -> Index:
    return Index(phrasings, encoder, head=False)


async def _questions(session: AsyncSession) -> list[tuple[Question, str]]:
    rows = select(Question, Article.slug).join(Article).order_by(col(Question.id))
    return [(question, slug) for question, slug in (await session.exec(rows)).all()]


async def _encode(encoder: NamedEncoder, questions: Sequence[Question]) -> None:
    vectors = await asyncio.to_thread(encoder.encode, [simplify(question.text) for question in questions])
    for question, vector in zip(questions, vectors, strict=True):
        question.vector = vector.astype(np.float32).tobytes()
        question.model = encoder.MODEL


async def _store(session: AsyncSession, questions: Sequence[Question]) -> None:
    """Only where the text is still the one that was encoded; an edited row is encoded by the next refresh."""
    for question in questions:
        same = update(Question).where(col(Question.id) == question.id, col(Question.text) == question.text)
        await session.exec(same.values(vector=question.vector, model=question.model))


def _phrasing(question: Question, slug: str, *, with_vector: bool) -> Phrasing:
    vector = np.frombuffer(question.vector or b"", np.float32) if with_vector else None
    return Phrasing(article=slug, lang=question.locale, text=question.text, source=question.source, vector=vector)
