"""The index of a process: started from its file, kept up to date by small steps, swapped under questions."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, delete, select, update

from kit.db import hint
from kit.ground import Ground
from knowledge.articles import import_folder
from knowledge.errors import ArticleNotFoundError
from knowledge.library import Library
from knowledge.models import Article, ArticleText, Question
from knowledge.search.calibration import Outcome
from knowledge.search.encoder import EncoderUnavailableError, Matrix
from knowledge.search.filters import STAFF, Filter
from knowledge.tuning.synonyms import KNOWLEDGE_CHANGED
from tests.knowledge.test_library import LOGIN, PRINT, SpellingEncoder, put
from tests.support.public import make_article

UPLOAD = make_article("fix-upload", title="上传失败", questions=("发票上传失败", "上传不上去", "离线票传不了"))
#: Long enough for a busy machine, and never reached: a hint takes milliseconds.
AT_MOST_S = 60.0


async def publish(ground: Ground, *files: object) -> None:
    """As the editor does: the articles, and a word to everybody who listens."""
    async with ground.db.transaction() as session:
        await import_folder(session, ground.clock.now(), files)  # type: ignore[arg-type]  # Files of articles.
        hint(session, KNOWLEDGE_CHANGED)


async def retire(ground: Ground, slug: str) -> None:
    async with ground.db.transaction() as session:
        article = (await session.exec(select(Article).where(Article.slug == slug))).one()
        for table in (ArticleText, Question):
            await session.exec(delete(table).where(col(table.article_id) == article.id))
        await session.exec(update(Article).values(updated_at=ground.clock.now() + timedelta(seconds=1)))


def told(libraries: Iterable[Library], question: str) -> set[str]:
    return {library.search(question, "zh").hits[0].article for library in libraries}


class TestFollowing:
    async def test_what_is_published_is_found_in_every_process_as_soon_as_it_is_told(
        self, ground: Ground, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("knowledge.library.LOOK_EVERY_S", 2 * AT_MOST_S)
        await put(ground, LOGIN, PRINT)
        libraries = [Library(ground.db, ground.clock, encoder) for encoder in (None, SpellingEncoder())]
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for library in libraries:
                await library.open()
                await library.refresh()
                group.create_task(library.follow(stopping))
            await publish(ground, UPLOAD)
            async with asyncio.timeout(AT_MOST_S):
                while told(libraries, "发票上传失败") != {"fix-upload"}:  # noqa: ASYNC110 - a library has no event to wait for.
                    await asyncio.sleep(0)
            stopping.set()
            ground.db.bus.publish("stopping")

    async def test_a_publish_adds_a_small_segment_and_leaves_the_large_one_alone(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        library = Library(ground.db, ground.clock, SpellingEncoder())
        await library.refresh()
        base = library.index.collection.base
        await publish(ground, UPLOAD)
        await library.refresh()
        assert library.index.collection.base is base
        assert list(library.index.collection.delta.articles) == ["fix-upload"]
        await library.tidy()
        assert not library.index.collection.delta.articles
        assert "fix-upload" in library.index.collection.base.articles
        assert library.search("上传不上去", "zh").hits[0].article == "fix-upload"

    async def test_what_is_published_while_it_is_tidied_is_not_lost(self, ground: Ground) -> None:
        await put(ground, LOGIN)
        library = Library(ground.db, ground.clock, None)
        await library.refresh()
        await publish(ground, PRINT)
        await library.refresh()
        tidying = asyncio.create_task(library.tidy())
        await asyncio.sleep(0)
        await publish(ground, UPLOAD)
        await library.refresh()
        await tidying
        found = {library.search(text, "zh").hits[0].article for text in ("登录不上", "打印缺一块", "上传不上去")}
        assert found == {"fix-login", "fix-print", "fix-upload"}

    async def test_what_is_retired_is_gone(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        library = Library(ground.db, ground.clock, None)
        await library.refresh()
        await retire(ground, "fix-print")
        await library.refresh()
        assert {hit.article for hit in library.search("打印缺一块", "zh").hits} <= {"fix-login"}
        with pytest.raises(ArticleNotFoundError):
            library.article("fix-print", "zh")

    async def test_no_question_goes_unanswered_while_articles_come_and_indices_are_swapped(
        self, ground: Ground
    ) -> None:
        await put(ground, LOGIN, PRINT)
        library = Library(ground.db, ground.clock, SpellingEncoder())
        await library.refresh()
        stop = asyncio.Event()
        wrong = []

        async def ask() -> int:
            asked = 0
            while not stop.is_set():
                hits = library.search("打印缺一块", "zh").hits
                wrong.extend([] if hits and hits[0].article == "fix-print" else [hits])
                asked += 1
                await asyncio.sleep(0)
            return asked

        asking = asyncio.create_task(ask())
        for number in range(4):
            questions = (f"新的问题{number}", f"新问题{number}怎么办", f"{number}号新问题")
            await publish(ground, make_article(f"new-{number}", title=f"新的{number}", questions=questions))
            await library.refresh()
            await library.tidy()
        stop.set()
        assert await asking > 0
        assert not wrong


class TestStartingFromAFile:
    async def test_it_answers_by_meaning_without_reading_vectors_or_encoding_articles(
        self, ground: Ground, tmp_path: Path
    ) -> None:
        await put(ground, LOGIN, PRINT)
        file = tmp_path / "search.npz"
        await Library(ground.db, ground.clock, SpellingEncoder(), file=file).refresh()
        async with ground.db.transaction() as session:
            await session.exec(update(Question).values(vector=None, model=None))
        encoder = SpellingEncoder()
        library = Library(ground.db, ground.clock, encoder, file=file)
        await library.open()
        assert library.search("打印缺一块", "zh").hits[0].article == "fix-print"
        await library.refresh()
        assert library.index.semantic
        assert library.search("打印缺一块", "zh").hits[0].article == "fix-print"
        assert not {"打印缺一块的", "登录不上"} & set(encoder.encoded)

    async def test_what_changed_since_is_taken_in(self, ground: Ground, tmp_path: Path) -> None:
        await put(ground, LOGIN, PRINT)
        file = tmp_path / "search.npz"
        await Library(ground.db, ground.clock, SpellingEncoder(), file=file).refresh()
        await publish(ground, UPLOAD)
        await retire(ground, "fix-print")
        library = Library(ground.db, ground.clock, SpellingEncoder(), file=file)
        for step in (library.open, library.refresh):
            await step()
            assert library.search("上传不上去", "zh").hits[0].article == "fix-upload"
            assert "fix-print" not in {hit.article for hit in library.search("打印缺一块", "zh").hits}

    @pytest.mark.parametrize("content", [b"", b"not an index"])
    async def test_a_broken_one_is_built_anew_and_written_again(
        self, ground: Ground, tmp_path: Path, content: bytes
    ) -> None:
        await put(ground, LOGIN, PRINT)
        file = tmp_path / "search.npz"
        file.write_bytes(content)
        library = Library(ground.db, ground.clock, SpellingEncoder(), file=file)
        await library.open()
        assert library.search("打印缺一块", "zh").hits[0].article == "fix-print"
        await library.refresh()
        assert len(file.read_bytes()) > len(content)

    async def test_one_of_another_model_is_refused(self, ground: Ground, tmp_path: Path) -> None:
        await put(ground, LOGIN, PRINT)
        file = tmp_path / "search.npz"
        await Library(ground.db, ground.clock, SpellingEncoder("old"), file=file).refresh()
        encoder = SpellingEncoder("new")
        library = Library(ground.db, ground.clock, encoder, file=file)
        await library.open()
        await library.refresh()
        assert "打印缺一块" in encoder.encoded


class TestAudiences:
    async def test_an_article_for_staff_is_neither_found_nor_shown_nor_listed_outside(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        async with ground.db.transaction() as session:
            await session.exec(update(Article).where(col(Article.slug) == "fix-print").values(audience="staff"))
        library = Library(ground.db, ground.clock, None)
        await library.refresh()
        assert "fix-print" not in {hit.article for hit in library.search("打印缺一块", "zh").hits}
        assert "fix-print" not in {view.slug for view in library.articles("zh")}
        with pytest.raises(ArticleNotFoundError):
            library.article("fix-print", "zh")
        assert library.search("打印缺一块", "zh", Filter(STAFF)).hits[0].article == "fix-print"
        assert library.article("fix-print", "zh", STAFF).slug == "fix-print"


class ServiceEncoder(SpellingEncoder):
    """A service that can be away."""

    REMOTE = True

    def __init__(self) -> None:
        super().__init__("service")
        self.away = False

    def encode(self, texts: list[str], /) -> Matrix:  # type: ignore[override]  # Narrower than the parent on purpose.
        if self.away:
            raise EncoderUnavailableError
        return super().encode(texts)


class TestWithoutTheEncoder:
    async def test_a_service_is_never_asked_in_the_middle_of_a_search(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        encoder = ServiceEncoder()
        library = Library(ground.db, ground.clock, encoder)
        await library.refresh()
        encoder.encoded.clear()
        assert library.search("打印缺一块呢", "zh").hits[0].article == "fix-print"
        assert encoder.encoded == []
        await library.prepare("打印缺一块呢")
        assert library.search("打印缺一块呢", "zh").hits[0].article == "fix-print"
        assert encoder.encoded == ["打印缺一块呢"]

    async def test_while_it_is_away_the_words_answer(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        encoder = ServiceEncoder()
        library = Library(ground.db, ground.clock, encoder)
        await library.refresh()
        encoder.away = True
        await library.prepare("打印缺一块")
        result = library.search("打印缺一块", "zh")
        assert (result.outcome, result.hits[0].article) == (Outcome.ANSWER, "fix-print")
        assert library.search("zzz qqq", "zh").outcome is Outcome.ABSTAIN

    async def test_a_start_without_it_answers_by_words_and_recovers(self, ground: Ground) -> None:
        await put(ground, LOGIN, PRINT)
        encoder = ServiceEncoder()
        encoder.away = True
        library = Library(ground.db, ground.clock, encoder)
        await library.open()
        with pytest.raises(EncoderUnavailableError):
            await library.refresh()
        assert library.search("打印缺一块", "zh").hits[0].article == "fix-print"
        encoder.away = False
        await library.refresh()
        assert library.index.semantic


async def test_a_draft_near_a_published_article_is_told(ground: Ground) -> None:
    await put(ground, LOGIN, PRINT)
    library = Library(ground.db, ground.clock, None)
    await library.refresh()
    assert [entry.article for entry in library.near(["打印缺一块了"])] == ["fix-print"]
    assert library.near(["打印缺一块"], itself="fix-print") == []
