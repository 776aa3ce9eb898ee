"""What the fields of items hold: spans of time, times of day, names of other items. Problems are told by code."""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo
from pydantic_core import PydanticCustomError

from kit.text import clean_text
from tickets.stages import Priority

#: The names that exist, by section; the context of every validation.
Known = Mapping[str, frozenset[str]]

_UNITS = {"h": 3600, "小时": 3600, "m": 60, "min": 60, "分钟": 60, "分": 60, "s": 1, "秒": 1, "d": 86400, "天": 86400}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(小时|分钟|min|[hmsd分秒天])", re.IGNORECASE)
_LONGEST_S = 3660 * 86400
DAY_MIN = 24 * 60


class Day(StrEnum):
    """A day of the week; each has a text ``day.<name>``."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


#: Monday first, as the database counts.
WEEK = tuple(Day)


def problem(code: str, **values: Any) -> PydanticCustomError:
    """What is wrong with a value; the text is ``config.problem.<code>``."""
    return PydanticCustomError(code, code, values)


def parse_span(value: Any) -> int:
    """Seconds of "4h 30m", "2小时" or plain seconds."""
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = float(value)
    else:
        text = str(value).strip()
        seconds = sum(float(number) * _UNITS[unit.lower()] for number, unit in _SPAN.findall(text))
        if not text or _SPAN.sub("", text).strip():
            raise problem("span", value=text)
    if not 0 <= seconds <= _LONGEST_S:
        raise problem("span", value=str(value))
    return round(seconds)


def show_span(seconds: int) -> str:
    """As people write it: hours, minutes and seconds, never days, for a day of work has no 24 hours."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if number]
    return " ".join(parts) or "0s"


def parse_time(value: Any) -> int:
    """Minutes of the day of "09:30"; the day ends at 24:00."""
    found = re.fullmatch(r"(\d{1,2})[:\uff1a](\d{2})", str(value).strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if found is None or int(found[2]) >= 60 or not 0 <= minutes <= DAY_MIN:  # noqa: PLR2004 - minutes of an hour.
        raise problem("time", value=str(value))
    return minutes


def show_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _keep(parse: Callable[[Any], int]) -> Callable[[Any], Any]:
    return lambda value: value if value is None else parse(value)


def _known(section: str, value: str, info: ValidationInfo) -> str:
    known: Known = info.context or {}
    if section in known and value not in known[section]:
        raise problem("unknown_name", section=section, value=value, known=sorted(known[section]))
    return value


def named(section: str) -> AfterValidator:
    """The name of an item of a section that exists."""
    return AfterValidator(partial(_known_last, section))


def _known_last(section: str, value: Any, info: ValidationInfo) -> Any:
    return value if value is None else _known(section, value, info)


def _clean(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


def _unique(values: Iterable[Any]) -> list[Any]:
    return sorted({value for value in values if value != ""})


def _filled(value: str) -> str:
    if not value:
        raise problem("missing")
    return value


def _length(value: str) -> str:
    if len(value) > 200:  # noqa: PLR2004 - a name, not a text.
        raise problem("too_long", most=200)
    return value


Span = Annotated[int, BeforeValidator(_keep(parse_span)), PlainSerializer(show_span, return_type=str)]
TimeOfDay = Annotated[int, BeforeValidator(_keep(parse_time)), PlainSerializer(show_time, return_type=str)]
Line = Annotated[str, BeforeValidator(_clean), AfterValidator(_length)]
#: A name people see; never empty.
Title = Annotated[str, BeforeValidator(_clean), AfterValidator(_length), AfterValidator(_filled)]
Words = Annotated[str, BeforeValidator(_clean)]
#: A set, written as a sorted list.
Names = Annotated[list[Line], AfterValidator(_unique)]
TeamName = Annotated[str, named("teams")]
PersonName = Annotated[str, named("people")]
CategoryName = Annotated[str, named("categories")]
Days = Annotated[list[Day], AfterValidator(lambda days: sorted(set(days), key=WEEK.index))]


def parse_urgency(value: Any) -> Priority:
    """A priority by its name or number."""
    text = str(value).strip()
    for one in Priority:
        if text.lower() in {one.name.lower(), str(one.value)}:
            return one
    raise problem("choice", value=text, expected=", ".join(one.name.lower() for one in Priority))


def parse_slots(value: Any) -> list[list[int]]:
    """The slots of "09:00-12:00 13:30-18:00", in order and apart from one another."""
    if isinstance(value, list):
        value = " ".join(f"{show_time(begins)}-{show_time(ends)}" for begins, ends in value)
    slots = [
        [parse_time(part) for part in _ends(slot)]
        for slot in re.split(r"[\s,\uff0c、;\uff1b]+", str(value).strip())
        if slot
    ]
    for (begins, ends), after in zip(slots, [*slots, [DAY_MIN + 1]][1:], strict=True):
        if begins >= ends or ends > after[0]:
            raise problem("slots", value=str(value))
    return slots


def _ends(slot: str) -> list[str]:
    parts = re.split(r"[-–—~至]", slot)
    if len(parts) != 2:  # noqa: PLR2004 - from and to.
        raise problem("slots", value=slot)
    return parts


def show_slots(slots: list[list[int]]) -> str:
    return " ".join(f"{show_time(begins)}-{show_time(ends)}" for begins, ends in slots)


Urgency = Annotated[
    Priority, BeforeValidator(parse_urgency), PlainSerializer(lambda one: one.name.lower(), return_type=str)
]
Slots = Annotated[list[list[int]], BeforeValidator(parse_slots), PlainSerializer(show_slots, return_type=str)]
