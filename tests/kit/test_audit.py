"""What was written into the audit shows every hand laid on it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from kit.audit import (
    AuditEntry,
    AuditHead,
    Author,
    Change,
    altered,
    anchor_before_latest,
    history,
    latest,
    record,
    verify,
    verify_since,
)
from kit.clock import FrozenClock
from kit.ground import Ground

ZHAO = Author("赵敏", 7)
LAST = 6


async def _write(ground: Ground, place: int) -> None:
    before = {"name": f"第 {place} 版", "days": ["mon"], "capacity": None}
    change = Change(action="update", kind="teams", key=f"team{place % 2}", before=before, after=before | {"é": 1.5})
    async with ground.db.transaction() as session:
        await record(session, ground.clock.now(), ZHAO, change)


@pytest.fixture
async def written(ground: Ground, clock: FrozenClock) -> Ground:
    for place in range(1, LAST + 1):
        await _write(ground, place)
        clock.advance(minutes=1, microseconds=3)
    return ground


async def _broken(ground: Ground) -> int | None:
    async with ground.db.reading() as session:
        return await verify(session)


async def test_what_nobody_touched_is_whole(written: Ground) -> None:
    assert await _broken(written) is None


async def test_nothing_written_is_whole_too(ground: Ground) -> None:
    assert await _broken(ground) is None


@pytest.mark.parametrize("place", [1, 3, LAST])
@pytest.mark.parametrize(
    "change",
    [
        "actor = '李红'",
        "action = 'create'",
        "key = 'other'",
        "kind = 'people'",
        "staff_id = 8",
        "staff_id = NULL",
        """before = '{"name": "x"}'""",
        "after = 'null'",
        "previous = hash",
    ],
)
async def test_a_changed_entry_is_named(written: Ground, change: str, place: int) -> None:
    async with written.db.transaction() as session:
        await session.execute(text(f"UPDATE audit_entry SET {change} WHERE id = {place}"))  # noqa: S608 - of this test.
    assert await _broken(written) == place


async def test_a_moment_moved_is_named(written: Ground) -> None:
    async with written.db.transaction() as session:
        entry = await session.get(AuditEntry, 2)
        assert entry is not None
        entry.at += timedelta(microseconds=1)
    assert await _broken(written) == 2


async def test_a_missing_entry_is_found_by_the_one_after_it(written: Ground) -> None:
    async with written.db.transaction() as session:
        await session.execute(text("DELETE FROM audit_entry WHERE id = 3"))
    assert await _broken(written) == 4


async def test_an_end_cut_off_is_found_by_the_head(written: Ground) -> None:
    async with written.db.transaction() as session:
        await session.execute(text("DELETE FROM audit_entry WHERE id >= 5"))
    assert await _broken(written) == LAST


async def test_an_entry_put_in_with_a_fitting_hash_is_found_by_the_head(written: Ground) -> None:
    async with written.db.transaction() as session:
        head = await session.get(AuditHead, 1)
        assert head is not None
        end = (head.last_id, head.hash)
        await record(session, written.clock.now(), ZHAO, Change(action="update", kind="teams", key="x"))
        head.last_id, head.hash = end
    assert await _broken(written) == LAST + 1


async def test_many_at_once_make_one_chain(ground: Ground) -> None:
    await asyncio.gather(*(_write(ground, place) for place in range(12)))
    assert await _broken(ground) is None
    async with ground.db.reading() as session:
        assert len(await latest(session)) == 12


async def test_what_is_rolled_back_was_never_written(written: Ground) -> None:
    async with written.db.transaction() as session:
        await record(session, written.clock.now(), ZHAO, Change(action="create", kind="teams", key="x"))
        await session.rollback()
    assert await _broken(written) is None
    async with written.db.reading() as session:
        assert await history(session, "teams", "x") == []


async def test_the_history_of_one_subject_is_newest_first(written: Ground) -> None:
    async with written.db.reading() as session:
        assert [entry.id for entry in await history(session, "teams", "team1")] == [5, 3, 1]
        assert [entry.id for entry in await latest(session, before_id=4, limit=2)] == [3, 2]


class TestSinceAnAnchor:
    async def test_what_came_later_is_verified_and_the_anchor_moves_on(self, written: Ground) -> None:
        async with written.db.reading() as session:
            anchor = await anchor_before_latest(session, 3)
            assert anchor.id == LAST - 3
            reached = (await verify_since(session, anchor)).reached
        assert reached.id == LAST
        await _write(written, LAST + 1)
        async with written.db.reading() as session:
            verdict = await verify_since(session, reached)
        assert (verdict.broken, verdict.reached.id) == (None, LAST + 1)

    @pytest.mark.parametrize(("place", "named"), [(2, None), (3, 3), (5, 5)])
    async def test_only_from_the_anchor_on_and_the_anchor_itself(
        self, written: Ground, place: int, named: int | None
    ) -> None:
        async with written.db.reading() as session:
            anchor = await anchor_before_latest(session, 3)
        async with written.db.transaction() as session:
            await session.execute(text("UPDATE audit_entry SET actor = 'nobody' WHERE id = :id"), {"id": place})
        async with written.db.reading() as session:
            assert (await verify_since(session, anchor)).broken == named
            assert altered(await latest(session)) == place
