"""From answers that were none to gaps, and what is done about them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.audit import Author
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from knowledge.answers import log_answer
from knowledge.articles import import_folder
from knowledge.gaps.deciding import begin_draft, ranked, set_aside
from knowledge.gaps.following import Desk, follow
from knowledge.gaps.meaning import Meaning
from knowledge.gaps.models import Gap, GapState
from knowledge.library import Library
from knowledge.versions.content import load
from knowledge.versions.models import ArticleVersion
from tests.support.public import make_article
from tests.support.web import add_staff

ASKED = (
    "差额征税怎么开",
    "差额征税的发票怎么开",
    "怎么开差额征税发票",
    "差额征税开票入口在哪",
    "差额征税票怎么开 13812345678",
)


async def _followed(
    _session: AsyncSession, answers: Collection[tuple[str, datetime]], _within: timedelta
) -> set[tuple[str, datetime]]:
    return set(answers)


async def _people(_session: AsyncSession, references: Collection[str]) -> Mapping[str, str]:
    return {one: one for one in references}


DESK = Desk(followed=_followed, people=_people, mask=lambda text, _locale: text.replace("13812345678", "[电话]"))


@pytest.fixture
async def library(ground: Ground) -> Library:
    async with ground.db.transaction() as session:
        await import_folder(session, ground.clock.now(), [make_article()])
    library = Library(ground.db, ground.clock, None)
    await library.open()
    return library


async def _ask(ground: Ground, texts: Collection[str], *, by: str = "p") -> None:
    async with ground.db.transaction() as session:
        for place, text in enumerate(texts):
            await log_answer(
                session,
                ground.clock.now(),
                reference=f"{by}{place}",
                locale="zh",
                question=text,
                outcome="abstain",
                slug=None,
                confidence=0.0,
                candidates=[],
            )


async def _follow(ground: Ground, library: Library) -> int:
    return await follow(ground.db, ground.clock.now(), Meaning(library.index, None, model=""), DESK)


async def _gaps(ground: Ground, state: GapState = GapState.OPEN) -> list[Gap]:
    async with ground.db.reading() as session:
        return list(await ranked(session, state))


class TestFollowing:
    async def test_one_meaning_is_one_gap_with_its_people(
        self, ground: Ground, clock: FrozenClock, library: Library
    ) -> None:
        await _ask(ground, ASKED)
        clock.advance(hours=2)
        assert await _follow(ground, library) == len(ASKED)
        [gap] = await _gaps(ground)
        assert (gap.people, gap.weeks[-1], gap.remedy) == (5, 5, "article")
        assert "13812345678" not in repr(gap.examples)
        assert await _follow(ground, library) == 0
        assert [one.people for one in await _gaps(ground)] == [5]

    async def test_waits_until_it_is_known_what_followed(
        self, ground: Ground, clock: FrozenClock, library: Library
    ) -> None:
        await _ask(ground, ASKED)
        clock.advance(minutes=30)
        assert await _follow(ground, library) == 0

    async def test_later_questions_join_and_old_ones_fade(
        self, ground: Ground, clock: FrozenClock, library: Library
    ) -> None:
        await _ask(ground, ASKED)
        clock.advance(days=40)
        await _ask(ground, ASKED[:3], by="q")
        clock.advance(hours=2)
        await _follow(ground, library)
        [gap] = await _gaps(ground)
        assert (gap.people, gap.asked) == (3, 3)


class TestDeciding:
    async def test_a_draft_is_begun_once_with_the_wordings(
        self, ground: Ground, clock: FrozenClock, library: Library
    ) -> None:
        staff = await add_staff(ground, role=Role.EDITOR, login="zhou", name="周宁")
        by = Author("周宁", staff.id)
        await _ask(ground, ASKED)
        clock.advance(hours=2)
        await _follow(ground, library)
        [gap] = await _gaps(ground)
        async with ground.db.transaction() as session:
            article_id = await begin_draft(session, clock.now(), by, gap.id)
        async with ground.db.transaction() as session:
            assert await begin_draft(session, clock.now(), by, gap.id) == article_id
            mine = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
            version = (await session.exec(mine)).one()
        assert set(ASKED[:4]) <= set(load(version.content).in_language("zh").questions)
        assert version.state == "draft"
        assert [one.id for one in await _gaps(ground, GapState.DRAFTED)] == [gap.id]

    async def test_set_aside_comes_back_when_it_grows(
        self, ground: Ground, clock: FrozenClock, library: Library
    ) -> None:
        await _ask(ground, ASKED)
        clock.advance(hours=2)
        await _follow(ground, library)
        [gap] = await _gaps(ground)
        async with ground.db.transaction() as session:
            await set_aside(session, clock.now(), Author("梅兰"), gap.id, "税务局的事")
        await _follow(ground, library)
        assert await _gaps(ground) == []
        await _ask(ground, [*ASKED, ASKED[0]], by="more")
        clock.advance(hours=2)
        await _follow(ground, library)
        [back] = await _gaps(ground)
        assert (back.id, back.returned_at) == (gap.id, clock.now())
