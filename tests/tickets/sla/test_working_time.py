"""The arithmetic of working hours, against a slow model and against what everybody can see."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.sla.slow_model import SlowModel
from tickets.sla.official import Arrangement
from tickets.sla.working_time import Always, Day, NeverWorksError, Slot, WorkingTime, special_days

Week = tuple[Day, Day, Day, Day, Day, Day, Day]

OFFICE: Day = ((540, 720), (810, 1080))
WEEK: Week = (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())
CHINA = ZoneInfo("Asia/Shanghai")
INTERVALS = 50_000


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def office(**more: bool) -> WorkingTime:
    official = Arrangement().days()
    return WorkingTime("Asia/Shanghai", WEEK, special_days(WEEK, official, {date.fromisoformat(d): None for d in more}))


def slot_lists() -> st.SearchStrategy[Day]:
    """Up to three slots a day that do not overlap."""
    edges = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(sorted)
    return edges.map(lambda found: tuple(zip(found[::2], found[1::2], strict=False)))


def weeks() -> st.SearchStrategy[Week]:
    """Three hours at least: with a minute a week the longest span would be centuries."""
    return st.tuples(*[slot_lists()] * 7).filter(lambda week: sum(e - b for day in week for b, e in day) >= 180)


MOMENTS = st.datetimes(datetime(2023, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside.
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Chatham", "America/Havana"])
SPANS = st.integers(1, 40 * 86_400_000_000).map(lambda us: timedelta(microseconds=us))


class TestAgainstTheSlowModel:
    @pytest.mark.parametrize(
        ("zone", "weekly"),
        [
            ("Asia/Shanghai", WEEK),
            ("Asia/Shanghai", (((0, 1440),), *[((1, 2), (3, 600), (601, 1440))] * 4, (), ((1200, 1440),))),
            ("Europe/Berlin", (*WEEK[:5], ((90, 150),), ((60, 170), (175, 1440)))),
            ("America/Havana", (*WEEK[:5], ((0, 1440),), ((0, 90), (1380, 1440)))),
            ("Australia/Lord_Howe", (*WEEK[:5], (), ((95, 125), (130, 1000)))),
        ],
    )
    def test_fifty_thousand_intervals_agree(self, zone: str, weekly: Week) -> None:
        special = special_days(weekly, Arrangement().days(), {date(2025, 6, 4): (), date(2025, 6, 8): ((600, 605),)})
        hours = WorkingTime(zone, weekly, special)
        begins, days = datetime(2025, 1, 1, tzinfo=UTC), 500
        slow = SlowModel(zone, hours.slots, begins, days * 1440)
        chance = random.Random(f"{zone}{weekly}")
        for _ in range(INTERVALS // 5):
            one, other = (begins + timedelta(seconds=chance.randrange(days * 86400 - 1)) for _ in range(2))
            counted = hours.between(one, other)
            assert counted == slow.between(one, other)
            if counted:
                assert hours.add(one, counted) == _first(slow, other)


def _first(slow: SlowModel, moment: datetime) -> datetime:
    """The end of the working minute that was the last before a moment: the first at which as much was counted."""
    minute = (moment - slow.begins) // timedelta(minutes=1)
    if slow.worked[minute] and moment > slow.begins + timedelta(minutes=minute):
        return moment
    while not slow.worked[minute - 1]:
        minute -= 1
    return slow.begins + timedelta(minutes=minute)


class TestLaws:
    @given(weeks(), ZONES, MOMENTS, SPANS)
    def test_what_is_added_is_counted_again(self, week: Week, zone: str, start: datetime, span: timedelta) -> None:
        hours = WorkingTime(zone, week)
        assert hours.between(start, hours.add(start, span)) == span

    @given(weeks(), ZONES, MOMENTS, SPANS)
    def test_what_is_taken_away_is_counted_again(self, week: Week, zone: str, start: datetime, span: timedelta) -> None:
        hours = WorkingTime(zone, week)
        assert hours.between(hours.add(start, -span), start) == span

    @given(weeks(), ZONES, MOMENTS, SPANS, SPANS)
    def test_two_spans_are_one(self, week: Week, zone: str, start: datetime, one: timedelta, two: timedelta) -> None:
        hours = WorkingTime(zone, week)
        assert hours.add(hours.add(start, one), two) == hours.add(start, one + two)

    @given(weeks(), ZONES, MOMENTS, MOMENTS, MOMENTS)
    def test_a_pause_of_nothing_changes_nothing(
        self, week: Week, zone: str, a: datetime, b: datetime, c: datetime
    ) -> None:
        hours, (first, middle, last) = WorkingTime(zone, week), sorted((a, b, c))
        assert hours.between(first, middle) + hours.between(middle, last) == hours.between(first, last)

    @given(weeks(), ZONES, MOMENTS)
    def test_the_next_working_moment_works_and_nothing_before_it_does(
        self, week: Week, zone: str, moment: datetime
    ) -> None:
        hours = WorkingTime(zone, week)
        following = hours.next_working(moment)
        assert hours.is_working(following)
        assert hours.between(moment, following) == timedelta(0)

    @given(MOMENTS, SPANS)
    def test_around_the_clock_everything_counts(self, start: datetime, span: timedelta) -> None:
        always = Always()
        assert always.between(start, always.add(start, span)) == span
        assert always.next_working(start) == start


class TestChina:
    @pytest.mark.parametrize(
        ("start", "hours", "due"),
        [
            # Wednesday before the holiday; 8 hours a day less the lunch break are 7.5.
            ("2026-09-30 16:00", 2, "2026-09-30 18:00"),
            ("2026-09-30 16:00", 3, "2026-10-08 10:00"),
            ("2026-10-01 08:00", 1, "2026-10-08 10:00"),
            # Saturday the 10th is worked, the Sunday after it is not.
            ("2026-10-09 17:00", 2, "2026-10-10 10:00"),
            ("2026-10-10 17:00", 2, "2026-10-12 10:00"),
            # Sunday the 20th of September is worked in exchange.
            ("2026-09-19 12:00", 1, "2026-09-20 10:00"),
            ("2026-09-18 11:30", 1, "2026-09-18 14:00"),
        ],
    )
    def test_the_national_holiday_of_2026(self, start: str, hours: int, due: str) -> None:
        assert office().add(china(start), timedelta(hours=hours)) == china(due)

    def test_moments_are_kept_to_the_second(self) -> None:
        begins, ends = china("2026-11-24 11:59:59"), china("2026-11-24 13:30:01")
        assert office().between(begins, ends) == timedelta(seconds=2)

    def test_a_make_up_day_has_the_hours_of_an_ordinary_one(self) -> None:
        assert office().slots(date(2026, 10, 10)) == OFFICE
        assert office().slots(date(2026, 10, 7)) == ()


class TestOwnDays:
    def test_they_win_over_the_official_ones(self) -> None:
        own: dict[date, Day | None] = {
            date(2026, 10, 1): None,
            date(2026, 10, 10): (),
            date(2026, 11, 28): ((600, 660),),
        }
        special = special_days(WEEK, Arrangement().days(), own)
        assert special[date(2026, 10, 1)] == OFFICE
        assert special[date(2026, 10, 10)] == ()
        assert special[date(2026, 11, 28)] == ((600, 660),)


class TestClocksThatChange:
    NIGHT: Slot = (60, 240)

    def test_a_night_in_spring_is_an_hour_shorter_and_one_in_autumn_longer(self) -> None:
        hours = WorkingTime("Europe/Berlin", ((self.NIGHT,),) * 7)
        zone = ZoneInfo("Europe/Berlin")
        nights = [datetime(2026, 3, 28, 12, tzinfo=zone), datetime(2026, 10, 24, 12, tzinfo=zone)]
        worked = [hours.between(noon, noon + timedelta(days=1)) for noon in nights]
        assert worked == [timedelta(hours=2), timedelta(hours=4)]

    def test_a_day_that_never_was_is_not_worked(self) -> None:
        hours = WorkingTime("Pacific/Apia", (((0, 1440),),) * 7)
        begins = datetime(2011, 12, 29, tzinfo=ZoneInfo("Pacific/Apia"))
        assert hours.between(begins, datetime(2012, 1, 1, tzinfo=ZoneInfo("Pacific/Apia"))) == timedelta(days=2)


def test_hours_that_never_come_are_refused() -> None:
    never = WorkingTime("Asia/Shanghai", ((),) * 7)
    begins, second = china("2026-01-01"), timedelta(seconds=1)
    countings: list[Callable[[], datetime]] = [
        lambda: never.add(begins, second),
        lambda: never.add(begins, -second),
        lambda: never.next_working(begins),
    ]
    for counting in countings:
        with pytest.raises(NeverWorksError):
            counting()
