"""What readers get, and when: addresses, pictures, translations, what came before there were versions."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest
from sqlmodel import delete, select, update

from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox.models import Job
from knowledge.answers import log_answer
from knowledge.articles import all_articles, import_folder, slugs
from knowledge.feedback import give_feedback
from knowledge.figures.figures import figures_of
from knowledge.models import Article, Question
from knowledge.publishing.addresses import moved_to, public_picture
from knowledge.publishing.publishing import PUBLISH_DUE, adopt, look_after, retire
from knowledge.review.reminding import Reminder, remind
from knowledge.versions.content import Content, dump
from knowledge.versions.differences import differences
from knowledge.versions.errors import SlugTakenError
from knowledge.versions.models import ArticlePart, ArticlePicture, ArticleVersion
from tests.support.articles import Press, content, words
from tests.support.public import make_article

PICTURE = "ab" * 16


async def _rename(press: Press, article_id: int, slug: str) -> None:
    version = await press.change(article_id, content(slug))
    await press.approve(version.id)


class TestAddresses:
    async def test_a_former_address_leads_to_the_present_one(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        await _rename(press, version.article_id, "fix-printer")
        await _rename(press, version.article_id, "fix-paper")
        async with ground.db.reading() as session:
            assert await moved_to(session, "fix-print") == "fix-paper"
            assert await moved_to(session, "fix-printer") == "fix-paper"
            assert await moved_to(session, "fix-paper") is None

    async def test_back_at_the_old_address_nothing_leads_in_circles(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        await _rename(press, version.article_id, "fix-printer")
        await _rename(press, version.article_id, "fix-print")
        async with ground.db.reading() as session:
            assert await moved_to(session, "fix-print") is None
            assert await moved_to(session, "fix-printer") == "fix-print"

    async def test_belong_to_one_article_for_ever(self, press: Press) -> None:
        version = await press.publish()
        await _rename(press, version.article_id, "fix-printer")
        for slug in ("fix-print", "fix-printer"):
            with pytest.raises(SlugTakenError):
                await press.begin(content(slug))

    async def test_of_a_retired_article_lead_nowhere_and_do_not_come_back_with_the_product(
        self, press: Press, ground: Ground
    ) -> None:
        version = await press.publish()
        await _rename(press, version.article_id, "fix-printer")
        async with ground.db.transaction() as session:
            await retire(session, press.now, press.li, version.article_id, reason="过时了")
            assert await moved_to(session, "fix-print") is None
            again = [make_article("fix-print"), make_article("fix-printer")]
            assert await import_folder(session, press.now, again) == 0
        assert await press.titles() == []


class TestPictures:
    async def test_are_for_strangers_once_they_are_in_what_is_published(self, press: Press, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            for name in (PICTURE, "cd" * 16):
                session.add(ArticlePicture(id=name, name="a.png", mime="image/png", size=1, by="Wang", at=press.now))
        shown = content(words={"zh": words(body=f"看图 ![图](picture:{PICTURE})")})
        version = await press.begin(shown)
        await press.submit(version.id)
        async with ground.db.reading() as session:
            assert await public_picture(session, PICTURE) is None
        await press.approve(version.id)
        async with ground.db.reading() as session:
            assert await public_picture(session, PICTURE) is not None
            assert await public_picture(session, "cd" * 16) is None


class TestTranslations:
    async def test_one_that_is_older_says_so_to_readers(self, press: Press, ground: Ground, clock: FrozenClock) -> None:
        both = content(words={"zh": words(), "en": words("Nothing is printed")})
        version = await press.publish(both)
        clock.advance(days=1)
        later = await press.change(
            version.article_id, content(words={"zh": words("打印没反应"), "en": words("Nothing is printed")})
        )
        await press.approve(later.id)
        async with ground.db.reading() as session:
            marks = {view.locale: view.outdated for view in await all_articles(session)}
        assert marks == {"zh": False, "en": True}

    async def test_another_way_to_ask_makes_no_translation_older(
        self, press: Press, ground: Ground, clock: FrozenClock
    ) -> None:
        version = await press.publish(content(words={"zh": words(), "en": words("Nothing is printed")}))
        clock.advance(days=1)
        asked = content(words={"zh": words(questions=("打不了",)), "en": words("Nothing is printed")})
        await press.approve((await press.change(version.article_id, asked)).id)
        async with ground.db.reading() as session:
            assert [view.outdated for view in await all_articles(session)] == [False, False]


class TestWhatWasThereBefore:
    async def test_becomes_the_first_version_as_it_is(self, press: Press, ground: Ground) -> None:
        files = [make_article(), make_article(lang="en", title="Cannot sign in", tags=("sign-in", "login"))]
        async with ground.db.transaction() as session:
            await import_folder(session, press.now, files)
            shipped = (await session.exec(select(ArticleVersion))).one()
            was = dict(shipped.content)
            # As the migration finds them: no versions at all.
            await session.exec(update(Article).values(current_id=None))
            await session.exec(delete(ArticlePart))
            await session.exec(delete(ArticleVersion))
        async with ground.db.transaction() as session:
            assert await adopt(session, press.now) == 1
            assert await adopt(session, press.now) == 0
            adopted = (await session.exec(select(ArticleVersion))).one()
        assert (adopted.content, adopted.state, adopted.number) == (was, "published", 1)
        changed = await press.change(adopted.article_id, content("fix-login"))
        await press.approve(changed.id)
        assert await press.titles() == ["打印不出来怎么办"]


class TestTheSearch:
    async def test_a_way_to_ask_that_stays_keeps_its_vector(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        async with ground.db.transaction() as session:
            await session.exec(update(Question).values(model="m", vector=b"1"))
        await press.approve((await press.change(version.article_id, content(title="打印没反应"))).id)
        async with ground.db.reading() as session:
            asked = {one.text: one.model for one in (await session.exec(select(Question))).all()}
        assert asked["打印不出来"] == "m"
        assert asked["打印没反应"] is None
        assert "打印不出来怎么办" not in asked

    async def test_an_article_that_is_only_written_is_not_found(self, press: Press, ground: Ground) -> None:
        await press.begin()
        async with ground.db.reading() as session:
            assert await slugs(session) == ["fix-print"]
            assert await all_articles(session) == []
            assert (await session.exec(select(Question))).all() == []


class TestALaterMoment:
    async def test_is_kept_by_a_job(self, press: Press, ground: Ground, clock: FrozenClock) -> None:
        version = await press.begin()
        await press.submit(version.id)
        await press.approve(version.id, publish_at=clock.now().replace(hour=20))
        async with ground.db.reading() as session:
            job = (await session.exec(select(Job).where(Job.kind == PUBLISH_DUE))).one()
        assert datetime.fromtimestamp(job.run_at / 1000, tz=clock.now().tzinfo) == clock.now().replace(hour=20)

    async def test_one_that_is_past_is_now(self, press: Press, clock: FrozenClock) -> None:
        version = await press.begin()
        await press.submit(version.id)
        done = await press.approve(version.id, publish_at=clock.now().replace(hour=1))
        assert done.state == "published"


class TestFigures:
    async def test_count_under_every_address_an_article_had(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        await _rename(press, version.article_id, "fix-printer")
        async with ground.db.transaction() as session:
            for slug in ("fix-print", "fix-printer", "fix-other"):
                await log_answer(
                    session,
                    press.now,
                    reference=slug,
                    locale="zh",
                    question="打不出来",
                    outcome="answer",
                    slug=slug,
                    confidence=0.9,
                    candidates=[],
                )
            await give_feedback(session, press.now, slug="fix-print", locale="zh", helped=True)
            await give_feedback(session, press.now, slug="fix-printer", locale="zh", helped=False)
            figures = await figures_of(session, press.now, [await press.article(version.article_id)])
        one = figures[version.article_id]
        assert (one.shown, one.helped, one.unhelpful, one.help_rate) == (2, 1, 1, 50)


class TestReminders:
    async def test_tell_an_owner_once_for_each_day_they_set(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        told: list[Reminder] = []

        async def tell(session: AsyncSession, now: datetime, reminders: Sequence[Reminder]) -> None:
            told.extend(reminders)

        async def look(today: date) -> int:
            async with ground.db.transaction() as session:
                return await remind(session, press.now, today, tell)

        async def care(day: date) -> None:
            async with ground.db.transaction() as session:
                await look_after(
                    session, press.now, press.li, version.article_id, owner_id=press.wang.id, review_on=day
                )

        await care(date(2026, 12, 1))
        assert await look(date(2026, 11, 30)) == 0
        assert [await look(date(2026, 12, day)) for day in (1, 2, 3)] == [1, 0, 0]
        await care(date(2026, 12, 3))
        assert [await look(date(2026, 12, day)) for day in (3, 4)] == [1, 0]
        assert {one.staff_id for one in told} == {press.wang.id}


def test_differences_are_of_lines_and_leave_out_what_stayed() -> None:
    body = "\n".join(f"第{number}行" for number in range(20))
    before = content(words={"zh": words(body=body)})
    after = content(words={"zh": words(body=body.replace("第10行", "改过的"))}, component="client")
    facts, changed = differences(before, after)
    assert (facts.field, [line.text for line in facts.lines]) == ("component", ["print", "client"])
    marks = "".join(line.mark for line in changed.lines)
    assert marks == "  …  -+  …  "


def test_a_content_without_words_is_one_too() -> None:
    assert dump(Content(slug="a"))["words"] == {}
