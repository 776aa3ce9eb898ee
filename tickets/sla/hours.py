"""Working hours in words: whoever is promised a time by them is told so beforehand, and no holiday surprises them."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from kit.db import AsyncSession
from kit.i18n import Locale, show_day, translate
from tickets.models import Ticket
from tickets.sla.models import ClockKind
from tickets.sla.service import policy_of
from tickets.sla.setup import rules_of
from tickets.sla.working_time import DAY_MINUTES, Day, Time, WorkingTime

__all__ = ["general_hours", "hours_in_words", "reply_hours"]

_WORKDAYS = 5
_WEEK = 7
_ALL_DAY: Day = ((0, DAY_MINUTES),)


async def general_hours(session: AsyncSession, locale: Locale) -> str:
    """How the time of what everybody is promised is counted; nothing when it runs around the clock."""
    return hours_in_words((await rules_of(session)).general.time, locale)


async def reply_hours(session: AsyncSession, ticket: Ticket, locale: Locale) -> str:
    """How the time to the first reply of a ticket is counted; nothing when it runs around the clock."""
    policy = await policy_of(session, ticket)
    counted = policy.target_s(ClockKind.FIRST_REPLY, ticket.priority) is not None
    return hours_in_words(policy.time, locale) if counted else ""


def hours_in_words(time: Time, locale: Locale) -> str:
    """As 工作日 9:00-18:00（含调休），节假日顺延; nothing for a time that never rests."""
    if not isinstance(time, WorkingTime) or (not time.official and all(day == _ALL_DAY for day in time.weekly)):
        return ""
    kind = "official" if time.official else "own"
    return translate(f"sla.hours.{kind}", locale, hours=_week(time, locale))


def _week(time: WorkingTime, locale: Locale) -> str:
    if time.official and _is_office_week(time.weekly):
        return translate("sla.hours.workdays", locale, times=_times(time.weekly[0], locale))
    days = groupby(range(_WEEK), key=lambda number: time.weekly[number])
    spans = [_span(list(numbers), slots, locale) for slots, numbers in days if slots]
    return translate("sla.hours.next", locale).join(spans)


def _is_office_week(weekly: Sequence[Day]) -> bool:
    return len(set(weekly[:_WORKDAYS])) == 1 and not any(weekly[_WORKDAYS:])


def _span(numbers: Sequence[int], slots: Day, locale: Locale) -> str:
    times, first, last = _times(slots, locale), _weekday(numbers[0], locale), _weekday(numbers[-1], locale)
    if len(numbers) == _WEEK:
        return translate("sla.hours.every_day", locale, times=times)
    if len(numbers) == 1:
        return translate("sla.hours.day", locale, day=first, times=times)
    return translate("sla.hours.days", locale, first=first, last=last, times=times)


def _weekday(number: int, locale: Locale) -> str:
    # The first of that month was a Monday.
    return show_day(date(2024, 1, 1 + number), "EEE", locale)


def _times(slots: Iterable[tuple[int, int]], locale: Locale) -> str:
    if tuple(slots) == _ALL_DAY:
        return translate("sla.hours.all_day", locale)
    return translate("sla.hours.and", locale).join(f"{_clock(begins)}–{_clock(ends)}" for begins, ends in slots)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
