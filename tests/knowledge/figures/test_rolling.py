from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlmodel import select, update

from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.console.queries import PAGE, Listed, Wanted, listed
from knowledge.figures.figures import Figures, figures_of
from knowledge.figures.models import ArticleDay
from knowledge.figures.rolling import roll_up
from knowledge.models import AnswerLog, Article
from knowledge.versions.models import ArticleVersion
from tests.support.answers import answered
from tests.support.articles import Press, make_press

AGES = (0, 1, 2, 3, 9, 40, 88)


@pytest.fixture
async def press(ground: Ground) -> Press:
    return await make_press(ground)


async def count(ground: Ground) -> int:
    async with ground.db.transaction() as session:
        return await roll_up(session, ground.clock.now())


async def count_all(ground: Ground) -> None:
    while await count(ground):
        pass


async def figures(press: Press, article_id: int) -> Figures:
    async with press.ground.db.reading() as session:
        return (await figures_of(session, press.now, [await press.article(article_id)]))[article_id]


class TestRollingUp:
    async def test_changes_no_figure(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        for days in AGES:
            await answered(ground, f"webchat:s:{days}", ago=timedelta(days=days))
        before = await figures(press, version.article_id)
        assert before.shown == len(AGES)
        await count_all(ground)
        assert await figures(press, version.article_id) == before
        assert await count(ground) == 0

    async def test_the_log_of_counted_days_is_not_read_again(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        for days in AGES:
            await answered(ground, f"webchat:s:{days}", ago=timedelta(days=days))
        await count_all(ground)
        async with ground.db.transaction() as session:
            await session.exec(update(AnswerLog).values(slug="fix-gone"))
        assert (await figures(press, version.article_id)).shown == len([days for days in AGES if days > 1])

    async def test_what_is_said_within_a_week_still_counts(
        self, press: Press, ground: Ground, clock: FrozenClock
    ) -> None:
        version = await press.publish()
        answer_id = await answered(ground, "webchat:s:1", ago=timedelta(days=3))
        await count_all(ground)
        async with ground.db.transaction() as session:
            await session.exec(update(AnswerLog).where(AnswerLog.id == answer_id).values(helped=True))  # type: ignore[arg-type]  # A column at class level.
        clock.advance(days=1)
        await count_all(ground)
        found = await figures(press, version.article_id)
        assert (found.shown, found.helped) == (1, 1)

    async def test_a_day_without_answers_is_counted_too(self, ground: Ground) -> None:
        await count_all(ground)
        async with ground.db.reading() as session:
            assert {row.slug for row in (await session.exec(select(ArticleDay))).all()} == {""}


MANY = 2000


async def _many(press: Press) -> None:
    """One article as it was published, many times over."""
    version = await press.publish()
    async with press.ground.db.transaction() as session:
        article = await session.get_one(Article, version.article_id)
        like, shown = article.model_dump(exclude={"id"}), version.model_dump(exclude={"id"})
        numbers = range(version.article_id + 1, version.article_id + 1 + MANY)
        articles = [{**like, "id": n, "slug": f"fix-{n}", "current_id": n + 10_000} for n in numbers]
        versions = [
            {**shown, "id": n + 10_000, "article_id": n, "changed_at": press.now + timedelta(seconds=n // 3)}
            for n in numbers
        ]
        await session.execute(insert(Article), articles)
        await session.execute(insert(ArticleVersion), versions)


@contextmanager
def noted(ground: Ground) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked."""
    engines = {ground.db.engine.sync_engine, ground.db._read_engine.sync_engine}
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append((statement, values))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


class TestTheListOfManyArticles:
    async def page(self, press: Press, cursor: str = "") -> Listed:
        async with press.ground.db.reading() as session:
            today = press.now.date()
            return await listed(session, Wanted(cursor=cursor), today=today, staff_id=1)

    async def test_page_after_page_shows_each_once_and_in_order(self, press: Press) -> None:
        await _many(press)
        seen, cursor = [], ""
        for _ in range(4):
            found = await self.page(press, cursor)
            seen += [(row.version.changed_at, row.article.id) for row in found.rows]
            cursor = found.more
        assert len(set(seen)) == 4 * PAGE
        assert seen == sorted(seen, reverse=True)

    async def test_neither_the_list_nor_its_figures_ask_once_per_row(self, press: Press) -> None:
        await _many(press)
        with noted(press.ground) as asked:
            found = await self.page(press)
            async with press.ground.db.reading() as session:
                await figures_of(session, press.now, [row.article for row in found.rows])
        selects = [statement for statement, _ in asked if statement.lstrip().upper().startswith("SELECT")]
        assert len(found.rows) == PAGE
        assert len(selects) <= 6

    async def test_an_index_gives_the_order_so_nothing_is_sorted(self, press: Press, ground: Ground) -> None:
        if not ground.db.is_sqlite:
            pytest.skip("PostgreSQL reads tables as small as these from end to end")
        await _many(press)
        for cursor in ("", (await self.page(press)).more):
            with noted(ground) as asked:
                await self.page(press, cursor)
            [(statement, values)] = [one for one in asked if "article_version" in one[0]]
            async with ground.db.reading() as session:
                plan = await (await session.connection()).exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                steps = "\n".join(str(row) for row in plan.all())
            assert "ix_article_version_changed" in steps
            assert "TEMP B-TREE" not in steps
