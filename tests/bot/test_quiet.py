"""News wait for the morning, wherever the clock is read."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiet import waits_until

SHANGHAI = "Asia/Shanghai"


def at(hour: int, minute: int = 0) -> datetime:
    """A moment by the clock in Shanghai."""
    return datetime(2026, 11, 24, hour, minute, tzinfo=ZoneInfo(SHANGHAI)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(21, 59), None),
        (at(22), at(8) + timedelta(days=1)),
        (at(23, 30), at(8) + timedelta(days=1)),
        (at(3), at(8)),
        (at(7, 59), at(8)),
        (at(8), None),
    ],
)
def test_a_night_over_midnight(now: datetime, until: datetime | None) -> None:
    assert waits_until(now, "22:00-08:00", SHANGHAI) == until


def test_a_nap_at_noon() -> None:
    assert waits_until(at(12, 30), "12:00-13:30", SHANGHAI) == at(13, 30)
    assert waits_until(at(13, 30), "12:00-13:30", SHANGHAI) is None


def test_no_quiet_hours() -> None:
    assert waits_until(at(3), "", SHANGHAI) is None


@given(
    now=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware by the strategy.
    begins=st.times(),
    ends=st.times(),
    zone=st.sampled_from(["Asia/Shanghai", "Asia/Kolkata", "UTC"]),
)
def test_what_waits_waits_until_the_quiet_is_over(now: datetime, begins: time, ends: time, zone: str) -> None:
    hours = f"{begins:%H:%M}-{ends:%H:%M}"
    until = waits_until(now, hours, zone)
    if until is not None:
        assert now < until <= now + timedelta(hours=24)
        assert f"{until.astimezone(ZoneInfo(zone)):%H:%M}" == f"{ends:%H:%M}"
