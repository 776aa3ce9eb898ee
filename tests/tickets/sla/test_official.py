"""The official arrangement: dates written down from the notices, and every day beside the library."""

from datetime import date, timedelta

import chinese_calendar
import pytest

import bot.schema  # noqa: F401 - the tables.
from kit.ground import Ground
from tickets.sla.errors import OfficialDaysUnreadableError
from tickets.sla.models import OfficialDay
from tickets.sla.official import Arranged, Arrangement, enter_days, forget_year, parse_days, read_arrangement

#: From the State Council's notices for 2024, 2025 and 2026: off, or worked in exchange.
OFF = [
    *("2024-01-01", "2024-02-10", "2024-02-17", "2024-04-04", "2024-05-01", "2024-06-10", "2024-09-17", "2024-10-07"),
    *("2025-01-01", "2025-01-28", "2025-02-04", "2025-04-04", "2025-05-05", "2025-06-02", "2025-10-08"),
    *("2026-01-02", "2026-02-16", "2026-02-23", "2026-04-06", "2026-05-05", "2026-06-19", "2026-09-25", "2026-10-07"),
]
WORKED = [
    *("2024-02-04", "2024-02-18", "2024-10-12", "2025-01-26", "2025-02-08", "2025-09-28", "2025-10-11"),
    *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
]
#: Ordinary days right beside them.
AS_EVER = {"2024-02-09": True, "2026-02-24": True, "2026-10-08": True, "2026-10-11": False, "2025-10-12": False}

_JSON = '{"date": "2027-01-%s", "kind": "%s", "name": "元旦"}'


class TestFacts:
    def test_there_are_more_than_thirty(self) -> None:
        assert len({*OFF, *WORKED}) >= 30

    @pytest.mark.parametrize("day", OFF)
    def test_nobody_works_on_a_holiday(self, day: str) -> None:
        assert not Arrangement().is_workday(date.fromisoformat(day))

    @pytest.mark.parametrize("day", WORKED)
    def test_what_is_made_up_for_is_worked_though_it_is_a_weekend(self, day: str) -> None:
        assert date.fromisoformat(day).weekday() >= 5
        assert Arrangement().is_workday(date.fromisoformat(day))

    @pytest.mark.parametrize(("day", "works"), AS_EVER.items())
    def test_the_days_beside_are_as_ever(self, day: str, works: bool) -> None:  # noqa: FBT001 - a value of the table.
        assert Arrangement().is_workday(date.fromisoformat(day)) is works

    def test_every_day_of_three_years_is_as_the_library_has_it(self) -> None:
        arrangement = Arrangement()
        days = [date(2024, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2024, 1, 1)).days)]
        assert [arrangement.is_workday(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]


class TestMissingYears:
    @pytest.mark.parametrize(
        ("today", "missing"),
        [("2026-10-31", None), ("2026-11-01", 2027), ("2027-01-01", 2027), ("2025-12-31", None)],
    )
    def test_from_november_on_the_next_year_is_missed(self, today: str, missing: int | None) -> None:
        assert Arrangement().missing_year(date.fromisoformat(today)) == missing

    def test_what_was_entered_is_known(self) -> None:
        entered = Arrangement({date(2027, 1, 1): Arranged(works=False, name="元旦")})
        assert entered.missing_year(date(2026, 11, 24)) is None


class TestEntering:
    @pytest.mark.parametrize(
        "text",
        [
            "2027-01-01,off,元旦\n2027-01-03,work,元旦\n",
            "日期,安排,名称\n2027-01-01，休，元旦\n2027-01-03，班，元旦",
            "2027-01-01\toff\t元旦\n\n2027-01-03\twork\t元旦",
            f"\ufeff[{_JSON % ('01', 'off')}, {_JSON % ('03', 'work')}]",
        ],
    )
    def test_it_is_read_in_any_of_the_usual_ways(self, text: str) -> None:
        found = [(str(day.day), day.works, day.name) for day in parse_days(text)]
        assert found == [("2027-01-01", False, "元旦"), ("2027-01-03", True, "元旦")]

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("2027-01-01,off\n2027-02-30,", 2),
            ("2027-01-01,maybe", 1),
            ("", 1),
            ('[{"date": 3}]', 1),
            ("[nonsense", 1),
        ],
    )
    def test_a_line_that_is_no_day_is_named(self, text: str, line: int) -> None:
        with pytest.raises(OfficialDaysUnreadableError) as refused:
            parse_days(text)
        assert refused.value.values["line"] == line

    async def test_it_wins_over_what_we_bring_along_until_it_is_forgotten(self, ground: Ground) -> None:
        day = date(2026, 10, 8)
        async with ground.db.transaction() as session:
            await enter_days(session, [OfficialDay(day=day, works=False, name="国庆节")])
            await enter_days(session, [OfficialDay(day=day, works=False, name="加一天")])
        async with ground.db.transaction() as session:
            assert (await read_arrangement(session)).of(day) == Arranged(works=False, name="加一天")
            await forget_year(session, 2026)
        async with ground.db.reading() as session:
            assert (await read_arrangement(session)).is_workday(day)
