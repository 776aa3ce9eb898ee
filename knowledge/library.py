"""The process's own copy of the articles and the index over them; questions are answered from memory."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from kit.clock import Clock
from kit.db import AsyncSession, Database
from kit.i18n import Locale
from kit.log import log
from knowledge.articles import ArticleView, all_articles, in_language
from knowledge.building import Builder, NamedEncoder, build_quickly, vectors_made
from knowledge.holdings import Holdings, Revision, read_holdings, read_revision, read_stamps
from knowledge.search.calibration import Calibration
from knowledge.search.encoder import EncoderUnavailableError
from knowledge.search.explaining import Explanation, explain
from knowledge.search.filters import EVERYBODY, PUBLIC, Facets, Filter
from knowledge.search.fold import Synonyms, shipped_synonyms
from knowledge.search.index import Hit, Index, Result, encoded
from knowledge.search.nearness import NearEntry, near_entries
from knowledge.search.phrasing import Phrasing, background
from knowledge.search.preparation import Reader, with_vectors
from knowledge.search.remembering import Remembering
from knowledge.search.saving import Saved, SavedIndexRefusedError, load, save
from knowledge.tuning.calibrations import current_calibration
from knowledge.tuning.synonyms import KNOWLEDGE_CHANGED, current_synonyms

__all__ = ["Builder", "Library", "NamedEncoder"]

#: A hint wakes the library at once; it also looks by itself because a hint may be lost.
LOOK_EVERY_S = 1.0
#: An edit may be committed so much later than it was made, after edits that were made later.
LATE_COMMIT = timedelta(minutes=2)
#: Without a head to learn, this share of the articles may stand apart before they are merged.
MERGE_FROM = 0.02
Change = tuple[Mapping[str, Sequence[Phrasing]], Mapping[str, Facets]]


@dataclass(frozen=True, slots=True)
class _State:
    """What the database held when it was last looked at."""

    revision: Revision
    stamps: Mapping[str, str]
    synonyms: Synonyms
    calibration: Calibration | None


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Everything answers are made of; replaced as a whole, so a search never sees half of an update."""

    articles: Mapping[tuple[str, Locale], ArticleView]
    index: Index
    components: dict[str, str]
    state: _State
    complete: bool


class Library:
    """Answers lexically as soon as it is ready, and by meaning too once every vector is there."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        encoder: NamedEncoder | None,
        *,
        build: Builder = Index.of,
        file: Path | None = None,
    ) -> None:
        self._db = db
        self._build = build
        self._clock = clock
        remote = bool(getattr(encoder, "REMOTE", False))
        self._plain_encoder = encoder
        self._encoder = None if encoder is None else Remembering(encoder, encoder.MODEL, remote=remote)
        self._model = "" if encoder is None else encoder.MODEL
        self._file = file
        self._shelf: _Shelf | None = None
        self._saved: Saved | None = None
        self._refreshing = asyncio.Lock()
        self._tidying = asyncio.Lock()
        #: What was taken in while the index was tidied up.
        self._since: list[Change] = []
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
    def encoder_name(self) -> str:
        """Of whose vectors the meaning is made; empty where words alone decide."""
        return self._model

    @property
    def encoder(self) -> NamedEncoder | None:
        """What makes the meaning; nothing where words alone decide."""
        return self._plain_encoder

    @property
    def reader(self) -> Reader:
        """How texts are read at the moment, synonyms included."""
        return self._standing.index.collection.reader

    @property
    def components(self) -> dict[str, str]:
        """What each article is about, by slug."""
        return self._standing.components

    async def open(self) -> None:
        """Be able to answer at once, by words alone; :meth:`refresh` adds the meaning."""
        if self.ready:
            return
        state = await self._look()
        saved = await self._load(state)
        if saved is None:
            holdings = await self._read(None)
            # Where the meaning follows in some seconds, nothing is learnt for the moments before: a start is quick.
            build = self._build if self._encoder is None else build_quickly
            index = await self._built(holdings, state, None, build)
            self._put_up(index, holdings, state, complete=False)
            if self._encoder is None:
                await self._save(index, state)
            return
        index = Index(saved.collection)
        if self._encoder is None:
            index = Index(saved.collection, None, saved.head, state.calibration)
        else:
            self._saved = saved
        self._put_up(index, await self._texts(), replace(state, stamps=saved.stamps), complete=False)
        await self._take_in(state)

    async def refresh(self, *, told: bool = False) -> None:
        """Take in what the database holds now, if it changed; missing vectors are made once and stored.

        ``told``: somebody said it did, so look closer than at the revision.
        """
        async with self._refreshing:
            shelf = self._shelf
            if shelf is not None and shelf.complete:
                async with self._db.reading() as session:
                    if await read_revision(session) == shelf.state.revision and not told:
                        return
                await self._take_in(await self._look(shelf.state))
            else:
                await self._complete(await self._look())

    async def follow(self, stopping: asyncio.Event) -> None:
        """Refresh whenever something was published, tidy up when that is worth it, until told to stop."""
        tidying: asyncio.Task[None] | None = None
        async with self._db.bus.listening(KNOWLEDGE_CHANGED, "stopping") as listener:
            told = False
            while not stopping.is_set():
                try:
                    await self.refresh(told=told)
                except (OSError, SQLAlchemyError, EncoderUnavailableError) as error:
                    log.warning("library not refreshed", error=repr(error))
                if self._worth_tidying and (tidying is None or tidying.done()):
                    tidying = asyncio.create_task(self.tidy(), name="library tidying")
                told = await listener.wait(LOOK_EVERY_S)
        if tidying is not None:
            await tidying

    async def tidy(self) -> None:
        """Merge what was edited into one index, learn its head anew and save it; questions go on meanwhile."""
        async with self._tidying:
            before = self._standing
            self._since = []
            merged = await asyncio.to_thread(before.index.merged)
            async with self._refreshing:
                now = self._standing
                if now.index.collection.base is not before.index.collection.base:
                    return  # It was built anew meanwhile.
                index = merged
                for changed, facets in self._since:
                    index = await asyncio.to_thread(index.updated, changed, facets)
                self._shelf = replace(now, index=index.calibrated(now.state.calibration))
            await self._save(merged, before.state)

    def foresee(self, texts: Sequence[str]) -> None:
        """Prepare for these to be searched for one after another, which is cheaper together."""
        if self._encoder is not None and not self._encoder.remote and self._standing.index.semantic:
            self._encoder.foresee([encoded(text) for text in texts])

    async def prepare(self, text: str) -> None:
        """Before a search where the encoder is a service: get the vector without keeping everybody else waiting.

        If it cannot be had, the search goes by words.
        """
        if self._encoder is None or not self._encoder.remote or not self._standing.index.semantic:
            return
        try:
            await asyncio.to_thread(self._encoder.foresee, [encoded(text)])
        except EncoderUnavailableError as error:
            log.warning("question not encoded", error=repr(error))

    def search(self, text: str, locale: Locale, only: Filter = PUBLIC) -> Result:
        """The articles that answer ``text``, and whether they are good enough to give."""
        return self._standing.index.search(text, lang=locale, only=only)

    def explain(self, question: str, hit: Hit) -> Explanation:
        """Which words of the question led to the hit, and to which way of asking."""
        return explain(question, hit.phrasing_text, self._standing.index.collection.reader)

    def near(self, texts: Iterable[str], *, itself: str | None = None) -> list[NearEntry]:
        """Articles that already say what a draft with these ways to ask is about; ``itself`` is its slug."""
        return near_entries(self._standing.index, texts, itself=itself)

    def article(self, slug: str, locale: Locale, audiences: frozenset[str] = EVERYBODY) -> ArticleView:
        """The article, in the other language if it has no text in this one; or ArticleNotFoundError.

        One for other audiences is not there.
        """
        found = (self._standing.articles.get((slug, language)) for language in (locale, "zh", "en"))
        return in_language((view for view in found if view and view.audience in audiences), slug, locale)

    def articles(self, locale: Locale, audiences: frozenset[str] = EVERYBODY) -> Iterator[ArticleView]:
        """Every article for these audiences in one language, by slug."""
        views = self._standing.articles.values()
        return (view for view in views if view.locale == locale and view.audience in audiences)

    @property
    def index(self) -> Index:
        """What is searched at the moment; it stays as it is whatever is published afterwards."""
        return self._standing.index

    @property
    def _standing(self) -> _Shelf:
        if self._shelf is None:
            msg = "the library was asked before its first refresh()"
            raise RuntimeError(msg)
        return self._shelf

    @property
    def _worth_tidying(self) -> bool:
        index = self._standing.index
        apart = index.collection.share_apart
        return apart > (0.0 if index.head is not None else MERGE_FROM)

    async def _look(self, known: _State | None = None) -> _State:
        async with self._db.reading() as session:
            revision = await read_revision(session)
            return _State(
                revision,
                await _stamps_now(session, revision, known),
                await current_synonyms(session),
                await current_calibration(session, self._model),
            )

    async def _read(self, slugs: frozenset[str] | None) -> Holdings:
        async with self._db.reading() as session:
            return await read_holdings(session, slugs)

    async def _texts(self) -> Holdings:
        async with self._db.reading() as session:
            return Holdings(await all_articles(session), ())

    async def _complete(self, state: _State) -> None:
        """For the first time by meaning: from the saved index where there is one, else from everything."""
        if self._plain_encoder is not None:
            self._background = await asyncio.to_thread(with_vectors, self._background, self._plain_encoder)
        if self._saved is not None and self._shelf is not None:
            index = Index(self._saved.collection, self._encoder, self._saved.head, state.calibration)
            stamps, self._saved = self._saved.stamps, None
            known = replace(state, stamps=stamps)
            self._shelf = replace(self._shelf, index=index, state=known, complete=True)
            await self._take_in(state)
            return
        await self._build_anew(state)

    async def _build_anew(self, state: _State) -> None:
        holdings = await self._read(None)
        if self._plain_encoder is not None:
            holdings = await vectors_made(self._db, self._plain_encoder, holdings)
        index = await self._built(holdings, state, self._encoder, self._build)
        self._put_up(index, holdings, state, complete=True)
        log.info("library built", articles=len(state.stamps), phrasings=len(holdings.questions))
        await self._save(index, state)

    async def _take_in(self, state: _State) -> None:
        """Only what changed: a small segment beside the index there is."""
        shelf = self._standing
        if state.synonyms.digest != shelf.state.synonyms.digest:
            await self._build_anew(state)
            return
        stamps = shelf.state.stamps
        changed = frozenset(slug for slug, stamp in state.stamps.items() if stamps.get(slug) != stamp)
        changed |= stamps.keys() - state.stamps.keys()
        if not changed and state.calibration == shelf.state.calibration:
            self._shelf = replace(shelf, state=state)
            return
        index = shelf.index
        holdings = await self._read(changed)
        if changed:
            if shelf.complete and self._plain_encoder is not None:
                holdings = await vectors_made(self._db, self._plain_encoder, holdings)
            phrasings = _by_article(changed, holdings.phrasings(self._model if shelf.complete else None))
            index = await asyncio.to_thread(index.updated, phrasings, holdings.facets)
            if shelf.complete:
                self._since.append((phrasings, holdings.facets))
            log.info("library refreshed", articles=len(changed), phrasings=len(holdings.questions))
        kept = {key: view for key, view in shelf.articles.items() if key[0] not in changed}
        views = [*kept.values(), *holdings.views]
        if shelf.complete and state.calibration != shelf.state.calibration:
            index = index.calibrated(state.calibration)
        self._put_up(index, replace(holdings, views=views), state, complete=shelf.complete)

    async def _built(self, holdings: Holdings, state: _State, encoder: NamedEncoder | None, build: Builder) -> Index:
        phrasings = [*holdings.phrasings(None if encoder is None else self._model), *self._background]
        own = state.synonyms.digest != shipped_synonyms().digest
        reader = Reader(state.synonyms) if own else Reader()
        index = await asyncio.to_thread(build, phrasings, encoder, holdings.facets, reader)
        fits = state.calibration is not None and (encoder is None) == (self._model == "")
        return index.calibrated(state.calibration) if fits else index

    def _put_up(self, index: Index, holdings: Holdings, state: _State, *, complete: bool) -> None:
        ordered = sorted(holdings.views, key=lambda view: (view.slug, view.locale))
        self._shelf = _Shelf(
            {(view.slug, view.locale): view for view in ordered},
            index,
            {view.slug: view.component for view in ordered},
            state,
            complete or self._encoder is None,
        )

    async def _load(self, state: _State) -> Saved | None:
        if self._file is None or not self._file.exists():
            return None
        try:
            return await asyncio.to_thread(load, self._file, self._model, Reader(state.synonyms))
        except SavedIndexRefusedError as refused:
            log.info("saved index refused, building anew", reason=str(refused.__cause__ or refused))
            return None

    async def _save(self, index: Index, state: _State) -> None:
        """What cannot be written is built again next time."""
        if self._file is None:
            return
        saved = Saved(index.collection, index.head, dict(state.stamps))
        try:
            await asyncio.to_thread(save, self._file, saved, self._model)
        except OSError as error:
            log.warning("index not saved", error=repr(error))


async def _stamps_now(session: AsyncSession, revision: Revision, known: _State | None) -> Mapping[str, str]:
    """Of the latest edits only, unless they do not explain what is there: then of everything."""
    if known is None or known.revision.edited is None:
        return await read_stamps(session)
    stamps = {**known.stamps, **await read_stamps(session, known.revision.edited - LATE_COMMIT)}
    explained = stamps != known.stamps or revision.newest_question == known.revision.newest_question
    return stamps if explained and len(stamps) == revision.articles else await read_stamps(session)


def _by_article(slugs: Iterable[str], phrasings: Iterable[Phrasing]) -> dict[str, list[Phrasing]]:
    grouped: dict[str, list[Phrasing]] = {slug: [] for slug in slugs}
    for phrasing in phrasings:
        grouped[phrasing.article].append(phrasing)
    return grouped
