"""What people write for spans, times and hours, and what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tickets.config.calendars import CalendarItem, Weekly
from tickets.config.policies import Step
from tickets.config.values import Slots, Span, TimeOfDay, Urgency, show_slots, show_span

SPAN: TypeAdapter[int] = TypeAdapter(Span)
TIME: TypeAdapter[int] = TypeAdapter(TimeOfDay)
SLOTS: TypeAdapter[list[list[int]]] = TypeAdapter(Slots)
URGENCY: TypeAdapter[int] = TypeAdapter(Urgency)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("4h", 14400), ("1h 30m", 5400), ("90m", 5400), ("2小时30分钟", 9000), ("1.5h", 5400), (45, 45), ("1d", 86400)],
)
def test_a_span_is_read_as_people_write_it(written: object, seconds: int) -> None:
    assert SPAN.validate_python(written) == seconds


@pytest.mark.parametrize("written", ["", "soon", "4", "4h later", "-4h", True, "99999d"])
def test_what_is_no_span_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        SPAN.validate_python(written)


@given(st.integers(0, 10_000_000))
def test_a_span_written_is_read_as_it_was(seconds: int) -> None:
    assert SPAN.validate_python(show_span(seconds)) == seconds


@pytest.mark.parametrize(("written", "minutes"), [("9:00", 540), ("09:05", 545), ("24:00", 1440), ("9\uff1a00", 540)])
def test_a_time_is_read(written: str, minutes: int) -> None:
    assert TIME.validate_python(written) == minutes


@pytest.mark.parametrize("written", ["24:01", "9", "9:60", "", "noon"])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TIME.validate_python(written)


@pytest.mark.parametrize(
    "written", ["12:00-09:00", "09:00-12:00 11:00-13:00", "09:00", "13:00-14:00 09:00-10:00", "09:00-09:00"]
)
def test_hours_overlap_or_go_backwards_nowhere(written: str) -> None:
    with pytest.raises(ValidationError):
        SLOTS.validate_python(written)


def test_hours_are_written_in_one_way() -> None:
    assert show_slots(SLOTS.validate_python("9:00–12:00、13:30至18:00")) == "09:00-12:00 13:30-18:00"
    assert SLOTS.validate_python("") == []


def test_a_priority_has_a_name_or_a_number() -> None:
    assert [URGENCY.validate_python(one) for one in ("urgent", "HIGH", 3, "4")] == [1, 2, 3, 4]
    with pytest.raises(ValidationError):
        URGENCY.validate_python("asap")


def test_a_calendar_works_at_some_time() -> None:
    with pytest.raises(ValidationError, match="never_works"):
        CalendarItem(name_zh="空", name_en="Empty", weekly=Weekly())


@pytest.mark.parametrize(("written", "kept"), [("-30m", "-30m"), ("60m", "+1h"), ("+90m", "+1h 30m"), ("80 %", "80%")])
def test_a_step_says_when_in_one_way(written: str, kept: str) -> None:
    assert Step.model_validate({"clock": "resolution", "at": written, "do": ["notify  team"]}).at == kept


@pytest.mark.parametrize("deed", ["shout", "raise 9", "assign team:", "notify everybody"])
def test_a_step_that_nobody_can_carry_out_is_refused(deed: str) -> None:
    with pytest.raises(ValidationError, match="step_do"):
        Step.model_validate({"clock": "resolution", "at": "-30m", "do": [deed]})
