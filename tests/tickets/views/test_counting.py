import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.queue import put_ticket
from tickets.console.queries.conditions import DEFAULT_ZONE, conditions
from tickets.console.queries.counting import open_matching, queue_counts, view_counts
from tickets.console.queries.open_page import places_of
from tickets.console.queries.ordering import Place, stretches_of
from tickets.console.queries.queue import matching_ids, queue_page, walk
from tickets.console.selection import Assigned, Due, Incident, Selection, Sort, Tab, from_query
from tickets.models import Ticket
from tickets.repository import change, get_ticket
from tickets.stages import Priority, Stage

CHOICES = {
    "tab": list(Tab),
    "stage": [None, None, *Stage],
    "team": [None, 1, 2],
    "assigned": list(Assigned),
    "assignee": [None, None, 2],
    "priority": [None, *Priority],
    "channel": ["", "email"],
    "region": ["", "beijing"],
    "category": [None, 1],
    "component": ["", "etax"],
    "incident": [None, *Incident, 7],
    "tag": ["", "tag1", "none of these"],
    "language": ["", "en"],
    "due": list(Due),
    "waiting": [False, True],
    "alarm": [False, True],
    "snoozed": [False, True],
    "followed": [False, True],
}


def any_selections(count: int) -> list[Selection]:
    """Each with a tab and two filters, so that most have something in them."""
    chance = random.Random(1)
    return [
        Selection(**{name: chance.choice(CHOICES[name]) for name in ("tab", *chance.sample(list(CHOICES)[1:], 2))})
        for _ in range(count)
    ]


async def test_a_count_is_what_the_list_has(ground: Ground, varied: list[int]) -> None:
    views = dict(enumerate(any_selections(250)))
    now = ground.clock.now()
    async with ground.db.reading() as session:
        counted = await view_counts(session, now, 1, views)
        for key, selection in views.items():
            listed = select(Ticket.id).where(*conditions(selection, now, 1))
            assert counted[key].number == len((await session.exec(listed)).all()), selection
            assert counted[key].exact
    assert sum(count.number > 0 for count in counted.values()) > 100


async def test_tabs_are_counted_as_they_are_listed(ground: Ground, varied: list[int]) -> None:
    async with ground.db.reading() as session:
        counts = await queue_counts(session, ground.clock.now(), staff_id=1)
        for tab in Tab:
            records, _ = await queue_page(session, ground.clock.now(), Selection(tab=tab), staff_id=1)
            assert counts[tab] == len(records) > 0, tab


async def test_what_changes_is_counted_at_once(ground: Ground, clock: FrozenClock, varied: list[int]) -> None:
    views = {1: Selection(), 2: Selection(priority=Priority.URGENT), 3: Selection(text="红冲"), 4: Selection(team=9)}

    async def numbers() -> list[int]:
        async with ground.db.reading() as session:
            return [count.number for count in (await view_counts(session, clock.now(), 1, views)).values()]

    before = await numbers()
    clock.advance(hours=1)
    ticket = await put_ticket(ground, 100, "红冲", priority=1)
    assert (await numbers())[1:3] == [before[1] + 1, 1]
    async with ground.db.transaction() as session:
        await change(session, clock.now(), await get_ticket(session, ticket.id), stage="solved", closed_at=clock.now())
    assert (await numbers())[1:3] == [before[1], 1]


async def test_what_is_entered_afterwards_is_counted_at_once(
    ground: Ground, clock: FrozenClock, varied: list[int]
) -> None:
    async def number() -> int:
        async with ground.db.reading() as session:
            return (await view_counts(session, clock.now(), 1, {0: Selection(snoozed=True)}))[0].number

    before = await number()
    clock.advance(seconds=60)
    yesterday = clock.now() - timedelta(days=1)
    await put_ticket(ground, 900, created_at=yesterday, updated_at=yesterday)
    assert await number() == before + 1


async def test_one_that_is_gone_is_forgotten_after_a_while(
    ground: Ground, clock: FrozenClock, varied: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.views.open_tickets._CHECKED_AT_ONCE", 7)
    everything = {0: Selection(snoozed=True)}
    gone = (await put_ticket(ground, 901)).id
    async with ground.db.reading() as session:
        before = (await view_counts(session, clock.now(), 1, everything))[0].number
    async with ground.db.transaction() as session:
        await session.exec(delete(Ticket).where(col(Ticket.id) == gone))
    clock.advance(seconds=60)
    counted = before
    for _look in range(before):
        clock.advance(seconds=5)
        async with ground.db.reading() as session:
            counted = (await view_counts(session, clock.now(), 1, everything))[0].number
    assert counted == before - 1


async def test_a_long_count_says_that_there_is_more(
    ground: Ground, varied: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.console.queries.counting.CAP", 3)
    async with ground.db.reading() as session:
        counted = await view_counts(session, ground.clock.now(), 1, {5: Selection(stage=Stage.SOLVED)})
    assert str(counted[5]) == "3+"


class TestPages:
    @pytest.mark.parametrize("sort", list(Sort))
    @pytest.mark.parametrize("tab", [Tab.OPEN, Tab.SOLVED, Tab.SNOOZED])
    async def test_hold_everything_once_in_every_order(
        self, ground: Ground, varied: list[int], sort: Sort, tab: Tab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tickets.console.queries.queue.PAGE", 4)
        selection = Selection(tab=tab, sort=sort, snoozed=True)
        seen: list[Ticket] = []
        after: str | None = ""
        async with ground.db.reading() as session:
            wanted = select(Ticket.id).where(*conditions(selection, ground.clock.now(), 1))
            while after is not None:
                page = from_query(selection.query(after=after))
                records, after = await queue_page(session, ground.clock.now(), page, staff_id=1)
                seen += [record.ticket for record in records]
            assert sorted(one.id for one in seen) == sorted((await session.exec(wanted)).all())
        assert seen == sorted(seen, key=KEYS[sort if sort or tab != Tab.SOLVED else "solved"])

    async def test_are_those_the_database_would_give(self, ground: Ground, varied: list[int]) -> None:
        now, chance, looked_at = ground.clock.now(), random.Random(2), 0
        async with ground.db.reading() as session:
            for chosen in any_selections(120):
                selection = replace(chosen, sort=chance.choice(list(Sort)))
                meant = await open_matching(session, now, 1, selection, zone=DEFAULT_ZONE)
                if meant is None:
                    continue
                stretches, clauses = stretches_of(selection), conditions(selection, now, 1)
                begins: Place | None = Place()
                while begins is not None:
                    page = places_of(*meant, stretches, begins, 3)
                    ids, _following = await walk(session, clauses, stretches, begins)
                    assert [place.ticket_id for place in page] == ids[:3], selection
                    begins = page[-1] if len(page) == 3 else None
                    looked_at += len(page)
        assert looked_at > 500

    async def test_of_a_search_hold_everything_once(
        self, ground: Ground, varied: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tickets.console.queries.queue.PAGE", 4)
        selection = Selection(text="开票失败", language="zh")
        seen: list[int] = []
        after: str | None = ""
        async with ground.db.reading() as session:
            while after is not None:
                page = from_query(selection.query(after=after))
                records, after = await queue_page(session, ground.clock.now(), page, staff_id=1)
                seen += [record.ticket.id for record in records]
            matching = await matching_ids(session, ground.clock.now(), selection, staff_id=1)
        assert len(seen) > 4
        assert seen == sorted(set(seen), reverse=True)
        assert matching == sorted(seen)


FAR = 10**12


def _moment(value: object) -> float:
    return value.timestamp() if value else FAR  # type: ignore[attr-defined]  # A moment, if anything.


KEYS = {
    Sort.NATURAL: lambda one: (one.priority, _moment(one.sla_due), one.id),
    Sort.URGENCY: lambda one: (one.priority, _moment(one.sla_due), one.id),
    Sort.NEWEST: lambda one: -one.id,
    Sort.OLDEST: lambda one: one.id,
    Sort.UPDATED: lambda one: (-_moment(one.updated_at), -one.id),
    Sort.DUE: lambda one: (_moment(one.sla_due), one.id),
    Sort.WAITING: lambda one: (_moment(one.waiting_since), one.id),
    "solved": lambda one: (-_moment(one.closed_at), -one.id),
}


class TestAddresses:
    def test_say_all_that_is_chosen(self) -> None:
        for selection in any_selections(200):
            assert from_query(selection.query()) == selection
        everything = Selection(**{name: values[-1] for name, values in CHOICES.items()}, text="开票 & 50%", view=3)
        assert from_query(everything.query(sort=Sort.DUE)).sort is Sort.DUE
        assert from_query(everything.query()) == everything

    @pytest.mark.parametrize(
        "query", ["", "?", "tab=x&sort=x&due=x&incident=x&team=-1&view=٣&priority=9", "team=99999999999", "a" * 9000]
    )
    def test_nobody_knows_are_no_filter(self, query: str) -> None:
        assert from_query(query) == Selection()


async def test_ids_come_in_chunks(ground: Ground, varied: list[int]) -> None:
    after = 0
    seen: list[int] = []
    async with ground.db.reading() as session:
        wanted = select(Ticket.id).where(*conditions(Selection(), ground.clock.now(), 1)).order_by(col(Ticket.id))
        while found := await matching_ids(session, ground.clock.now(), Selection(), staff_id=1, after=after, limit=7):
            seen += found
            after = found[-1]
        assert seen == list((await session.exec(wanted)).all())
