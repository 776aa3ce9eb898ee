"""Nobody publishes their own change: not by any order of steps, not by two at once."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, update

from kit.access.identity import Role
from kit.access.models import Staff
from kit.audit import Author, history, verify
from kit.clock import FrozenClock
from kit.errors import AppError
from kit.ground import Ground
from knowledge.publishing.publishing import publish, publish_due, retire
from knowledge.review.errors import (
    IncompleteError,
    NothingChangedError,
    OwnChangeError,
    UncheckedCaseError,
)
from knowledge.review.reviewing import approve, give_back, submit
from knowledge.versions.drafting import Edit, discard, roll_back, save
from knowledge.versions.errors import ArticleChangedError
from knowledge.versions.models import ArticleVersion, Origin, VersionState
from tests.support.articles import Press, content, staff, words


async def _refuse(press: Press, version_id: int, by: Author, kind: type[AppError]) -> None:
    with pytest.raises(kind):
        await press.approve(version_id, by)
    assert (await press.version(version_id)).state != VersionState.PUBLISHED
    assert await press.titles() == []


class TestTheSecondPerson:
    async def test_publishes_what_another_one_wrote(self, press: Press) -> None:
        version = await press.publish()
        assert version.state == VersionState.PUBLISHED
        assert version.approver == "Li"
        assert await press.titles() == ["打印不出来怎么办"]

    async def test_is_never_the_author(self, press: Press) -> None:
        version = await press.begin(by=press.li)
        await press.submit(version.id, press.li)
        await _refuse(press, version.id, press.li, OwnChangeError)

    async def test_is_nobody_who_changed_a_part_of_it(self, press: Press) -> None:
        version = await press.begin()
        await press.edit(version.id, content(title="打不出来"), press.li)
        await press.edit(version.id, content(title="打印失败"), press.wang)
        await press.submit(version.id)
        await _refuse(press, version.id, press.li, OwnChangeError)
        assert (await press.approve(version.id, press.qian)).state == VersionState.PUBLISHED

    async def test_is_nobody_who_only_handed_it_in(self, press: Press) -> None:
        version = await press.begin()
        await press.submit(version.id, press.li)
        await _refuse(press, version.id, press.li, OwnChangeError)

    async def test_is_no_agent_and_nobody_who_left(self, press: Press, ground: Ground) -> None:
        version = await press.begin()
        await press.submit(version.id)
        await _refuse(press, version.id, await staff(ground, "zhao"), ArticleChangedError)
        async with ground.db.transaction() as session:
            await session.exec(update(Staff).where(col(Staff.id) == press.li.id).values(active=False))
        await _refuse(press, version.id, press.li, ArticleChangedError)

    async def test_is_no_command_line(self, press: Press) -> None:
        version = await press.begin()
        await press.submit(version.id)
        await _refuse(press, version.id, Author("root"), OwnChangeError)

    async def test_may_be_an_administrator_but_not_of_their_own(self, press: Press, ground: Ground) -> None:
        admin = await staff(ground, "sun", Role.ADMIN)
        version = await press.begin(by=admin)
        await press.submit(version.id, admin)
        await _refuse(press, version.id, admin, OwnChangeError)

    async def test_cannot_hide_behind_a_draft_that_was_given_up(self, press: Press, ground: Ground) -> None:
        version = await press.begin(by=press.li)
        async with ground.db.transaction() as session:
            await discard(session, press.now, press.li, version.id, seen=version.revision)
        again = await press.reopen(version.article_id, press.wang)
        await press.submit(again.id)
        await _refuse(press, again.id, press.li, OwnChangeError)


class TestAnApproval:
    async def test_is_of_the_content_that_was_read(self, press: Press) -> None:
        version = await press.begin()
        read = (await press.submit(version.id)).digest
        await press.edit(version.id, content(title="另一个标题"))
        await press.submit(version.id)
        with pytest.raises(ArticleChangedError):
            await press.approve(version.id, digest=read)
        assert await press.titles() == []

    async def test_ends_with_the_next_edit(self, press: Press, ground: Ground, clock: FrozenClock) -> None:
        version = await press.begin()
        await press.submit(version.id)
        later = clock.now().replace(hour=23)
        approved = await press.approve(version.id, publish_at=later)
        assert approved.state == VersionState.APPROVED
        await press.edit(version.id, content(title="改过了"))
        clock.advance(days=1)
        async with ground.db.transaction() as session:
            await publish_due(session, clock.now(), {"version_id": version.id, "digest": approved.digest})
        after = await press.version(version.id)
        assert (after.state, after.approved_by, after.publish_at) == (VersionState.DRAFT, None, None)
        assert await press.titles() == []

    async def test_does_not_come_back_with_the_old_text(self, press: Press, ground: Ground, clock: FrozenClock) -> None:
        version = await press.begin()
        await press.submit(version.id)
        approved = await press.approve(version.id, publish_at=clock.now().replace(hour=23))
        await press.edit(version.id, content(title="改过了"))
        await press.edit(version.id, content())
        with pytest.raises(ArticleChangedError):
            async with ground.db.transaction() as session:
                await publish(session, press.now, press.wang, version.id, digest=approved.digest)

    async def test_cannot_be_written_past_the_code(self, press: Press, ground: Ground) -> None:
        version = await press.begin()
        mine = update(ArticleVersion).where(col(ArticleVersion.id) == version.id)
        for values in (
            {"state": "published"},
            {"state": "approved", "approved_by": press.li.id, "approved_digest": "of another content"},
        ):
            with pytest.raises(IntegrityError):
                async with ground.db.transaction() as session:
                    await session.exec(mine.values(**values))

    async def test_of_a_published_version_holds_its_content_fast(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        forged = update(ArticleVersion).where(col(ArticleVersion.id) == version.id).values(digest="another")
        with pytest.raises(IntegrityError):
            async with ground.db.transaction() as session:
                await session.exec(forged)
        with pytest.raises(ArticleChangedError):
            await press.edit(version.id, content(title="偷偷改"))

    async def test_of_a_case_asks_whether_somebody_looked_for_personal_data(self, press: Press) -> None:
        version = await press.begin(content(kind="case"), origin=Origin.CASE)
        await press.submit(version.id)
        await _refuse(press, version.id, press.li, UncheckedCaseError)
        assert (await press.approve(version.id, checked=True)).state == VersionState.PUBLISHED


class TestAtTheSameMoment:
    """Two connections; the second one waits for the first, whatever the database."""

    async def test_an_edit_beats_the_approval_that_waits_for_it(self, press: Press, ground: Ground) -> None:
        version = await press.begin()
        read = await press.submit(version.id)

        async def approving() -> None:
            async with ground.db.transaction() as session:
                await approve(session, press.now, press.li, version.id, seen=read.revision, digest=read.digest)

        async with ground.db.transaction() as session:
            edit = Edit(content=content(title="我自己改的"))
            await save(session, press.now, press.li, version.id, edit, seen=read.revision)
            waiting = asyncio.create_task(approving())
            await asyncio.sleep(0)
        with pytest.raises((OwnChangeError, ArticleChangedError)):
            await waiting
        assert (await press.version(version.id)).state == VersionState.DRAFT

    async def test_not_even_an_author_who_guesses_what_comes_next(self, press: Press, ground: Ground) -> None:
        version = await press.begin()
        read = await press.submit(version.id)
        coming = content(title="我自己改的")

        async def approving(seen: int, digest: str) -> None:
            async with ground.db.transaction() as session:
                await approve(session, press.now, press.li, version.id, seen=seen, digest=digest)

        async with ground.db.transaction() as session:
            saved = await save(session, press.now, press.li, version.id, Edit(content=coming), seen=read.revision)
            waiting = asyncio.create_task(approving(saved.revision + 1, saved.digest))
            await asyncio.sleep(0)
            await submit(session, press.now, press.li, version.id, seen=saved.revision)
        with pytest.raises((OwnChangeError, ArticleChangedError)):
            await waiting
        assert (await press.version(version.id)).state == VersionState.REVIEW

    async def test_who_edits_while_their_approval_is_on_its_way_is_too_late(self, press: Press, ground: Ground) -> None:
        version = await press.begin()
        read = await press.submit(version.id)

        async def editing() -> None:
            async with ground.db.transaction() as session:
                edit = Edit(content=content(title="我自己改的"))
                await save(session, press.now, press.li, version.id, edit, seen=read.revision)

        async with ground.db.transaction() as session:
            await approve(session, press.now, press.li, version.id, seen=read.revision, digest=read.digest)
            waiting = asyncio.create_task(editing())
            await asyncio.sleep(0)
            await publish(session, press.now, press.li, version.id, digest=read.digest)
        with pytest.raises(ArticleChangedError):
            await waiting
        assert await press.titles() == ["打印不出来怎么办"]

    async def test_of_two_who_begin_a_version_both_get_the_same_one(self, press: Press) -> None:
        version = await press.publish()
        first, second = await asyncio.gather(
            press.reopen(version.article_id, press.wang), press.reopen(version.article_id, press.li)
        )
        assert first.id == second.id


class TestTheWay:
    async def test_a_change_is_read_over_like_the_first_version(self, press: Press) -> None:
        first = await press.publish()
        second = await press.change(first.article_id, content(title="新标题"))
        assert await press.titles() == ["打印不出来怎么办"]
        await press.approve(second.id)
        assert await press.titles() == ["新标题"]
        assert (await press.version(first.id)).state == VersionState.REPLACED

    async def test_what_says_nothing_new_or_not_enough_is_not_handed_in(self, press: Press) -> None:
        first = await press.publish()
        same = await press.reopen(first.article_id)
        with pytest.raises(NothingChangedError):
            await press.submit(same.id)
        await press.edit(same.id, content(words={"zh": words(summary="")}))
        with pytest.raises(IncompleteError):
            await press.submit(same.id)

    async def test_back_to_an_old_version_is_a_change_that_is_read_over(self, press: Press, ground: Ground) -> None:
        first = await press.publish()
        second = await press.change(first.article_id, content(title="新标题"))
        await press.approve(second.id)
        async with ground.db.transaction() as session:
            third = await roll_back(session, press.now, press.li, first.article_id, 1)
        assert (third.number, third.digest, third.state) == (3, first.digest, VersionState.DRAFT)
        await press.submit(third.id, press.li)
        with pytest.raises(OwnChangeError):
            await press.approve(third.id, press.li)
        await press.approve(third.id, press.qian)
        assert await press.titles() == ["打印不出来怎么办"]

    async def test_what_is_given_back_says_why_and_is_handed_in_again(self, press: Press, ground: Ground) -> None:
        version = await press.begin()
        read = await press.submit(version.id)
        async with ground.db.transaction() as session:
            await give_back(session, press.now, press.li, version.id, seen=read.revision, remark="步骤太少")
        back = await press.version(version.id)
        assert (back.state, back.remark) == (VersionState.DRAFT, "步骤太少")
        await press.edit(version.id, content(title="打印不了"))
        await press.submit(version.id)
        assert (await press.approve(version.id)).state == VersionState.PUBLISHED

    async def test_of_two_editors_the_slower_one_is_told(self, press: Press, ground: Ground) -> None:
        version = await press.begin()
        await press.edit(version.id, content(title="第一个"))
        late = Edit(content=content(title="第二个"))
        with pytest.raises(ArticleChangedError):
            async with ground.db.transaction() as session:
                await save(session, press.now, press.li, version.id, late, seen=version.revision)

    async def test_retired_is_gone_for_readers_and_comes_back_only_by_review(
        self, press: Press, ground: Ground
    ) -> None:
        version = await press.publish()
        async with ground.db.transaction() as session:
            await retire(session, press.now, press.li, version.article_id, reason="过时了")
        assert await press.titles() == []
        again = await press.reopen(version.article_id)
        await press.submit(again.id)
        assert (await press.approve(again.id)).state == VersionState.PUBLISHED
        assert await press.titles() == ["打印不出来怎么办"]

    async def test_every_step_is_in_the_chain(self, press: Press, ground: Ground) -> None:
        version = await press.publish()
        async with ground.db.reading() as session:
            steps = [entry.action for entry in await history(session, "article", str(version.article_id))]
            assert await verify(session) is None
        assert steps == ["article.publish", "article.approve", "article.submit", "article.draft"]
