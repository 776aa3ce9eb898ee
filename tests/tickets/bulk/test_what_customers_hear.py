import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import LI, kinds_of, messages_of, open_one, ticket_now
from tests.tickets.bulk.conftest import Orders
from tickets.bulk.errors import BulkNotUndoableError
from tickets.bulk.models import BulkKind
from tickets.bulk.service import HOLD
from tickets.rhythm import rhythm_of
from tickets.working import reply

TEXT = "{name}您好，工单 {number} 的上传通道已恢复。{rest}"


class TestReplyingToMany:
    async def test_each_person_reads_it_once_with_their_own_name(
        self, ground: Ground, clock: FrozenClock, orders: Orders
    ) -> None:
        known = await open_one(ground, who="a", person={"name": "赵敏"})
        unknown = await open_one(ground, who="b")
        ids = [known.ticket_id, unknown.ticket_id]
        bulk = await orders.give(BulkKind.REPLY, ids, text=TEXT)
        clock.advance(seconds=HOLD.total_seconds())
        await orders.work()
        said = [(await messages_of(ground, one.conversation_id))[-1].text for one in (known, unknown)]
        numbers = [(await ticket_now(ground, ticket_id)).number for ticket_id in ids]
        assert said == [
            f"赵敏您好，工单 {numbers[0]} 的上传通道已恢复。{{rest}}",
            f"客户您好，工单 {numbers[1]} 的上传通道已恢复。{{rest}}",
        ]
        assert await orders.counts(bulk) == {"changed": 2}
        assert [(await kinds_of(ground, ticket_id)).count("replied") for ticket_id in ids] == [1, 1]

    async def test_nobody_hears_anything_before_the_hold_is_over(self, orders: Orders) -> None:
        ids = await orders.open(3)
        bulk = await orders.give(BulkKind.REPLY, ids, text=TEXT)
        await orders.work()
        assert await orders.counts(bulk) == {"waiting": 3}
        assert await orders.stop(bulk) == 3

    async def test_a_stop_after_the_lanes_were_filled_still_counts(
        self, ground: Ground, clock: FrozenClock, orders: Orders
    ) -> None:
        ids = await orders.open(3)
        bulk = await orders.give(BulkKind.REPLY, ids, text=TEXT)
        clock.advance(seconds=HOLD.total_seconds())
        await orders.worker.run_once()
        assert await orders.counts(bulk) == {"queued": 3}
        await orders.stop(bulk)
        await orders.work()
        assert await orders.counts(bulk) == {"stopped": 3}
        assert "replied" not in await kinds_of(ground, ids[0])

    async def test_whom_a_colleague_has_answered_meanwhile_hears_it_from_them_alone(
        self, ground: Ground, clock: FrozenClock, orders: Orders
    ) -> None:
        (only,) = await orders.open(1)
        bulk = await orders.give(BulkKind.REPLY, [only], text=TEXT)
        await orders.by_colleague(only, reply, text="已经好了", staff=LI, rhythm=rhythm_of(ground.settings))
        clock.advance(seconds=HOLD.total_seconds())
        await orders.work()
        assert (await orders.items(bulk))[only].why_values == {"who": LI.name, "kind": "replied"}
        assert (await kinds_of(ground, only)).count("replied") == 1

    async def test_pressed_twice_it_is_ordered_once(self, orders: Orders) -> None:
        ids = await orders.open(1)
        first = await orders.give(BulkKind.REPLY, ids, key="pressed", text=TEXT)
        assert await orders.give(BulkKind.REPLY, ids, key="pressed", text=TEXT) == first

    async def test_what_was_said_stays_said(self, clock: FrozenClock, orders: Orders) -> None:
        ids = await orders.open(1)
        bulk = await orders.give(BulkKind.REPLY, ids, text=TEXT)
        clock.advance(seconds=HOLD.total_seconds())
        await orders.work()
        with pytest.raises(BulkNotUndoableError):
            await orders.undo(bulk)
