"""Two tickets of one person become one: told once, followed everywhere, undone while nothing has happened."""

import pytest

from tests.support.desk import Desk
from tests.support.tickets import WANG, clocks_of, kinds_of, open_one, ticket_now
from tickets.actors import Actor, ActorKind
from tickets.errors import TicketChangedError
from tickets.merging.errors import MergeGoneError, MergeNotOpenError, NotOnePersonError, SameTicketError
from tickets.merging.models import TicketMerge
from tickets.merging.service import merge, undo_merge
from tickets.models import EventKind, Ticket
from tickets.repository import change, get_ticket, latest_ticket, latest_ticket_of, ticket_by_token
from tickets.rhythm import rhythm_of
from tickets.sending.errors import TicketMergedError
from tickets.sending.holding import say_later
from tickets.stages import Stage
from tickets.watching.followers import follow, followers
from tickets.watching.tagging import set_tags
from tickets.working import note, reply

ZONE = "Asia/Shanghai"
LIU = Actor(ActorKind.STAFF, 2, "刘洋")


async def two(desk: Desk) -> tuple[Ticket, Ticket]:
    """Two open tickets of one person on one channel, the older first."""
    first = await open_one(desk.ground, "离线发票上传不了", who="li", channel="fake")
    second = await open_one(desk.ground, "还是上传不了", who="li", channel="fake")
    return await ticket_now(desk.ground, first.ticket_id), await ticket_now(desk.ground, second.ticket_id)


async def merged(desk: Desk, source: Ticket, target: Ticket, *, staff: Actor | None = None) -> TicketMerge:
    async with desk.ground.db.transaction() as session:
        return await merge(
            session,
            desk.clock.now(),
            source_id=source.id,
            target_id=target.id,
            seen=(source.version, target.version),
            staff=staff or desk.staff,
        )


async def undone(desk: Desk, merge_id: int) -> None:
    async with desk.ground.db.transaction() as session:
        await undo_merge(session, desk.clock.now(), merge_id, staff=desk.staff, zone=ZONE)


class TestMerging:
    async def test_the_source_is_closed_and_its_clocks_stop(self, desk: Desk) -> None:
        source, target = await two(desk)
        await merged(desk, source, target)
        after = await ticket_now(desk.ground, source.id)
        assert (after.stage, after.merged_into_id, after.closed_at) == (Stage.SOLVED, target.id, desk.clock.now())
        assert await clocks_of(desk.ground, source.id) == {}
        assert (await ticket_now(desk.ground, target.id)).stage == Stage.ACCEPTED
        assert (await kinds_of(desk.ground, source.id))[-1] == EventKind.MERGED
        assert EventKind.MERGED_IN in await kinds_of(desk.ground, target.id)

    async def test_the_customer_is_told_once_and_never_asked_about_the_source(self, desk: Desk) -> None:
        source, target = await two(desk)
        await merged(desk, source, target)
        await desk.pump()
        told = desk.news()
        assert len(told) == 1
        assert source.number in told[0]
        assert target.number in told[0]
        await desk.later(days=5)
        later = desk.news()
        assert not [text for text in later if source.number in text]
        assert EventKind.SURVEY_ASKED not in await kinds_of(desk.ground, source.id)

    async def test_whoever_asks_for_the_source_finds_the_target(self, desk: Desk) -> None:
        source, target = await two(desk)
        await merged(desk, source, target)
        async with desk.ground.db.reading() as session:
            found = [
                await latest_ticket(session, source.conversation_id),
                await latest_ticket_of(session, source.contact_id),
                await ticket_by_token(session, source.token),
            ]
        assert [ticket.id for ticket in found if ticket] == [target.id] * 3

    async def test_a_chain_leads_to_its_end(self, desk: Desk) -> None:
        first, second = await two(desk)
        third = await open_one(desk.ground, "又来了", who="li", channel="fake")
        await merged(desk, first, second)
        second = await ticket_now(desk.ground, second.id)
        await merged(desk, second, await ticket_now(desk.ground, third.ticket_id))
        async with desk.ground.db.reading() as session:
            assert (await ticket_by_token(session, first.token)).id == third.ticket_id

    async def test_what_the_customer_says_next_belongs_to_the_target(self, desk: Desk) -> None:
        source, target = await two(desk)
        async with desk.ground.db.transaction() as session:
            rhythm = rhythm_of(desk.ground.settings)
            held = await get_ticket(session, target.id)
            await reply(session, desk.clock.now(), held, text="在查", staff=desk.staff, rhythm=rhythm)
        await merged(desk, source, await ticket_now(desk.ground, target.id))
        await desk.write("还有一张也传不上去")
        said = [message for message in await desk.messages() if message.text == "还有一张也传不上去"]
        assert [message.ticket_id for message in said] == [target.id]
        assert EventKind.CUSTOMER_WROTE in await kinds_of(desk.ground, target.id)

    async def test_the_status_is_that_of_the_target(self, desk: Desk) -> None:
        source, target = await two(desk)
        await merged(desk, source, target)
        await desk.pump()
        desk.news()
        told = " ".join(await desk.write(f"工单 {source.number} 进度"))
        assert target.number in told

    async def test_a_reply_that_was_held_goes_out_in_the_target(self, desk: Desk) -> None:
        source, target = await two(desk)
        async with desk.ground.db.transaction() as session:
            held = await get_ticket(session, source.id)
            await say_later(session, desk.clock.now(), held, text="马上处理", staff=desk.staff, hold_s=15)
        await merged(desk, source, target)
        await desk.later(seconds=20)
        said = [message for message in await desk.messages() if message.text == "马上处理"]
        assert [message.ticket_id for message in said] == [target.id]
        assert desk.news().count("马上处理") == 1

    async def test_who_followed_and_who_waited_goes_along(self, desk: Desk) -> None:
        source, target = await two(desk)
        async with desk.ground.db.transaction() as session:
            await follow(session, desk.clock.now(), source.id, [desk.staff.id or 0])
            held = await get_ticket(session, target.id)
            await change(session, desk.clock.now(), held, waiting_since=None)
            source_now = await get_ticket(session, source.id)
            await set_tags(session, desk.clock.now(), source_now, names=["月末"], staff=desk.staff)
        source, target = await ticket_now(desk.ground, source.id), await ticket_now(desk.ground, target.id)
        await merged(desk, source, target)
        after = await ticket_now(desk.ground, target.id)
        assert (after.waiting_since, after.tags) == (source.waiting_since, ["月末"])
        async with desk.ground.db.reading() as session:
            assert await followers(session, target.id) == [(desk.staff.id, desk.staff.name)]


class TestRefusing:
    async def test_of_another_person(self, desk: Desk) -> None:
        mine = await open_one(desk.ground, who="li", channel="fake")
        theirs = await open_one(desk.ground, who="zhao", channel="fake")
        with pytest.raises(NotOnePersonError):
            await merged(
                desk, await ticket_now(desk.ground, mine.ticket_id), await ticket_now(desk.ground, theirs.ticket_id)
            )
        assert (await ticket_now(desk.ground, mine.ticket_id)).merged_into_id is None

    async def test_of_itself_of_a_solved_one_and_of_one_that_is_merged(self, desk: Desk) -> None:
        first, second = await two(desk)
        with pytest.raises(SameTicketError):
            await merged(desk, first, first)
        async with desk.ground.db.transaction() as session:
            await change(session, desk.clock.now(), await get_ticket(session, second.id), stage=Stage.SOLVED)
        second = await ticket_now(desk.ground, second.id)
        with pytest.raises(MergeNotOpenError):
            await merged(desk, first, second)
        third = await open_one(desk.ground, who="li", channel="fake")
        await merged(desk, first, await ticket_now(desk.ground, third.ticket_id))
        with pytest.raises(TicketMergedError):
            await merged(desk, await ticket_now(desk.ground, first.id), second)

    async def test_of_what_changed_since_it_was_looked_at(self, desk: Desk) -> None:
        source, target = await two(desk)
        async with desk.ground.db.transaction() as session:
            held = await get_ticket(session, target.id)
            await note(session, desk.clock.now(), held, text="看过了", staff=WANG)
            await set_tags(session, desk.clock.now(), held, names=["急"], staff=LIU)
        with pytest.raises(TicketChangedError) as refusal:
            await merged(desk, source, target)
        assert refusal.value.values == {"who": "刘洋", "kind": EventKind.TAGGED}


class TestUndoing:
    async def test_both_are_as_they_were(self, desk: Desk) -> None:
        source, target = await two(desk)
        clocks = await clocks_of(desk.ground, source.id)
        done = await merged(desk, source, target)
        await desk.pump()
        desk.news()
        await undone(desk, done.id)
        after = await ticket_now(desk.ground, source.id)
        kept = {"version", "updated_at"}
        assert after.model_dump(exclude=kept) == source.model_dump(exclude=kept)
        assert await clocks_of(desk.ground, source.id) == clocks
        before_target = target.model_dump(exclude=kept)
        assert (await ticket_now(desk.ground, target.id)).model_dump(exclude=kept) == before_target
        await desk.pump()
        assert len(desk.news()) == 1

    async def test_not_after_anything_was_said_or_done(self, desk: Desk) -> None:
        source, target = await two(desk)
        done = await merged(desk, source, target)
        async with desk.ground.db.transaction() as session:
            await note(session, desk.clock.now(), await get_ticket(session, target.id), text="继续", staff=WANG)
        with pytest.raises(MergeGoneError):
            await undone(desk, done.id)

    async def test_not_the_next_day_and_not_twice(self, desk: Desk) -> None:
        source, target = await two(desk)
        done = await merged(desk, source, target)
        await undone(desk, done.id)
        with pytest.raises(MergeGoneError):
            await undone(desk, done.id)
        source, target = await ticket_now(desk.ground, source.id), await ticket_now(desk.ground, target.id)
        again = await merged(desk, source, target)
        desk.clock.advance(hours=14)
        with pytest.raises(MergeGoneError):
            await undone(desk, again.id)
