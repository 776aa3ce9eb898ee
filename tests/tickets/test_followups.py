from datetime import timedelta

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import clocks_of, follow_ups, jobs_of, open_one
from tickets.events import DeskEvent
from tickets.followups.models import FollowUpKind, FollowUpState
from tickets.followups.service import cancel, fire_due, schedule
from tickets.repository import get_ticket


async def fire(ground: Ground, limit: int = 200) -> int:
    async with ground.db.transaction() as session:
        return await fire_due(session, ground.clock.now(), limit=limit)


class TestFollowUps:
    async def test_one_of_a_kind_is_moved_rather_than_doubled(self, ground: Ground) -> None:
        opened = await open_one(ground)
        later = ground.clock.now() + timedelta(hours=9)
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, opened.ticket_id)
            await schedule(session, ticket, "webchat:main:x", FollowUpKind.PROGRESS, later)
        assert (await clocks_of(ground, opened.ticket_id))[FollowUpKind.PROGRESS] == later
        assert len(await follow_ups(ground)) == 3

    async def test_what_is_due_fires_once(self, ground: Ground, clock: FrozenClock) -> None:
        opened = await open_one(ground)
        assert await fire(ground) == 0
        clock.advance(hours=4)
        assert (await fire(ground), await fire(ground)) == (1, 0)
        told = {"ticket_id": opened.ticket_id, "follow_up": "progress"}
        assert (DeskEvent.FOLLOW_UP_DUE, told) in await jobs_of(ground)

    async def test_a_fired_one_can_be_set_again(self, ground: Ground, clock: FrozenClock) -> None:
        opened = await open_one(ground)
        clock.advance(hours=4)
        await fire(ground)
        due = clock.now() + timedelta(hours=4)
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, opened.ticket_id)
            await schedule(session, ticket, "webchat:main:x", FollowUpKind.PROGRESS, due)
        assert (await clocks_of(ground, opened.ticket_id))[FollowUpKind.PROGRESS] == due

    async def test_a_cancelled_one_never_fires(self, ground: Ground, clock: FrozenClock) -> None:
        opened = await open_one(ground)
        async with ground.db.transaction() as session:
            await cancel(session, opened.ticket_id, list(FollowUpKind))
        clock.advance(days=30)
        assert await fire(ground) == 0
        assert {row.state for row in await follow_ups(ground)} == {FollowUpState.CANCELLED}

    async def test_a_burst_is_taken_in_portions_the_oldest_first(self, ground: Ground, clock: FrozenClock) -> None:
        for number in range(3):
            await open_one(ground, who=f"visitor-{number}")
            clock.advance(minutes=1)
        clock.advance(hours=4)
        assert [await fire(ground, limit=2), await fire(ground, limit=2)] == [2, 1]
