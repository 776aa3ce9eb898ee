"""Outages are seen by how many different people complain of one thing, beside what is usual."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from math import comb, log10
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.incidents.radar.crowd import LONGEST_MIN, Crowd
from tickets.incidents.radar.detection import Excess, Radar, Thresholds
from tickets.incidents.radar.proposals import Proposals
from tickets.incidents.radar.season import Calendar, Season
from tickets.incidents.radar.signatures import Complaint, Marks, signatures
from tickets.incidents.radar.surprise import surprise
from tickets.sla.official import Arrangement

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(SHANGHAI, Arrangement().is_workday)
UPLOAD = Marks(component="upload", code="UP101", region="北京")
_PEOPLE = count(1)


def at(day: int, hour: int, minute: float = 0, *, month: int = 3) -> datetime:
    """In Shanghai, in 2026."""
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC) + timedelta(minutes=minute)


def said(moment: datetime, marks: Marks = UPLOAD, person: int | None = None) -> Complaint:
    return Complaint(moment, next(_PEOPLE) if person is None else person, signatures(marks))


def ordinary(first: datetime, last: datetime, marks: Marks = UPLOAD, *, each_hour: int = 2) -> Iterator[Complaint]:
    """So many people in each hour in which people work; month's ends three times as busy."""
    hour = first
    while hour < last:
        local = hour.astimezone(SHANGHAI)
        if CALENDAR.works(local.date()) and 9 <= local.hour < 18:
            busy = each_hour * (3 if CALENDAR.cell(int(hour.timestamp()) // 3600).phase == "end" else 1)
            for place in range(busy):
                yield said(hour + timedelta(minutes=60 * place / busy), marks)
        hour += timedelta(hours=1)


def radar_after(weeks: int = 6, until: datetime | None = None, *, each_hour: int = 2) -> Radar:
    """One that knows as many ordinary weeks."""
    until = until or at(17, 0)
    radar = Radar(CALENDAR)
    assert heard(radar, ordinary(until - timedelta(weeks=weeks), until, each_hour=each_hour)) == []
    return radar


def heard(radar: Radar, complaints: Iterable[Complaint]) -> list[Excess]:
    return [excess for complaint in complaints for excess in radar.hear(complaint)]


class TestWhoIsCounted:
    @given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 6)), max_size=60), st.integers(1, LONGEST_MIN))
    def test_each_person_once_in_any_span(self, steps: list[tuple[int, int]], span: int) -> None:
        crowd, minute, newest = Crowd(), 10_000, dict[int, int]()
        for step, person in steps:
            minute += step
            crowd.add(minute, person)
            newest[person] = minute
        inside = {person for person, when in newest.items() if when > minute - span}
        assert crowd.within((span,)) == [len(inside)]
        assert crowd.people(span) == inside

    def test_who_writes_again_and_again_is_one(self) -> None:
        radar = radar_after()
        assert heard(radar, (said(at(17, 10, minute / 4), person=1) for minute in range(200))) == []

    def test_three_who_insist_are_no_outage(self) -> None:
        radar = radar_after()
        assert heard(radar, (said(at(17, 10, minute / 4), person=minute % 3) for minute in range(200))) == []


class TestWhatIsSeen:
    def test_ten_people_in_five_minutes_where_two_an_hour_are_usual(self) -> None:
        found = heard(radar_after(), (said(at(17, 10, minute / 2)) for minute in range(10)))
        assert found
        assert found[0].people <= {person for excess in found for person in excess.people}
        assert found[0].expected < 3
        assert {excess.signature.name for excess in found} >= {"code:UP101", "component:upload"}

    def test_a_message_never_seen_shows_with_few(self) -> None:
        new = Marks(component="upload", code="UP999")
        found = heard(radar_after(), (said(at(17, 10, 12 * minute), new) for minute in range(5)))
        assert [excess.signature.name for excess in found] == ["code:UP999"] * len(found)
        assert len(found[0].people) <= 5

    def test_by_night_fewer_are_enough_than_by_day(self) -> None:
        def needed(hour: int) -> int:
            radar = radar_after(each_hour=6)
            for people in count(1):
                if heard(radar, [said(at(17, hour, people / 2))]):
                    return people
            raise AssertionError

        assert needed(3) < needed(10)

    def test_an_outage_of_everything_has_no_one_face(self) -> None:
        radar = radar_after(each_hour=8)
        faces = (Marks(wording=f"wording {place}") for place in range(60))
        found = heard(radar, (said(at(17, 10, place / 6), face) for place, face in enumerate(faces)))
        assert {excess.signature.name for excess in found} == {"everything"}


class TestWhatIsNoOutage:
    def test_a_month_end_as_busy_as_the_last(self) -> None:
        radar = radar_after(until=at(30, 0))
        assert heard(radar, ordinary(at(30, 0), at(1, 0, month=4))) == []

    def test_nor_is_the_first_month_end(self) -> None:
        radar = radar_after(weeks=2, until=at(30, 0), each_hour=5)
        assert heard(radar, ordinary(at(30, 0), at(1, 0, month=4), each_hour=5)) == []

    def test_far_more_on_an_ordinary_day_is_one(self) -> None:
        radar = radar_after(until=at(17, 0), each_hour=4)
        busy = [said(at(17, hour, 2 * place)) for hour in range(9, 12) for place in range(30)]
        assert heard(radar, busy)

    def test_in_the_first_week_nobody_knows_what_is_usual(self) -> None:
        radar = radar_after(weeks=1, until=at(16, 0))
        # The first complaint was heard at nine, fifteen hours short of a week.
        assert heard(radar, (said(at(16, 8, minute / 4)) for minute in range(40))) == []

    def test_a_version_that_comes_out_brings_its_share(self) -> None:
        old, new = (Marks(component="upload", version=version) for version in ("7", "8"))
        radar = Radar(CALENDAR)
        days = ordinary(at(17, 0) - timedelta(weeks=6), at(17, 0), old, each_hour=6)
        assert heard(radar, days) == []
        after = ordinary(at(17, 0), at(24, 0), old, each_hour=6)
        moved = (said(one.at, new if number % 10 < min(number // 20, 10) else old) for number, one in enumerate(after))
        assert heard(radar, moved) == []


class TestWhatPeopleDecide:
    def test_what_belongs_to_a_known_outage_does_not_become_usual(self) -> None:
        def expected(*, known: bool) -> float:
            radar = radar_after()
            for minute in range(240):
                radar.hear(said(at(17, 10, minute)), known=known)
            radar.hear(said(at(18, 10)))
            return radar.baseline.expect("code:UP101", int(at(18, 10).timestamp()) // 60, 60).people

        assert expected(known=False) > 1.5 * expected(known=True)

    def test_what_was_dismissed_is_told_again_only_when_it_grows(self) -> None:
        radar, again = radar_after(), radar_after()
        crowd = [said(at(17, 10, minute / 2)) for minute in range(12)]
        first = heard(again, crowd)[0]
        again.allow(first.signature.name, len(first.people) / first.expected)
        names = [excess.signature.name for excess in heard(radar, crowd)]
        assert names.count(first.signature.name) > 0
        more = [said(at(17, 10, 6 + minute / 2)) for minute in range(4)]
        assert first.signature.name not in {excess.signature.name for excess in heard(again, more)}
        many = [said(at(17, 10, 9 + minute / 20)) for minute in range(200)]
        assert first.signature.name in {excess.signature.name for excess in heard(again, many)}


class TestProposals:
    def test_marks_of_one_outage_are_one_proposal(self) -> None:
        proposals, radar = Proposals(), radar_after()
        opened = [proposals.add(one) for one in heard(radar, (said(at(17, 10, place / 2)) for place in range(20)))]
        assert sum(one is not None for one in opened) == 1
        (proposal,) = proposals.open
        assert len({one.signature.name for one in proposal.reasons}) > 1
        # Who comes within a minute of a look is counted by the next.
        assert len(proposal.people) >= 18

    def test_two_outages_are_two(self) -> None:
        proposals, radar = Proposals(), radar_after()
        other = Marks(component="print", code="PR7", region="上海")
        both = [said(at(17, 10, place / 2), UPLOAD if place % 2 else other) for place in range(40)]
        excesses = [one for one in heard(radar, both) if not one.signature.is_wide]
        assert sum(proposals.add(one) is not None for one in excesses) == 2


class TestSurprise:
    @given(st.integers(1, 40), st.floats(0.01, 30), st.integers(1, 12))
    def test_is_the_tail_of_a_negative_binomial(self, people: int, expected: float, shape: int) -> None:
        chance = shape / (shape + expected)
        below = sum(comb(one + shape - 1, one) * chance**shape * (1 - chance) ** one for one in range(people))
        if below < 1 - 1e-6:
            assert surprise(people, expected, float(shape)) == pytest.approx(-log10(1 - below), rel=1e-3, abs=1e-6)
        else:
            assert surprise(people, expected, float(shape)) > 5.9

    @given(st.integers(1, 200), st.floats(0.001, 50), st.floats(0.1, 50))
    def test_more_people_surprise_more(self, people: int, expected: float, shape: float) -> None:
        assert surprise(people + 1, expected, shape) >= surprise(people, expected, shape) - 1e-9


class TestSeason:
    def test_hours_of_work_and_ends_of_months_weigh_more(self) -> None:
        first, last = (int(at(1, 0, month=month).timestamp()) // 3600 for month in (1, 3))
        people: dict[int, int] = {}
        for complaint in ordinary(at(1, 0, month=1), at(1, 0, month=3), each_hour=20):
            hour = int(complaint.at.timestamp()) // 3600
            people[hour] = people.get(hour, 0) + 1
        season = Season.learn(CALENDAR, people, first, last)

        def weight(moment: datetime) -> float:
            return season.weight(int(moment.timestamp()) // 3600)

        assert weight(at(11, 10)) > 5 * weight(at(11, 3))
        assert weight(at(31, 10)) == pytest.approx(3 * weight(at(18, 10)), rel=0.25)
        assert weight(at(14, 10)) < weight(at(11, 10)) / 5  # A Saturday.

    @given(st.integers(0, 100_000), st.integers(1, LONGEST_MIN), st.integers(1, LONGEST_MIN))
    def test_spans_add_up(self, minute: int, one: int, other: int) -> None:
        season = Season(CALENDAR, {(works, hour): 0.1 + hour for works in (True, False) for hour in range(24)})
        minute += LONGEST_MIN * 2
        whole = season.over(minute, one + other)
        assert whole == pytest.approx(season.over(minute, one) + season.over(minute - one, other))


def test_nothing_is_looked_at_below_the_least_number_of_people() -> None:
    assert Thresholds().people == 4
    radar = radar_after()
    assert heard(radar, (said(at(17, 3, minute)) for minute in range(3))) == []
    assert heard(radar, [said(at(17, 3, 4))])
