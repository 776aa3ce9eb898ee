import asyncio
import re
from datetime import timedelta

import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import Person
from tests.support.tickets import open_one
from tickets.desk.models import Presence, StaffProfile, Team
from tickets.models import Ticket
from tickets.reports import keep_up
from tickets.repository import get_ticket
from tickets.stages import Stage
from tickets.wall.queries import Snapshot, look
from tickets.wall.shared import Wall
from tickets.wall.views import WallView, wall_view


async def ticket(ground: Ground, who: str, **values: object) -> Ticket:
    """An open ticket as the queue would have it."""
    opened = await open_one(ground, who=who)
    async with ground.db.transaction() as session:
        found = await get_ticket(session, opened.ticket_id)
        for name, value in {"sla_due": None, "waiting_since": None, "team_id": None, **values}.items():
            setattr(found, name, value)
        session.add(found)
        return found


async def team(ground: Ground, key: str) -> int:
    async with ground.db.transaction() as session:
        row = Team(key=key, name_zh=f"{key}组", name_en=key)
        session.add(row)
        await session.flush()
        return row.id


async def seen(ground: Ground) -> tuple[Snapshot, WallView]:
    await keep_up(ground.db, ground.clock.now())
    async with ground.db.reading() as session:
        snapshot = await look(session, ground.clock.now(), ground.settings.time_zone)
    return snapshot, wall_view(snapshot, "zh")


def numbers(view: WallView) -> dict[str, int]:
    return {number.name: number.value for number in view.numbers}


async def present(ground: Ground, person: Person, presence: Presence, capacity: int = 2) -> None:
    async with ground.db.transaction() as session:
        profile = StaffProfile(
            staff_id=person.id,
            skills=[],
            languages=[],
            capacity=capacity,
            presence=presence,
            presence_since=ground.clock.now(),
            preferences={},
        )
        session.add(profile)


class TestWhatIsOpen:
    async def test_stands_with_its_team(self, ground: Ground, clock: FrozenClock) -> None:
        now, north = clock.now(), await team(ground, "north")
        await ticket(ground, "late", team_id=north, sla_due=now - timedelta(minutes=5))
        await ticket(ground, "soon", team_id=north, sla_due=now + timedelta(minutes=59))
        await ticket(ground, "later", sla_due=now + timedelta(minutes=61), assignee_id=7)
        await ticket(ground, "waits", waiting_since=now - timedelta(hours=2))
        await ticket(ground, "done", stage=Stage.SOLVED, sla_due=now - timedelta(days=1), waiting_since=now)
        snapshot, view = await seen(ground)
        by_team = {line.name: line.load for line in view.teams}
        assert (by_team["north组"].open, by_team["north组"].late, by_team["north组"].soon) == (2, 1, 1)
        assert (by_team["未分团队"].open, by_team["未分团队"].unassigned, by_team["未分团队"].waiting) == (2, 1, 1)
        assert numbers(view) | {"today": 0} == {
            "late": 1,
            "soon": 1,
            "waiting": 1,
            "open": 4,
            "on_duty": 0,
            "today": 0,
        }
        assert [line.span for line in view.soon] == ["超 5 分钟", "还剩 59 分钟"]
        assert [line.span for line in view.waiting] == ["2 小时"]
        assert not view.calm
        assert snapshot.weeks == []

    async def test_with_nothing_to_do_the_wall_is_calm(self, ground: Ground) -> None:
        await ticket(ground, "resting")
        _, view = await seen(ground)
        assert view.calm
        assert all(not number.tone or number.name == "on_duty" for number in view.numbers)


class TestPeople:
    async def test_are_shown_with_what_they_have(self, ground: Ground, wang: Person, li: Person) -> None:
        await present(ground, wang, Presence.ON)
        await present(ground, li, Presence.AWAY)
        for who in "ab":
            await ticket(ground, who, assignee_id=wang.id)
        await ticket(ground, "c", assignee_id=wang.id, stage=Stage.SOLVED)
        _, view = await seen(ground)
        assert [(line.person.name, line.person.load, line.full) for line in view.people] == [
            ("wang", 2, True),
            ("li", 0, False),
        ]
        assert numbers(view)["on_duty"] == 1

    async def test_who_is_off_is_not_there(self, ground: Ground, wang: Person) -> None:
        await present(ground, wang, Presence.OFF)
        _, view = await seen(ground)
        assert view.people == []


class TestArrivals:
    async def test_are_compared_with_the_same_weekday(self, ground: Ground, clock: FrozenClock) -> None:
        clock.advance(weeks=7)
        now = clock.now()
        for week, count in ((1, 3), (2, 1), (3, 2), (7, 9)):
            for n in range(count):
                await open_one(ground, who=f"{week}-{n}", at=now - timedelta(weeks=week))
        await open_one(ground, who="other day", at=now - timedelta(days=1))
        await open_one(ground, who="today")
        snapshot, view = await seen(ground)
        # 10:00 in Shanghai: today has eleven hours so far.
        assert (len(snapshot.today), snapshot.today[10], sum(snapshot.today)) == (11, 1, 1)
        assert sorted(week[10] for week in snapshot.weeks) == [1, 2, 3]
        band, usual, today = view.arrivals.series
        assert (band.values[10], usual.values[10], band.upper[10], today.values[10]) == (1.5, 2, 2.5, 1)
        assert next(number.detail for number in view.numbers if number.name == "today") == "往常这时候约 2 单"

    async def test_on_the_first_day_there_is_nothing_to_compare_with(self, ground: Ground) -> None:
        await open_one(ground)
        _, view = await seen(ground)
        assert len(view.arrivals.series) == 1
        assert [(line.name, line.opened) for line in view.channels] == [("网页", 1)]


class TestPage:
    async def test_is_for_supervisors(self, ground: Ground, wang: Person, li: Person) -> None:
        for path in ("/console/wall", "/console/wall/board", "/console/wall/live"):
            assert (await wang.client.get(path)).status_code == 403
        assert "值班大屏" in await li.page("/console/wall")
        assert "All is well" in await li.page("/console/wall", "en")

    async def test_shows_numbers_and_no_word_of_a_customer(
        self, ground: Ground, clock: FrozenClock, li: Person
    ) -> None:
        row = await ticket(ground, "a", waiting_since=clock.now(), sla_due=clock.now(), subject="张三的发票")
        page = await li.page("/console/wall")
        assert row.number in page
        assert "张三" not in page

    async def test_every_plot_has_its_table(self, ground: Ground, li: Person) -> None:
        await open_one(ground)
        await keep_up(ground.db, ground.clock.now())
        page = await li.page("/console/wall")
        [plot] = re.findall(r"<figure.*?</figure>", page, flags=re.DOTALL)
        assert "data-chart-spec" in plot
        assert plot.count("<tr>") == 25


class TestShared:
    @pytest.fixture
    def wall(self, ground: Ground) -> Wall:
        return Wall(ground)

    async def test_all_who_come_see_one_look(self, wall: Wall) -> None:
        await asyncio.gather(*(wall.latest() for _ in range(50)))
        assert wall.looks == 1

    async def test_all_who_wait_for_the_next_share_it(self, ground: Ground) -> None:
        wall = Wall(ground, rest_s=0.01)
        before = await wall.latest()
        await open_one(ground)
        after = await asyncio.gather(*(wall.after_now() for _ in range(50)))
        assert wall.looks == 2
        assert {one.revision for one in after} != {before.revision}
        assert len({id(one) for one in after}) == 1
