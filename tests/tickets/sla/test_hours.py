from datetime import date

import pytest

from kit.i18n import Locale
from tickets.sla.hours import hours_in_words
from tickets.sla.working_time import Always, Day, WorkingTime

LUNCH: Day = ((540, 720), (810, 1080))
LONG: Day = ((540, 1080),)
REST: Day = ()
CHINA = "Asia/Shanghai"
Week = tuple[Day, Day, Day, Day, Day, Day, Day]
OFFICE: Week = (LONG, LONG, LONG, LONG, LONG, REST, REST)
SHOP: Week = (LUNCH, LUNCH, LUNCH, LUNCH, LUNCH, ((600, 965),), REST)
DAILY: Week = (LONG, LONG, LONG, LONG, LONG, LONG, LONG)
WHOLE: Day = ((0, 1440),)
ALL: Week = (WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE)


@pytest.mark.parametrize(
    ("week", "official", "locale", "words"),
    [
        (OFFICE, True, "zh", "工作日 9:00–18:00（含调休），节假日顺延"),
        (OFFICE, True, "en", "working days 9:00–18:00, make-up workdays included; public holidays don't count"),
        (OFFICE, False, "zh", "周一至周五 9:00–18:00，其余时间顺延"),
        (SHOP, True, "zh", "周一至周五 9:00–12:00、13:30–18:00，周六 10:00–16:05（含调休），节假日顺延"),
        (SHOP, False, "en", "Mon to Fri 9:00–12:00 and 13:30–18:00, Sat 10:00–16:05; other times don't count"),
        (DAILY, False, "zh", "每天 9:00–18:00，其余时间顺延"),
        (ALL, True, "zh", "每天 全天（含调休），节假日顺延"),
        (ALL, False, "zh", ""),
    ],
)
def test_hours_are_said_as_people_say_them(week: Week, official: bool, locale: Locale, words: str) -> None:  # noqa: FBT001 - A case of the table.
    assert hours_in_words(WorkingTime(CHINA, week, {date(2027, 1, 1): REST}, official=official), locale) == words


def test_around_the_clock_there_is_nothing_to_say() -> None:
    assert hours_in_words(Always(), "zh") == ""
