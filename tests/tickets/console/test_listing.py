"""A hundred consoles share one look at the queue, and each still sees what it would have seen alone."""

import asyncio
from itertools import pairwise

import httpx
import pytest
from fastapi import FastAPI

from kit.clock import FrozenClock
from kit.ground import Ground
from kit.i18n import translate
from tests.support.console import HTMX, Person
from tests.support.queue import put_ticket
from tests.support.tickets import open_one
from tickets.console.queries.listing import Lists
from tickets.console.queries.queue import is_as_new, queue_revision
from tickets.console.selection import Selection
from tickets.models import EventKind, TicketEvent

QUEUE = "/console/tickets"


async def now(ground: Ground) -> str:
    async with ground.db.reading() as session:
        return await queue_revision(session)


async def look(person: Person, told: str = "", shown: str = "", address: str = QUEUE) -> httpx.Response:
    """As the page does it when its stream tells of a change."""
    return await person.client.get(address, headers={**HTMX, "YP-Told": told, "YP-Shown": shown})


async def write_line(ground: Ground, ticket_id: int, number: int) -> None:
    line = TicketEvent(
        id=number, ticket_id=ticket_id, kind=EventKind.PRIORITY, actor="system", data={}, at=ground.clock.now()
    )
    async with ground.db.transaction() as session:
        session.add(line)


class TestRevision:
    async def test_tells_of_a_line_that_was_committed_late(self, ground: Ground) -> None:
        opened = await open_one(ground)
        seen = [await now(ground)]
        for number in (5000, 4000, 4500):
            await write_line(ground, opened.ticket_id, number)
            seen.append(await now(ground))
        assert len(set(seen)) == 4
        assert all(is_as_new(later, earlier) for earlier, later in pairwise(seen))
        assert not any(is_as_new(earlier, later) for earlier, later in pairwise(seen))

    @pytest.mark.parametrize("told", ["", "0", "7", "x.y", "1.2.3", "-1.5", "9" * 40 + ".1"])
    async def test_what_is_none_is_never_old_enough_to_share(self, ground: Ground, told: str) -> None:
        await open_one(ground)
        assert not is_as_new(await now(ground), told)


class TestSharing:
    async def test_all_who_were_told_the_same_get_one_list(self, app: FastAPI, ground: Ground, wang: Person) -> None:
        await open_one(ground)
        told = await now(ground)
        answers = [await look(wang, told) for _ in range(5)]
        assert len({answer.text for answer in answers}) == 1
        lists = app.state.lists
        assert isinstance(lists, Lists)
        assert lists.looks == 1

    async def test_who_was_told_nothing_gets_what_there_is_now(
        self, app: FastAPI, ground: Ground, wang: Person
    ) -> None:
        await open_one(ground)
        for _ in range(3):
            await look(wang)
        assert app.state.lists.looks == 3

    async def test_a_change_is_in_the_list_of_everybody_who_was_told(
        self, ground: Ground, wang: Person, li: Person
    ) -> None:
        opened = await open_one(ground)
        unowned = await look(wang, await now(ground))
        await wang.act(opened.ticket_id, "assign", to="me")
        told = await now(ground)
        owner = '<span class="yc-owner yc-cut" title="">wang'
        assert [(owner in answer.text) for answer in (unowned, await look(wang, told), await look(li, told))] == [
            False,
            True,
            True,
        ]

    async def test_ones_own_tickets_are_nobody_elses(self, ground: Ground, wang: Person, li: Person) -> None:
        opened = await open_one(ground)
        await wang.act(opened.ticket_id, "assign", to="me")
        told = await now(ground)
        mine = f'id="t-{opened.ticket_id}"'
        for address in (f"{QUEUE}?tab=mine", f"{QUEUE}?assigned=mine"):
            assert mine in (await look(wang, told, address=address)).text
            assert mine not in (await look(li, told, address=address)).text

    async def test_how_many_are_ones_own_is_counted_for_each(self, ground: Ground, wang: Person, li: Person) -> None:
        opened = await open_one(ground)
        await wang.act(opened.ticket_id, "assign", to="me")
        told = await now(ground)
        counts = [(await look(one, told)).text.partition('id="tab-mine"')[2][:160] for one in (wang, li)]
        assert ['class="yc-count">1<' in count for count in counts] == [True, False]

    async def test_who_may_only_read_shares_no_tick_boxes(self, ground: Ground, wang: Person, editor: Person) -> None:
        await open_one(ground)
        told = await now(ground)
        assert ["data-pick " in (await look(one, told)).text for one in (wang, editor, wang)] == [True, False, True]

    async def test_each_reads_it_in_their_own_language(self, ground: Ground, wang: Person, li: Person) -> None:
        await open_one(ground)
        told = await now(ground)
        li.client.cookies.set("yp_lang", "en")
        texts = [(await look(one, told)).text for one in (wang, li, wang)]
        assert [translate("console.stages.accepted", "zh") in text for text in texts] == [True, False, True]
        assert [translate("console.stages.accepted", "en") in text for text in texts] == [False, True, False]


class TestTheSame:
    async def test_is_not_sent_again(self, ground: Ground, wang: Person) -> None:
        await open_one(ground)
        first = await look(wang)
        again = await look(wang, shown=first.headers["YP-Signature"])
        assert (again.status_code, again.content) == (204, b"")
        assert again.headers["YP-Revision"] == await now(ground)

    async def test_but_a_list_with_another_revision_and_nothing_else_new_is_the_same(
        self, ground: Ground, wang: Person
    ) -> None:
        opened = await open_one(ground)
        first = await look(wang, address=f"{QUEUE}?tab=mine")
        await write_line(ground, opened.ticket_id, 5000)
        again = await look(wang, await now(ground), first.headers["YP-Signature"], f"{QUEUE}?tab=mine")
        assert again.status_code == 204
        assert again.headers["YP-Revision"] != first.headers["YP-Revision"]

    async def test_any_change_that_shows_is_sent(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        first = await look(wang)
        await wang.act(opened.ticket_id, "assign", to="me")
        assert (await look(wang, await now(ground), first.headers["YP-Signature"])).status_code == 200

    async def test_a_clock_that_turned_late_is_sent(self, ground: Ground, wang: Person) -> None:
        await put_ticket(ground, 1)
        first = await look(wang)
        assert isinstance(ground.clock, FrozenClock)
        ground.clock.advance(hours=2)
        assert (await look(wang, shown=first.headers["YP-Signature"])).status_code == 200

    async def test_what_others_see_is_not_the_same(self, ground: Ground, wang: Person, editor: Person) -> None:
        await open_one(ground)
        first = await look(wang)
        assert (await look(editor, shown=first.headers["YP-Signature"])).status_code == 200
        wang.client.cookies.set("yp_lang", "en")
        assert (await look(wang, shown=first.headers["YP-Signature"])).status_code == 200
        address = f"{QUEUE}?tab=alarms"
        assert (await look(wang, shown=first.headers["YP-Signature"], address=address)).status_code == 200


class TestKeeping:
    async def test_no_more_than_people_watch(self, ground: Ground, wang: Person) -> None:
        await open_one(ground)
        lists = Lists(ground, shared_s=600, most=3)
        for number in range(5):
            await lists.listing(Selection(tag=str(number)), wang.id)
        assert len(lists) == 3

    async def test_it_is_forgotten_soon(self, ground: Ground, wang: Person) -> None:
        await open_one(ground)
        lists = Lists(ground, shared_s=0)
        await lists.listing(Selection(), wang.id)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(lists) == 0

    async def test_a_hundred_consoles_are_told_by_one_look(self, ground: Ground) -> None:
        await open_one(ground)
        lists = Lists(ground)
        assert len(set(await asyncio.gather(*(lists.newest() for _ in range(100))))) == 1
