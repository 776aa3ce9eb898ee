"""Put aside, and back: by the hour, by the customer, by the outage."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from tests.flows.test_story import open_a_ticket, staff_replies
from tests.support.desk import Desk
from tests.support.tickets import clocks_of, kinds_of
from tickets.models import EventKind, Ticket
from tickets.notices.models import NoticeKind, StaffNotice
from tickets.repository import change, get_ticket
from tickets.sending.errors import NothingToSnoozeError, SnoozeInPastError, SnoozeTooLongError
from tickets.sending.snoozing import Wake, incident_changed, snooze
from tickets.stages import Stage


async def put_aside(desk: Desk, *wakes: Wake, until: datetime | None) -> Ticket:
    ticket = await desk.ticket()
    async with desk.ground.db.transaction() as session:
        held = await get_ticket(session, ticket.id)
        await snooze(session, desk.clock.now(), held, until=until, wakes=wakes, staff=desk.staff)
    return await desk.ticket()


async def notices(desk: Desk) -> list[str]:
    async with desk.ground.db.reading() as session:
        return [notice.kind for notice in (await session.exec(select(StaffNotice).order_by(StaffNotice.id))).all()]  # type: ignore[arg-type]  # A column.


@pytest.fixture
async def owned(desk: Desk) -> Desk:
    """A ticket with an owner, and a customer who waits for nothing."""
    await open_a_ticket(desk)
    await staff_replies(desk, "在查")
    desk.news()
    return desk


class TestWaking:
    async def test_at_its_moment_and_the_owner_is_told(self, owned: Desk) -> None:
        until = owned.clock.now() + timedelta(hours=1)
        ticket = await put_aside(owned, Wake.REPLY, until=until)
        assert (ticket.snoozed_until, ticket.snoozed_for) == (until, "reply")
        await owned.later(minutes=59)
        assert (await owned.ticket()).snoozed_until == until
        await owned.later(minutes=1)
        assert (await owned.ticket()).snoozed_until is None
        assert (await kinds_of(owned.ground, ticket.id))[-1] == EventKind.WOKEN
        assert await notices(owned) == [NoticeKind.WOKEN]
        assert owned.news() == []

    async def test_put_off_again_it_sleeps_on(self, owned: Desk) -> None:
        await put_aside(owned, until=owned.clock.now() + timedelta(hours=1))
        later = owned.clock.now() + timedelta(hours=2)
        await put_aside(owned, until=later)
        await owned.later(minutes=61)
        assert (await owned.ticket()).snoozed_until == later

    async def test_when_the_customer_writes(self, owned: Desk) -> None:
        ticket = await put_aside(owned, Wake.REPLY, until=None)
        await owned.write("现在报另一个错")
        assert (await owned.ticket()).snoozed_until is None
        assert "snooze_over" not in await clocks_of(owned.ground, ticket.id)
        assert await notices(owned) == [NoticeKind.CUSTOMER_WROTE]

    async def test_unless_it_is_to_stay(self, owned: Desk) -> None:
        until = owned.clock.now() + timedelta(days=1)
        await put_aside(owned, until=until)
        await owned.write("现在报另一个错")
        ticket = await owned.ticket()
        assert (ticket.snoozed_until, ticket.waiting_since) == (until, owned.clock.now())

    async def test_who_waits_already_is_announced_once(self, owned: Desk) -> None:
        for text in ("现在报另一个错", "还是不行", "在吗，还没好"):
            await owned.write(text)
        assert await notices(owned) == [NoticeKind.CUSTOMER_WROTE]

    async def test_when_the_outage_changes_and_only_then(self, owned: Desk) -> None:
        ticket = await owned.ticket()
        async with owned.ground.db.transaction() as session:
            await change(session, owned.clock.now(), await get_ticket(session, ticket.id), incident_id=7)
        await put_aside(owned, Wake.INCIDENT, until=None)
        await owned.write("现在报另一个错")
        assert (await owned.ticket()).snoozed_until is not None
        async with owned.ground.db.transaction() as session:
            assert await incident_changed(session, owned.clock.now(), 8) == 0
            assert await incident_changed(session, owned.clock.now(), 7) == 1
        assert (await owned.ticket()).snoozed_until is None


class TestRefusing:
    @pytest.mark.parametrize(
        ("ahead", "refusal"), [(timedelta(0), SnoozeInPastError), (timedelta(days=61), SnoozeTooLongError)]
    )
    async def test_a_moment_that_is_none(self, owned: Desk, ahead: timedelta, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            await put_aside(owned, until=owned.clock.now() + ahead)

    async def test_what_is_solved(self, owned: Desk) -> None:
        ticket = await owned.ticket()
        async with owned.ground.db.transaction() as session:
            await change(session, owned.clock.now(), await get_ticket(session, ticket.id), stage=Stage.SOLVED)
        with pytest.raises(NothingToSnoozeError):
            await put_aside(owned, until=None)
