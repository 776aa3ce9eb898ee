"""Moments as people write them into tables."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tickets.entry.moments import MomentProblem, parse_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
HALF_PAST_NINE = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 09:30",
        "2026-11-03 09:30:00",
        "2026/11/3 9:30",
        "2026.11.3 9：30",
        "2026年11月3日 9时30分",
        "2026年11月3日上午9点30分",
        "2026-11-03 9:30 AM",
        "20261103 0930",
        "202611030930",
        "２０２６-11-03 09:30",
        "2026-11-03T09:30:00+08:00",
        "2026-11-03T01:30:00Z",
        "46329.395833333",
    ],
)
def test_the_same_moment_in_many_writings(text: str) -> None:
    assert parse_moment(text, SHANGHAI) == (HALF_PAST_NINE, True)


@pytest.mark.parametrize(("text", "hour"), [("2026-11-03 下午1点05分", 13), ("2026-11-03 12:05 am", 0)])
def test_halves_of_the_day(text: str, hour: int) -> None:
    found = parse_moment(text, SHANGHAI)
    assert isinstance(found, tuple)
    assert found[0].astimezone(SHANGHAI).hour == hour


@pytest.mark.parametrize("text", ["2026-11-03", "2026年11月3日", "20261103", "46329"])
def test_a_day_alone_begins_at_midnight(text: str) -> None:
    assert parse_moment(text, SHANGHAI) == (datetime(2026, 11, 2, 16, 0, tzinfo=UTC), False)


@pytest.mark.parametrize("text", ["去年", "2026-13-01", "2026-02-30", "9:30", "2026-11-03 25:00", "2026-11-03T09:30+"])
def test_what_is_none(text: str) -> None:
    assert parse_moment(text, SHANGHAI) is MomentProblem.BAD


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026 09:30"])
def test_what_can_be_two_days_is_asked_for(text: str) -> None:
    assert parse_moment(text, SHANGHAI) is MomentProblem.AMBIGUOUS
