import asyncio
import random
from datetime import datetime, timedelta

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import open_one, ticket_now
from tests.tickets.reports.histories import STAFF, History, forget, rows_of, total_of
from tickets.actors import CUSTOMER
from tickets.contacts.service import Sender
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, conversation_of, post
from tickets.models import EventKind
from tickets.reports import keep_up, mark_dirty, rebuild
from tickets.repository import note_event


async def happen(ground: Ground, ticket_id: int, kind: EventKind, **data: object) -> None:
    ticket = await ticket_now(ground, ticket_id)
    async with ground.db.transaction() as session:
        await note_event(session, ground.clock.now(), ticket, kind, data.pop("actor", STAFF), **data)  # type: ignore[arg-type]  # Taken out of the data.


class TestKeptAndRebuilt:
    @pytest.mark.parametrize("seed", range(6))
    async def test_are_the_same_whatever_happened(self, ground: Ground, clock: FrozenClock, seed: int) -> None:
        chance = random.Random(seed)
        history = History(ground, chance)
        for _ in range(12):
            await history.go_on(clock.now(), chance.randint(1, 12))
            if chance.random() < 0.7:
                await keep_up(ground.db, clock.now())
            clock.advance(minutes=chance.choice([1, 20, 70, 60 * 27]))
        await keep_up(ground.db, clock.now())
        kept = await rows_of(ground)
        assert kept
        await rebuild(ground.db, clock.now())
        assert await rows_of(ground) == kept

    @pytest.mark.parametrize("seed", range(4))
    async def test_are_the_same_after_an_entry_into_the_past_and_its_undo(
        self, ground: Ground, clock: FrozenClock, seed: int
    ) -> None:
        chance = random.Random(seed)
        history = History(ground, chance)
        for _ in range(6):
            await history.go_on(clock.now(), 8)
            await keep_up(ground.db, clock.now())
            clock.advance(hours=9)
        before = await rows_of(ground)
        entered = History(ground, chance, bot=False)
        past = clock.now() - timedelta(days=3)
        await entered.go_on(past, 20)
        moments = [past + timedelta(seconds=second) for second in range(0, 90 * 20, 60)]
        async with ground.db.transaction() as session:
            await mark_dirty(session, moments)
        await keep_up(ground.db, clock.now())
        kept = await rows_of(ground)
        assert kept != before
        await rebuild(ground.db, clock.now())
        assert await rows_of(ground) == kept
        gone = [at for ticket_id in entered.tickets for at in await forget(ground, ticket_id)]
        async with ground.db.transaction() as session:
            await mark_dirty(session, gone)
        await keep_up(ground.db, clock.now())
        assert await rows_of(ground) == before

    async def test_rows_that_nothing_stands_behind_are_gone_after_a_rebuild(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        opened = await open_one(ground)
        await keep_up(ground.db, clock.now())
        assert await total_of(ground, "opened") == 1
        await forget(ground, opened.ticket_id)
        await rebuild(ground.db, clock.now())
        assert await total_of(ground, "opened") == 0


class TestHoursThatFollow:
    """What a ticket does next is counted from where it stood before: written late, that is another place."""

    async def given(self, ground: Ground, ticket_id: int, owner: int, at: datetime) -> None:
        ticket = await ticket_now(ground, ticket_id)
        ticket.assignee_id = owner
        async with ground.db.transaction() as session:
            await note_event(session, at, ticket, EventKind.ASSIGNED, STAFF, to=str(owner))

    async def owned(self, ground: Ground) -> dict[int, int]:
        await keep_up(ground.db, ground.clock.now())
        return {owner: await total_of(ground, "backlog", assignee_id=owner) for owner in (0, 5, 7)}

    async def test_are_counted_again_after_a_late_line(self, ground: Ground, clock: FrozenClock) -> None:
        ticket_id, began = (await open_one(ground)).ticket_id, clock.now()
        clock.advance(hours=1)
        await self.given(ground, ticket_id, 7, clock.now())
        assert await self.owned(ground) == {0: 0, 5: 0, 7: 1}
        await self.given(ground, ticket_id, 5, began + timedelta(minutes=1))
        assert await self.owned(ground) == {0: 0, 5: 0, 7: 1}

    async def test_are_counted_again_after_a_line_into_the_past(self, ground: Ground, clock: FrozenClock) -> None:
        ticket_id, began = (await open_one(ground)).ticket_id, clock.now()
        clock.advance(days=2)
        await self.given(ground, ticket_id, 7, clock.now())
        clock.advance(days=2)
        assert await self.owned(ground) == {0: 0, 5: 0, 7: 1}
        await self.given(ground, ticket_id, 5, began + timedelta(minutes=1))
        async with ground.db.transaction() as session:
            await mark_dirty(session, [began])
        assert await self.owned(ground) == {0: 0, 5: 0, 7: 1}


class TestCounting:
    async def test_a_talk_that_comes_to_a_ticket_later_that_day_is_told_so(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        sender = Sender(channel="webchat", account="main", address="a", thread="webchat:main:a")
        async with ground.db.transaction() as session:
            talk, _ = await conversation_of(session, clock.now(), sender)
            await post(session, clock.now(), talk, NewMessage(author=Author.BOT, text="这样开"))
        await keep_up(ground.db, clock.now())
        assert (await total_of(ground, "talks"), await total_of(ground, "talks_ticket")) == (1, 0)
        clock.advance(hours=6)
        await open_one(ground, who="somebody else")
        await keep_up(ground.db, clock.now())
        clock.advance(hours=1)
        await open_one(ground, who="a")
        await keep_up(ground.db, clock.now())
        assert (await total_of(ground, "talks"), await total_of(ground, "talks_ticket")) == (1, 1)

    async def test_two_at_once_count_everything_once(self, ground: Ground, clock: FrozenClock) -> None:
        for who in "abcdef":
            await open_one(ground, who=who)
        await asyncio.gather(*(keep_up(ground.db, clock.now()) for _ in range(4)))
        assert await total_of(ground, "opened") == 6

    async def test_nothing_new_is_nothing_to_do(self, ground: Ground, clock: FrozenClock) -> None:
        await open_one(ground)
        assert await keep_up(ground.db, clock.now()) == 1
        assert await keep_up(ground.db, clock.now()) == 0

    async def test_what_comes_late_into_an_hour_is_seen(self, ground: Ground, clock: FrozenClock) -> None:
        await open_one(ground, who="a")
        at = clock.now()
        clock.advance(hours=1)
        await open_one(ground, who="b")
        await keep_up(ground.db, clock.now())
        await open_one(ground, who="c", at=at)
        await keep_up(ground.db, clock.now())
        assert await total_of(ground, "opened", hour=at) == 2

    async def test_a_rating_corrects_the_one_before_it_in_whichever_hour(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await happen(ground, ticket_id, EventKind.RATED, score=1)
        await keep_up(ground.db, clock.now())
        assert await total_of(ground, "rated", bucket=1) == 1
        clock.advance(hours=30)
        await happen(ground, ticket_id, EventKind.RATED, score=5)
        await keep_up(ground.db, clock.now())
        assert (await total_of(ground, "rated", bucket=1), await total_of(ground, "rated", bucket=5)) == (0, 1)

    async def test_only_the_first_answer_is_the_first_reply(self, ground: Ground, clock: FrozenClock) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        clock.advance(minutes=10)
        await happen(ground, ticket_id, EventKind.REPLIED)
        clock.advance(hours=5)
        await happen(ground, ticket_id, EventKind.REPLIED)
        await keep_up(ground.db, clock.now())
        assert (await total_of(ground, "first_reply"), await total_of(ground, "replied")) == (1, 2)
        [row] = [row for row in await rows_of(ground) if row[1] == "first_reply"]
        assert row[-1] == 600

    async def test_an_answer_counts_for_whoever_gave_it(self, ground: Ground, clock: FrozenClock) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await happen(ground, ticket_id, EventKind.REPLIED, staff_id=9)
        await keep_up(ground.db, clock.now())
        assert await total_of(ground, "first_reply", assignee_id=9) == 1

    @pytest.mark.parametrize("answered", [True, False])
    async def test_a_call_that_was_answered_is_an_answer(
        self, ground: Ground, clock: FrozenClock, *, answered: bool
    ) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await happen(ground, ticket_id, EventKind.CALLED, call=None, answered=answered)
        await keep_up(ground.db, clock.now())
        assert await total_of(ground, "first_reply") == int(answered)

    async def test_the_backlog_moves_with_the_ticket(self, ground: Ground, clock: FrozenClock) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await keep_up(ground.db, clock.now())
        clock.advance(hours=3)
        async with ground.db.transaction() as session:
            ticket = await ticket_now(ground, ticket_id)
            ticket.assignee_id = 7
            await note_event(session, clock.now(), ticket, EventKind.ASSIGNED, STAFF, to="七")
        await keep_up(ground.db, clock.now())
        assert (await total_of(ground, "backlog"), await total_of(ground, "backlog", assignee_id=7)) == (1, 1)
        clock.advance(hours=3)
        async with ground.db.transaction() as session:
            await note_event(session, clock.now(), ticket, EventKind.RESOLVED, STAFF)
        await keep_up(ground.db, clock.now())
        assert (await total_of(ground, "backlog"), await total_of(ground, "backlog", assignee_id=7)) == (0, 0)
        # Closed after it was resolved: it was no longer in the backlog.
        await happen(ground, ticket_id, EventKind.CONFIRMED, actor=CUSTOMER)
        await keep_up(ground.db, clock.now())
        assert await total_of(ground, "backlog") == 0
