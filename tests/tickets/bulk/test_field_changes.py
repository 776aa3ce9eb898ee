from datetime import datetime
from typing import Any

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import Priority as JobPriority
from kit.outbox import claim, reap
from tests.support.tickets import LI, WANG, kinds_of, ticket_now
from tests.tickets.bulk.conftest import Orders
from tickets.bulk.errors import BulkEmptyError, BulkNotUndoableError, BulkOrderError, BulkOverError, BulkTooManyError
from tickets.bulk.jobs import STRETCH
from tickets.bulk.models import BulkKind
from tickets.bulk.service import MOST
from tickets.desk.models import Team
from tickets.events import QUEUE
from tickets.models import EventKind
from tickets.sla.models import SlaPolicy
from tickets.sla.service import clocks_of
from tickets.stages import Priority
from tickets.working import assign, set_priority


class TestChanging:
    async def test_each_ticket_gets_what_was_ordered_and_says_so(self, ground: Ground, orders: Orders) -> None:
        ids = await orders.open(STRETCH + 3)
        await orders.alter(ids[0], priority=Priority.HIGH)
        bulk = await orders.give(BulkKind.PRIORITY, ids, priority=Priority.HIGH)
        await orders.work()
        assert {ticket.priority for ticket in await orders.tickets(ids)} == {Priority.HIGH}
        assert await orders.counts(bulk) == {"changed": STRETCH + 2, "unchanged": 1}
        assert EventKind.PRIORITY in await kinds_of(ground, ids[1])
        assert EventKind.PRIORITY not in await kinds_of(ground, ids[0])

    async def test_owner_team_and_tags(self, orders: Orders) -> None:
        first, second = await orders.open(2)
        await orders.give(BulkKind.ASSIGN, [first, second], staff_id=LI.id, name=LI.name)
        await orders.give(BulkKind.TAGS, [first], add=["停机", "北京"], remove=[])
        await orders.work()
        one, other = await orders.tickets([first, second])
        assert (one.assignee_id, other.assignee_id) == (LI.id, LI.id)
        assert (one.tags, other.tags) == (["停机", "北京"], None)

    async def test_whoever_was_first_is_named(self, orders: Orders) -> None:
        first, second = await orders.open(2)
        bulk = await orders.give(BulkKind.ASSIGN, [first, second], staff_id=WANG.id, name=WANG.name)
        version = (await ticket_now(orders.ground, first)).version
        await orders.by_colleague(first, assign, assignee_id=9, assignee_name="周宁", staff=LI, seen=version)
        await orders.work()
        item = (await orders.items(bulk))[first]
        assert (item.outcome, item.why, item.why_values) == (
            "refused",
            "ticket_changed",
            {"who": LI.name, "kind": "assigned"},
        )
        assert (await ticket_now(orders.ground, first)).assignee_id == 9
        assert (await ticket_now(orders.ground, second)).assignee_id == WANG.id

    async def test_another_change_of_a_colleague_does_not_matter(self, orders: Orders) -> None:
        (only,) = await orders.open(1)
        bulk = await orders.give(BulkKind.ASSIGN, [only], staff_id=WANG.id, name=WANG.name)
        version = (await ticket_now(orders.ground, only)).version
        await orders.by_colleague(only, set_priority, priority=Priority.URGENT, staff=LI, seen=version)
        await orders.work()
        assert await orders.counts(bulk) == {"changed": 1}

    async def test_a_merged_ticket_is_left_alone(self, orders: Orders) -> None:
        first, second = await orders.open(2)
        await orders.alter(first, merged_into_id=second)
        bulk = await orders.give(BulkKind.PRIORITY, [first], priority=Priority.LOW)
        await orders.work()
        assert (await orders.items(bulk))[first].why == "bulk_ticket_merged"

    async def test_one_refusal_takes_nothing_from_the_others(self, orders: Orders) -> None:
        ids = await orders.open(3)
        await orders.alter(ids[1], tags=[f"t{n}" for n in range(12)])
        bulk = await orders.give(BulkKind.TAGS, ids, add=["停机"], remove=[])
        await orders.work()
        assert [item.outcome for item in (await orders.items(bulk)).values()] == ["changed", "refused", "changed"]
        assert [len(ticket.tags or ()) for ticket in await orders.tickets(ids)] == [1, 12, 1]


class TestOrdering:
    async def test_nothing_chosen(self, orders: Orders) -> None:
        with pytest.raises(BulkEmptyError):
            await orders.give(BulkKind.PRIORITY, [404], priority=1)

    async def test_more_than_anybody_looks_through(self, orders: Orders) -> None:
        with pytest.raises(BulkTooManyError):
            await orders.give(BulkKind.PRIORITY, list(range(MOST + 1)), priority=1)

    async def test_an_order_without_what_it_needs(self, orders: Orders) -> None:
        ids = await orders.open(1)
        with pytest.raises(BulkOrderError):
            await orders.give(BulkKind.PRIORITY, ids)

    async def test_a_ticket_named_twice_is_changed_once(self, orders: Orders) -> None:
        (only,) = await orders.open(1)
        bulk = await orders.give(BulkKind.PRIORITY, [only, only], priority=Priority.LOW)
        await orders.work()
        assert await orders.counts(bulk) == {"changed": 1}


class TestBreakingOff:
    async def test_a_worker_that_dies_leaves_no_row_twice_and_none_out(
        self, ground: Ground, clock: FrozenClock, orders: Orders
    ) -> None:
        ids = await orders.open(3 * STRETCH)
        bulk = await orders.give(BulkKind.PRIORITY, ids, priority=Priority.LOW)
        assert await orders.worker.run_once()
        # Another worker has claimed the second stretch, and is killed.
        async with ground.db.transaction() as session:
            assert await claim(
                session, clock.now(), queue=QUEUE, limit=1, lease_s=30, priorities=[JobPriority.BROADCAST]
            )
        await orders.work()
        assert (await orders.counts(bulk))["waiting"] == 2 * STRETCH
        clock.advance(seconds=31)
        async with ground.db.transaction() as session:
            await reap(session, clock.now())
        await orders.work()
        assert await orders.counts(bulk) == {"changed": 3 * STRETCH}
        assert [(await kinds_of(ground, ticket_id)).count("priority") for ticket_id in ids] == [1] * len(ids)

    async def test_a_stop_keeps_what_is_done_and_leaves_the_rest(self, orders: Orders) -> None:
        ids = await orders.open(STRETCH + 5)
        bulk = await orders.give(BulkKind.PRIORITY, ids, priority=Priority.LOW)
        await orders.worker.run_once()
        assert await orders.stop(bulk) == 5
        await orders.work()
        assert await orders.counts(bulk) == {"changed": STRETCH, "stopped": 5}
        with pytest.raises(BulkOverError):
            await orders.stop(bulk)


class TestTakingBack:
    async def test_everything_is_as_before_and_the_timeline_tells(self, ground: Ground, orders: Orders) -> None:
        ids = await orders.open(STRETCH + 2)
        await orders.alter(ids[0], priority=Priority.URGENT)
        bulk = await orders.give(BulkKind.PRIORITY, ids, priority=Priority.LOW)
        await orders.work()
        await orders.undo(bulk, staff=LI)
        await orders.work()
        assert [ticket.priority for ticket in await orders.tickets(ids)] == [1] + [3] * (STRETCH + 1)
        assert await orders.counts(bulk) == {"undone": STRETCH + 2}
        assert (await kinds_of(ground, ids[0]))[-1] == EventKind.UNDONE

    async def test_the_clocks_run_again_as_they_did(self, ground: Ground, clock: FrozenClock, orders: Orders) -> None:
        (only,) = await orders.open(1)
        before = await clocks_of_ticket(ground, only)
        bulk = await orders.give(BulkKind.PRIORITY, [only], priority=Priority.URGENT)
        await orders.work()
        assert await clocks_of_ticket(ground, only) != before
        clock.advance(minutes=5)
        await orders.undo(bulk)
        await orders.work()
        assert await clocks_of_ticket(ground, only) == before
        ticket = await ticket_now(ground, only)
        assert (ticket.first_reply_due, ticket.resolution_due) == (before["first_reply"], before["resolution"])
        assert ticket.sla_due == before["first_reply"]

    async def test_a_team_of_its_own_policy_gives_its_clocks_back(self, ground: Ground, orders: Orders) -> None:
        (only,) = await orders.open(1)
        before, team = await clocks_of_ticket(ground, only), await a_team(ground)
        await a_fast_policy(ground, {"team": ["data"]})
        await self._there_and_back(
            orders, before, await orders.give(BulkKind.TEAM, [only], team_id=team, name="数据组")
        )

    async def test_a_tag_of_its_own_policy_gives_its_clocks_back(self, ground: Ground, orders: Orders) -> None:
        (only,) = await orders.open(1)
        before = await clocks_of_ticket(ground, only)
        await a_fast_policy(ground, {"tag": ["大客户"]})
        await self._there_and_back(orders, before, await orders.give(BulkKind.TAGS, [only], add=["大客户"], remove=[]))

    @staticmethod
    async def _there_and_back(orders: Orders, before: dict[str, datetime | None], bulk: int) -> None:
        await orders.work()
        (only,) = await orders.items(bulk)
        assert await clocks_of_ticket(orders.ground, only) != before
        await orders.undo(bulk)
        await orders.work()
        assert await clocks_of_ticket(orders.ground, only) == before

    async def test_what_somebody_changed_since_is_kept(self, orders: Orders) -> None:
        first, second = await orders.open(2)
        bulk = await orders.give(BulkKind.PRIORITY, [first, second], priority=Priority.LOW)
        await orders.work()
        await orders.alter(first, priority=Priority.URGENT)
        await orders.alter(second, alarm="reopened")
        await orders.undo(bulk)
        await orders.work()
        items = await orders.items(bulk)
        assert (items[first].outcome, items[first].why) == ("kept", "bulk_changed_since")
        assert items[second].outcome == "undone"
        assert [ticket.priority for ticket in await orders.tickets([first, second])] == [1, 3]

    async def test_team_and_owner_come_back_together(self, ground: Ground, orders: Orders) -> None:
        (only,) = await orders.open(1)
        await orders.alter(only, assignee_id=LI.id)
        team = await a_team(ground)
        bulk = await orders.give(BulkKind.TEAM, [only], team_id=team, name="数据组")
        await orders.work()
        assert (await ticket_now(ground, only)).assignee_id is None
        await orders.undo(bulk)
        await orders.work()
        ticket = await ticket_now(ground, only)
        assert (ticket.team_id, ticket.assignee_id) == (None, LI.id)

    async def test_tags_of_others_stay(self, orders: Orders) -> None:
        (only,) = await orders.open(1)
        await orders.give(BulkKind.TAGS, [only], add=["老客户"], remove=[])
        await orders.work()
        bulk = await orders.give(BulkKind.TAGS, [only], add=["停机"], remove=["老客户"])
        await orders.work()
        await orders.give(BulkKind.TAGS, [only], add=["大客户"], remove=[])
        await orders.work()
        await orders.undo(bulk)
        await orders.work()
        assert sorted((await ticket_now(orders.ground, only)).tags or ()) == sorted(["大客户", "老客户"])

    async def test_only_once_and_only_when_it_is_over(self, orders: Orders) -> None:
        ids = await orders.open(STRETCH + 1)
        bulk = await orders.give(BulkKind.PRIORITY, ids, priority=Priority.LOW)
        await orders.worker.run_once()
        with pytest.raises(BulkNotUndoableError):
            await orders.undo(bulk)
        await orders.work()
        await orders.undo(bulk)
        with pytest.raises(BulkNotUndoableError):
            await orders.undo(bulk)


async def clocks_of_ticket(ground: Ground, ticket_id: int) -> dict[str, datetime | None]:
    """When each clock that runs is over."""
    async with ground.db.reading() as session:
        return {clock.kind: clock.due_at for clock in await clocks_of(session, ticket_id) if clock.ended_at is None}


async def a_fast_policy(ground: Ground, conditions: dict[str, Any]) -> None:
    target: dict[str, int | None] = {"first_reply_s": 600, "next_reply_s": 600, "resolution_s": 3600}
    every = {str(int(one)): target for one in Priority}
    fast = SlaPolicy(
        key="fast", name_zh="快", name_en="Fast", conditions=conditions, targets=every, pauses=[], steps=[]
    )
    async with ground.db.transaction() as session:
        session.add(fast)


async def a_team(ground: Ground) -> int:
    async with ground.db.transaction() as session:
        team = Team(key="data", name_zh="数据组", name_en="Data")
        session.add(team)
        await session.flush()
        return team.id
