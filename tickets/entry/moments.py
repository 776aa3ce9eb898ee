"""Moments as people write them into tables."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class MomentProblem(StrEnum):
    """Why a text is no moment; each has a text ``entry.problem.<problem>``."""

    BAD = "date_bad"
    #: 03/04/2026 is in March for some and in April for others.
    AMBIGUOUS = "date_ambiguous"


_DATE = r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"
_TIME = r"(?P<h>\d{1,2})[:时点](?P<mi>\d{1,2})分?(?:[:]?(?P<s>\d{1,2})秒?)?(?:\.\d+)?"
_HALF = r"(?P<half>上午|下午|晚上|早上|中午|am|pm)?"
_MOMENT = re.compile(rf"{_DATE}(?:[ t]*{_HALF} *{_TIME} *(?P<half2>am|pm)?)?", re.IGNORECASE)
_TIGHT = re.compile(r"(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?: ?(?P<h>\d{2}):?(?P<mi>\d{2})(?::?(?P<s>\d{2}))?)?")
_TWO_WAYS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b.*")
#: Days since 30 December 1899, as spreadsheets count them; from 2000 to 2099.
_SERIAL = re.compile(r"(?:3[6-9]|[4-6]\d|7[0-3])\d{3}(?:\.\d+)?")
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zones.
_AFTERNOON = {"下午", "晚上", "pm"}
_NOON = 12


def parse_moment(text: str, zone: ZoneInfo) -> tuple[datetime, bool] | MomentProblem:
    """The moment in UTC and whether its time of day was given; what has no zone is meant in ``zone``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(plain):
        counted = _FIRST_DAY + timedelta(seconds=round(float(plain) * 86400))
        return counted.replace(tzinfo=zone).astimezone(UTC), "." in plain
    match = _MOMENT.fullmatch(plain) or _TIGHT.fullmatch(plain)
    if match is None:
        if _TWO_WAYS.fullmatch(plain):
            return MomentProblem.AMBIGUOUS
        return _with_zone(plain)
    try:
        day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        moment = datetime(day.year, day.month, day.day, *_clock(match), tzinfo=zone)
    except ValueError:
        return MomentProblem.BAD
    return moment.astimezone(UTC), match["h"] is not None


def _with_zone(text: str) -> tuple[datetime, bool] | MomentProblem:
    """As machines write it, with its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return MomentProblem.BAD
    return (moment.astimezone(UTC), True) if moment.tzinfo else MomentProblem.BAD


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    named = match.groupdict()
    hour, minute, second = (int(named[part] or 0) for part in ("h", "mi", "s"))
    half = (named.get("half") or named.get("half2") or "").casefold()
    if half in _AFTERNOON and hour < _NOON:
        hour += _NOON
    if half == "am" and hour == _NOON:
        hour = 0
    return hour, minute, second
