"""The worked example of the documentation is worked out again, line by line, by the calendar and by a ticket."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from bot.defaults import install_defaults
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import WANG, open_one, ticket_now
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of
from tickets.sla.models import SlaPolicy
from tickets.sla.setup import rules_of
from tickets.sla.working_time import Time
from tickets.stages import Stage
from tickets.working import move

DOCUMENT = Path(__file__).parents[3] / "docs" / "sla.md"
CHINA = ZoneInfo("Asia/Shanghai")
DAY_LINE = re.compile(r"\| (\d{4}-\d\d-\d\d) \| (\d+):(\d\d) \| (\d+):(\d\d) \|")
MOMENT_LINE = re.compile(r"\| ([^|]+?) \| (\d{4}-\d\d-\d\d \d\d:\d\d) \|")


def moments() -> list[datetime]:
    """Opened, to be answered, to be solved, resting, going on, to be solved now."""
    lines = MOMENT_LINE.findall(DOCUMENT.read_text())
    return [datetime.fromisoformat(moment).replace(tzinfo=CHINA) for _, moment in lines]


def days() -> Iterator[tuple[date, timedelta, timedelta]]:
    for day, hours, minutes, all_hours, all_minutes in DAY_LINE.findall(DOCUMENT.read_text()):
        counted = timedelta(hours=int(hours), minutes=int(minutes))
        yield date.fromisoformat(day), counted, timedelta(hours=int(all_hours), minutes=int(all_minutes))


@pytest.fixture
async def office(ground: Ground) -> Time:
    """The policy by working hours is the one in force."""
    async with ground.db.transaction() as session:
        await install_defaults(session)
        for policy in (await session.exec(select(SlaPolicy))).all():
            policy.active = policy.key == "office"
            session.add(policy)
    async with ground.db.reading() as session:
        return (await rules_of(session)).general.time


async def test_each_day_counts_as_much_as_is_written(office: Time) -> None:
    opened, _, solved, *_ = moments()
    lines = list(days())
    assert [day for day, _, _ in lines] == [date(2026, 9, 30) + timedelta(days=n) for n in range(14)]
    for day, counted, together in lines:
        begins = datetime.combine(day, time(), CHINA)
        until = min(begins + timedelta(days=1), solved)
        assert office.between(max(begins, opened), until) == counted
        assert office.between(opened, until) == together


async def moved(ground: Ground, ticket_id: int, target: Stage) -> Ticket:
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        rhythm = rhythm_of(ground.settings)
        now = ground.clock.now()
        await move(session, now, ticket, target=target, staff=WANG, seen=ticket.version, rhythm=rhythm)
    return await ticket_now(ground, ticket_id)


async def test_a_ticket_is_due_when_it_is_written(ground: Ground, clock: FrozenClock, office: Time) -> None:
    opened, replied, solved, rests, goes_on, solved_now = moments()
    clock.advance(seconds=(opened - clock.now()).total_seconds())
    ticket_id = (await open_one(ground)).ticket_id
    ticket = await ticket_now(ground, ticket_id)
    assert (ticket.first_reply_due, ticket.resolution_due) == (replied, solved)
    clock.advance(seconds=(rests - clock.now()).total_seconds())
    await moved(ground, ticket_id, Stage.WAITING)
    clock.advance(seconds=(goes_on - clock.now()).total_seconds())
    assert (await moved(ground, ticket_id, Stage.PROCESSING)).resolution_due == solved_now


async def test_the_sunday_before_is_worked(office: Time) -> None:
    opened = datetime(2026, 9, 19, 11, tzinfo=CHINA)
    assert office.add(opened, timedelta(hours=2)) == datetime(2026, 9, 20, 11, tzinfo=CHINA)
