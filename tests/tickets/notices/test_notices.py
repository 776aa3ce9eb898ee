"""Who is told of what, once each, and what they have read."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from kit.access.identity import Role
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import open_one
from tests.support.web import add_staff
from tickets.actors import Actor, ActorKind
from tickets.notices.models import NoticeKind, StaffNotice
from tickets.notices.service import (
    KEPT,
    Unread,
    forget_old,
    latest,
    mark_one_read,
    mark_read,
    mark_ticket_read,
    notify,
    unread,
    unread_since,
)
from tickets.repository import get_ticket
from tickets.taking import take_next
from tickets.working import assign


@pytest.fixture
async def people(ground: Ground) -> list[Actor]:
    """Three colleagues."""
    hired = [await add_staff(ground, role=Role.AGENT, login=f"n{n}", name=name) for n, name in enumerate("王李赵")]
    return [Actor(ActorKind.STAFF, one.id, one.name) for one in hired]


async def tell(ground: Ground, who: Actor, ticket_id: int, kind: NoticeKind = NoticeKind.WOKEN) -> None:
    async with ground.db.transaction() as session:
        await notify(session, ground.clock.now(), [who.id or 0], kind, await get_ticket(session, ticket_id))


async def given(ground: Ground, ticket_id: int, to: Actor | None, *, by: Actor) -> None:
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        whom, name = (to.id, to.name) if to else (None, None)
        await assign(
            session,
            ground.clock.now(),
            ticket,
            assignee_id=whom,
            assignee_name=name,
            staff=by,
            seen=ticket.version,
        )


async def told(ground: Ground) -> list[tuple[int, str, str | None]]:
    """Whom, of what, by whom: in order."""
    async with ground.db.reading() as session:
        rows = (await session.exec(select(StaffNotice).order_by(col(StaffNotice.id)))).all()
    return [(row.staff_id, row.kind, row.data.get("by")) for row in rows]


async def count(ground: Ground, who: Actor, **more: int) -> int:
    async with ground.db.reading() as session:
        return (await unread(session, who.id or 0, **more)).count


class TestGiving:
    async def test_whoever_gets_a_ticket_is_told_and_whoever_had_it(self, ground: Ground, people: list[Actor]) -> None:
        wang, li, zhao = people
        ticket_id = (await open_one(ground)).ticket_id
        await given(ground, ticket_id, wang, by=zhao)
        await given(ground, ticket_id, li, by=zhao)
        assert await told(ground) == [(wang.id, "assigned", "赵"), (li.id, "assigned", "赵"), (wang.id, "taken", "赵")]

    async def test_nobody_is_told_of_their_own_doing(self, ground: Ground, people: list[Actor]) -> None:
        wang, li, _zhao = people
        ticket_id = (await open_one(ground)).ticket_id
        await given(ground, ticket_id, wang, by=wang)
        assert await told(ground) == []
        await given(ground, ticket_id, li, by=wang)
        assert await told(ground) == [(li.id, "assigned", "王")]
        await given(ground, ticket_id, None, by=li)
        assert len(await told(ground)) == 1

    async def test_whoever_has_it_already_is_not_told_again(self, ground: Ground, people: list[Actor]) -> None:
        wang, _li, zhao = people
        ticket_id = (await open_one(ground)).ticket_id
        for _ in range(2):
            await given(ground, ticket_id, wang, by=zhao)
        assert len(await told(ground)) == 1

    async def test_taking_over_tells_the_one_who_had_it(self, ground: Ground, people: list[Actor]) -> None:
        wang, li, _zhao = people
        ticket_id = (await open_one(ground)).ticket_id
        await given(ground, ticket_id, wang, by=wang)
        await given(ground, ticket_id, li, by=li)
        assert await told(ground) == [(wang.id, "taken", "李")]

    async def test_taking_the_next_one_is_no_news(self, ground: Ground, people: list[Actor]) -> None:
        await open_one(ground)
        async with ground.db.transaction() as session:
            assert await take_next(session, ground.clock.now(), staff=people[0]) is not None
        assert await told(ground) == []

    async def test_open_pages_hear_of_it_after_the_commit(self, ground: Ground, people: list[Actor]) -> None:
        wang, li, zhao = people
        ticket_id = (await open_one(ground)).ticket_id
        async with (
            ground.db.bus.listening(f"staff:{wang.id}") as hers,
            ground.db.bus.listening(f"staff:{li.id}") as his,
        ):
            await given(ground, ticket_id, wang, by=zhao)
            assert (hers.heard(), his.heard()) == (True, False)


class TestReading:
    async def test_a_look_at_the_ticket_settles_what_was_said_of_it(self, ground: Ground, people: list[Actor]) -> None:
        wang, li, _zhao = people
        one, other = [(await open_one(ground, who=f"visitor-{n}")).ticket_id for n in range(2)]
        for who in (wang, li):
            for ticket_id in (one, one, other):
                await tell(ground, who, ticket_id)
        assert await count(ground, wang, but=one) == 1
        async with ground.db.transaction() as session:
            await mark_ticket_read(session, ground.clock.now(), wang.id or 0, one)
        assert (await count(ground, wang), await count(ground, li)) == (1, 3)

    async def test_what_is_about_many_tickets_is_settled_by_itself_alone(
        self, ground: Ground, people: list[Actor]
    ) -> None:
        wang = people[0]
        ticket_id = (await open_one(ground)).ticket_id
        await tell(ground, wang, ticket_id, NoticeKind.ASSIGNED_MANY)
        async with ground.db.transaction() as session:
            await mark_ticket_read(session, ground.clock.now(), wang.id or 0, ticket_id)
        assert await count(ground, wang) == 1
        async with ground.db.transaction() as session:
            newest = (await unread(session, wang.id or 0)).newest
            await mark_one_read(session, ground.clock.now(), people[1].id or 0, newest)
            assert await unread(session, wang.id or 0) == Unread(1, newest)
            await mark_one_read(session, ground.clock.now(), wang.id or 0, newest)
        assert await count(ground, wang) == 0

    async def test_all_means_all_that_was_seen(self, ground: Ground, people: list[Actor]) -> None:
        wang, li, _zhao = people
        ticket_id = (await open_one(ground)).ticket_id
        for who in (wang, wang, li):
            await tell(ground, who, ticket_id)
        async with ground.db.reading() as session:
            seen = (await unread(session, wang.id or 0)).newest
        await tell(ground, wang, ticket_id)
        async with ground.db.transaction() as session:
            await mark_read(session, ground.clock.now(), wang.id or 0, until=seen)
        assert (await count(ground, wang), await count(ground, li)) == (1, 1)

    async def test_other_pages_are_hinted_only_if_something_was_unread(
        self, ground: Ground, people: list[Actor]
    ) -> None:
        wang = people[0]
        ticket_id = (await open_one(ground)).ticket_id
        await tell(ground, wang, ticket_id)
        heard = []
        async with ground.db.bus.listening(f"staff:{wang.id}") as listener:
            for _ in range(2):
                async with ground.db.transaction() as session:
                    await mark_ticket_read(session, ground.clock.now(), wang.id or 0, ticket_id)
                heard.append(listener.heard())
        assert heard == [True, False]

    async def test_page_by_page_each_once_and_nobody_elses(self, ground: Ground, people: list[Actor]) -> None:
        wang, li, _zhao = people
        ticket_id = (await open_one(ground)).ticket_id
        for who in (wang, li, wang, wang):
            await tell(ground, who, ticket_id)
        async with ground.db.reading() as session:
            first = await latest(session, wang.id or 0, limit=2)
            rest = await latest(session, wang.id or 0, before=first[-1].notice.id, limit=2)
            news = await unread_since(session, wang.id or 0, first[-1].notice.id, limit=5)
        ids = [one.notice.id for one in (*first, *rest)]
        assert (ids, {one.notice.staff_id for one in (*first, *rest)}) == (sorted(ids, reverse=True), {wang.id})
        assert (len(first), len(rest), [one.notice.id for one in news]) == (2, 1, ids[:1])
        assert all(one.number.startswith("YP-") and one.subject for one in first)


class TestForgetting:
    async def test_what_is_older_than_it_is_kept_goes(
        self, ground: Ground, clock: FrozenClock, people: list[Actor]
    ) -> None:
        wang = people[0]
        ticket_id = (await open_one(ground)).ticket_id
        await tell(ground, wang, ticket_id)
        clock.advance(seconds=KEPT.total_seconds())
        await tell(ground, wang, ticket_id)
        for past, left in ((timedelta(0), 2), (timedelta(seconds=1), 1)):
            async with ground.db.transaction() as session:
                await forget_old(session, clock.now() + past)
            assert await count(ground, wang) == left


async def test_a_look_at_the_count_is_one_statement_by_its_own_index(ground: Ground, people: list[Actor]) -> None:
    asked: list[tuple[str, tuple[Any, ...]]] = []
    engine = ground.db.engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, values: tuple[Any, ...], *_rest: object) -> None:
        if "staff_notice" in statement:
            asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        async with ground.db.transaction() as session:
            await unread(session, people[0].id or 0, but=1)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    [(statement, values)] = asked
    if ground.db.is_sqlite:
        async with ground.db.reading() as session:
            plan = await (await session.connection()).exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        assert "COVERING INDEX ix_staff_notice_unread" in str(plan.all())
