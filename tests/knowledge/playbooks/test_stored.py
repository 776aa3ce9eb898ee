"""Versions of playbooks: nobody releases their own change, and what was in force can be read for ever."""

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
from knowledge.playbooks.errors import PlaybookKeyError, PlaybookKeyTakenError, PlaybookUnsoundError
from knowledge.playbooks.models import PlaybookPart, PlaybookVersion
from knowledge.playbooks.releasing import approve, give_back, retire, ship
from knowledge.playbooks.telling import AUDIT_KIND
from knowledge.playbooks.versions import by_digest, newest, published, revision
from knowledge.playbooks.writing import SOURCE_MAX, Edit, discard, roll_back, save
from knowledge.review.errors import NothingChangedError, OwnChangeError
from knowledge.versions.errors import ArticleChangedError, ArticleOpenError, VersionNotFoundError
from knowledge.versions.models import ArticleState, Origin, Part, VersionState
from tests.support.articles import staff
from tests.support.playbooks import Drawer, make_drawer


@pytest.fixture
async def drawer(ground: Ground) -> Drawer:
    return await make_drawer(ground)


async def _in_force(ground: Ground) -> dict[str, str]:
    async with ground.db.reading() as session:
        return {one.key: one.text for one in await published(session)}


async def _refuse(drawer: Drawer, version_id: int, by: Author, kind: type[AppError]) -> None:
    with pytest.raises(kind):
        await drawer.approve(version_id, by)
    assert (await drawer.version(version_id)).state != VersionState.PUBLISHED
    assert await _in_force(drawer.ground) == {}


class TestTheSecondPerson:
    async def test_puts_in_force_what_another_one_wrote(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.publish()
        assert (version.state, version.approver) == (VersionState.PUBLISHED, "Li")
        assert await _in_force(ground) == {"slow": "key: slow"}
        assert (await drawer.playbook(version.playbook_id)).state == ArticleState.PUBLISHED

    async def test_is_never_the_author(self, drawer: Drawer) -> None:
        version = await drawer.begin(by=drawer.li)
        await drawer.submit(version.id, drawer.li)
        await _refuse(drawer, version.id, drawer.li, OwnChangeError)

    async def test_is_nobody_who_changed_a_part_of_it(self, drawer: Drawer) -> None:
        version = await drawer.begin()
        await drawer.edit(version.id, "two", drawer.li)
        await drawer.edit(version.id, "three", drawer.wang)
        await drawer.submit(version.id)
        await _refuse(drawer, version.id, drawer.li, OwnChangeError)
        assert (await drawer.approve(version.id, drawer.qian)).state == VersionState.PUBLISHED

    async def test_is_nobody_who_only_handed_it_in(self, drawer: Drawer) -> None:
        version = await drawer.begin()
        await drawer.submit(version.id, drawer.li)
        await _refuse(drawer, version.id, drawer.li, OwnChangeError)

    async def test_is_no_agent_and_nobody_who_left(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.begin()
        await drawer.submit(version.id)
        await _refuse(drawer, version.id, await staff(ground, "zhao"), ArticleChangedError)
        async with ground.db.transaction() as session:
            await session.exec(update(Staff).where(col(Staff.id) == drawer.li.id).values(active=False))
        await _refuse(drawer, version.id, drawer.li, ArticleChangedError)

    async def test_is_no_command_line(self, drawer: Drawer) -> None:
        version = await drawer.begin()
        await drawer.submit(version.id)
        await _refuse(drawer, version.id, Author("root"), OwnChangeError)

    async def test_may_be_an_administrator_but_not_of_their_own(self, drawer: Drawer, ground: Ground) -> None:
        admin = await staff(ground, "sun", Role.ADMIN)
        version = await drawer.begin(by=admin)
        await drawer.submit(version.id, admin)
        await _refuse(drawer, version.id, admin, OwnChangeError)

    async def test_cannot_hide_behind_a_draft_that_was_given_up(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.begin(by=drawer.li)
        async with ground.db.transaction() as session:
            await discard(session, drawer.now, drawer.li, version.id, seen=version.revision)
        again = await drawer.reopen(version.playbook_id, drawer.wang)
        await drawer.submit(again.id)
        await _refuse(drawer, again.id, drawer.li, OwnChangeError)

    async def test_approves_only_what_they_read(self, drawer: Drawer) -> None:
        version = await drawer.begin()
        read = (await drawer.submit(version.id)).digest
        await drawer.edit(version.id, "changed")
        await drawer.submit(version.id)
        with pytest.raises(ArticleChangedError):
            await drawer.approve(version.id, digest=read)

    async def test_does_not_approve_what_cannot_be_walked(self, drawer: Drawer) -> None:
        version = await drawer.begin()
        await drawer.submit(version.id)
        drawer.found = 2
        await _refuse(drawer, version.id, drawer.li, PlaybookUnsoundError)

    async def test_and_an_editor_at_once_do_not_put_in_force_what_nobody_read(
        self, drawer: Drawer, ground: Ground
    ) -> None:
        version = await drawer.begin()
        handed_in = await drawer.submit(version.id)

        async def decide() -> None:
            async with ground.db.transaction() as session:
                seen = {"seen": handed_in.revision, "digest": handed_in.digest}
                await approve(session, drawer.now, drawer.li, version.id, faults=drawer.faults, **seen)  # type: ignore[arg-type]  # Values of two types.

        async def edit(by: Author) -> None:
            async with ground.db.transaction() as session:
                await save(session, drawer.now, by, version.id, Edit(source="other"), seen=handed_in.revision)

        outcomes = await asyncio.gather(decide(), edit(drawer.wang), edit(drawer.li), return_exceptions=True)
        assert len([one for one in outcomes if one is None]) == 1
        assert all(one is None or isinstance(one, AppError) for one in outcomes)
        after = await drawer.version(version.id)
        assert (after.state, after.source) in {("published", "key: slow"), ("draft", "other")}


class TestTheTables:
    async def _forge(self, ground: Ground, version_id: int, **values: object) -> None:
        async with ground.db.transaction() as session:
            await session.exec(update(PlaybookVersion).where(col(PlaybookVersion.id) == version_id).values(**values))

    async def test_hold_no_unapproved_version_in_force(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.begin()
        with pytest.raises(IntegrityError):
            await self._forge(ground, version.id, state="published")

    async def test_hold_no_approval_by_somebody_who_did_not_read(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.begin()
        signed = {"state": "published", "approved_digest": version.digest}
        for by in (drawer.wang.id, drawer.li.id):
            with pytest.raises(IntegrityError):
                await self._forge(ground, version.id, approved_by=by, **signed)
        with pytest.raises(IntegrityError):
            await self._forge(ground, version.id, approved_by=drawer.wang.id, approved_part="author", **signed)

    async def test_hold_no_other_text_than_the_approved_one(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.publish()
        with pytest.raises(IntegrityError):
            await self._forge(ground, version.id, digest="0" * 64)

    async def test_let_no_reviewer_become_author_afterwards(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.publish()
        mine = update(PlaybookPart).where(
            col(PlaybookPart.version_id) == version.id, col(PlaybookPart.staff_id) == drawer.li.id
        )
        with pytest.raises(IntegrityError):
            async with ground.db.transaction() as session:
                await session.exec(mine.values(part=Part.AUTHOR))

    async def test_hold_one_draft_at_a_time(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.publish()
        drafts = await asyncio.gather(*(drawer.reopen(version.playbook_id) for _ in range(3)))
        assert len({draft.id for draft in drafts}) == 1


class TestVersions:
    async def test_the_former_one_stays_readable(self, drawer: Drawer, ground: Ground, clock: FrozenClock) -> None:
        first = await drawer.publish()
        clock.advance(days=1)
        second = await drawer.change(first.playbook_id, "key: slow # two")
        assert await _in_force(ground) == {"slow": "key: slow # two"}
        async with ground.db.reading() as session:
            old, new = await by_digest(session, first.digest), await newest(session, "slow")
        assert old is not None
        assert new is not None
        assert (old.text, old.number, new.version_id) == ("key: slow", 1, second.id)
        assert (await drawer.version(first.id)).state == VersionState.REPLACED

    async def test_a_draft_is_not_readable_by_its_digest(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.begin()
        async with ground.db.reading() as session:
            assert await by_digest(session, version.digest) is None

    async def test_going_back_is_a_new_draft_that_is_read_over(self, drawer: Drawer, ground: Ground) -> None:
        first = await drawer.publish()
        await drawer.change(first.playbook_id, "two")
        async with ground.db.transaction() as session:
            again = await roll_back(session, drawer.now, drawer.wang, first.playbook_id, 1)
        assert (again.number, again.origin, again.source) == (3, Origin.ROLLBACK, "key: slow")
        assert await _in_force(ground) == {"slow": "two"}
        with pytest.raises(ArticleOpenError):
            async with ground.db.transaction() as session:
                await roll_back(session, drawer.now, drawer.wang, first.playbook_id, 1)
        await drawer.submit(again.id)
        await drawer.approve(again.id)
        assert await _in_force(ground) == {"slow": "key: slow"}

    async def test_there_is_no_going_back_to_what_was_never_in_force(self, drawer: Drawer, ground: Ground) -> None:
        first = await drawer.publish()
        draft = await drawer.reopen(first.playbook_id)
        async with ground.db.transaction() as session:
            await discard(session, drawer.now, drawer.wang, draft.id, seen=draft.revision)
        with pytest.raises(VersionNotFoundError):
            async with ground.db.transaction() as session:
                await roll_back(session, drawer.now, drawer.wang, first.playbook_id, 2)

    async def test_a_retired_one_is_offered_to_nobody_but_stays_readable(
        self, drawer: Drawer, ground: Ground, clock: FrozenClock
    ) -> None:
        version = await drawer.publish()
        async with ground.db.reading() as session:
            before = await revision(session)
        clock.advance(minutes=1)
        async with ground.db.transaction() as session:
            await retire(session, drawer.now, drawer.li, version.playbook_id, reason="过时")
        assert await _in_force(ground) == {}
        async with ground.db.reading() as session:
            assert await by_digest(session, version.digest) is not None
            assert await revision(session) != before
        again = await drawer.change(version.playbook_id, "back again")
        assert again.state == VersionState.PUBLISHED
        assert await _in_force(ground) == {"slow": "back again"}

    async def test_a_draft_given_up_leaves_what_is_in_force(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.publish()
        draft = await drawer.reopen(version.playbook_id)
        async with ground.db.transaction() as session:
            await discard(session, drawer.now, drawer.wang, draft.id, seen=draft.revision)
        assert (await drawer.playbook(version.playbook_id)).current_id == version.id
        assert await _in_force(ground) == {"slow": "key: slow"}

    async def test_nobody_writes_over_what_they_did_not_see(self, drawer: Drawer) -> None:
        version = await drawer.begin()
        await drawer.edit(version.id, "first", drawer.li)
        with pytest.raises(ArticleChangedError) as refused:
            await drawer.edit(version.id, "second", seen=version.revision)
        assert refused.value.values == {"who": "Li"}

    async def test_the_same_text_is_not_handed_in_again(self, drawer: Drawer) -> None:
        version = await drawer.publish()
        draft = await drawer.reopen(version.playbook_id)
        with pytest.raises(NothingChangedError):
            await drawer.submit(draft.id)

    async def test_it_comes_back_with_a_remark(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.begin()
        handed_in = await drawer.submit(version.id)
        async with ground.db.transaction() as session:
            await give_back(session, drawer.now, drawer.li, version.id, seen=handed_in.revision, remark="少一步")
        after = await drawer.version(version.id)
        assert (after.state, after.remark) == (VersionState.DRAFT, "少一步")

    async def test_faults_are_seen_to_before_it_is_handed_in(self, drawer: Drawer) -> None:
        version = await drawer.begin()
        drawer.found = 3
        with pytest.raises(PlaybookUnsoundError) as refused:
            await drawer.submit(version.id)
        assert refused.value.values == {"count": 3}

    async def test_keys_are_plain_and_taken_once(self, drawer: Drawer) -> None:
        await drawer.begin("slow")
        with pytest.raises(PlaybookKeyTakenError):
            await drawer.begin("slow")
        for key in ("", "Slow", "a b", "../x"):
            with pytest.raises(PlaybookKeyError):
                await drawer.begin(key)

    async def test_there_is_an_end_to_how_long_it_may_be(self, drawer: Drawer) -> None:
        with pytest.raises(AppError):
            await drawer.begin("slow", "x" * (SOURCE_MAX + 1))

    async def test_every_step_stands_in_the_audit(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.publish()
        async with ground.db.reading() as session:
            entries = await history(session, AUDIT_KIND, str(version.playbook_id))
            assert [entry.action for entry in reversed(entries)] == [
                "playbook.draft", "playbook.submit", "playbook.publish",
            ]  # fmt: skip
            assert await verify(session) is None


class TestShipped:
    async def test_they_are_in_force_without_anybody_here(self, drawer: Drawer, ground: Ground) -> None:
        async with ground.db.transaction() as session:
            assert await ship(session, drawer.now, "slow", Edit(source="key: slow"))
        assert await _in_force(ground) == {"slow": "key: slow"}

    async def test_one_that_is_here_is_never_touched(self, drawer: Drawer, ground: Ground) -> None:
        version = await drawer.publish()
        async with ground.db.transaction() as session:
            await retire(session, drawer.now, drawer.li, version.playbook_id, reason="")
        async with ground.db.transaction() as session:
            assert not await ship(session, drawer.now, "slow", Edit(source="key: slow"))
        assert await _in_force(ground) == {}
