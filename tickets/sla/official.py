"""China's public holidays and make-up workdays: what we bring along, and what somebody has entered since."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import StringIO
from typing import Any

from chinese_calendar import constants
from sqlmodel import select

from kit.db import AsyncSession
from tickets.sla.errors import OfficialDaysUnreadableError
from tickets.sla.models import OfficialDay

#: The arrangement of a year is announced in the November before it.
_ANNOUNCED_IN = 11
_WORDS = {"off": False, "holiday": False, "休": False, "放假": False} | {"work": True, "班": True, "上班": True}
_COLUMNS = 3


@dataclass(frozen=True)
class Arranged:
    """A day that is not what its weekday says: off, or made up for."""

    works: bool
    name: str


@dataclass(frozen=True)
class Arrangement:
    """The official days; a day that was ``entered`` wins over the one we bring along."""

    entered: Mapping[date, Arranged] = field(default_factory=dict)

    def of(self, day: date) -> Arranged | None:
        """What was arranged for a day, if anything."""
        return self.entered.get(day) or _brought_along().get(day)

    def all(self) -> dict[date, Arranged]:
        return {**_brought_along(), **self.entered}

    def days(self) -> dict[date, bool]:
        """Whether each of them is worked."""
        return {day: arranged.works for day, arranged in self.all().items()}

    def is_workday(self, day: date) -> bool:
        """What somebody with an ordinary week does on a day."""
        arranged = self.of(day)
        return day.weekday() < 5 if arranged is None else arranged.works  # noqa: PLR2004 - Monday to Friday.

    def years_known(self) -> frozenset[int]:
        return frozenset(day.year for day in self.all())

    def missing_year(self, today: date) -> int | None:
        """The year whose arrangement should be here and is not: this one, or from November on the next."""
        due = (today.year, today.year + 1) if today.month >= _ANNOUNCED_IN else (today.year,)
        return next((year for year in due if year not in self.years_known()), None)


@cache
def _brought_along() -> dict[date, Arranged]:
    off = {day: Arranged(False, _NAMES.get(name, name)) for day, name in constants.holidays.items()}
    made_up = {day: Arranged(True, _NAMES.get(name, name)) for day, name in constants.workdays.items()}
    return off | made_up


_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


async def read_arrangement(session: AsyncSession) -> Arrangement:
    """What we bring along, and what has been entered."""
    rows = (await session.exec(select(OfficialDay))).all()
    return Arrangement({row.day: Arranged(row.works, row.name) for row in rows})


async def enter_days(session: AsyncSession, days: Iterable[OfficialDay]) -> None:
    """Take them over; days that were entered before are replaced."""
    for day in days:
        await session.merge(day)
    await session.flush()


async def forget_year(session: AsyncSession, year: int) -> None:
    """Give up what was entered for a year."""
    rows = (await session.exec(select(OfficialDay))).all()
    for row in rows:
        if row.day.year == year:
            await session.delete(row)
    await session.flush()


def parse_days(text: str) -> list[OfficialDay]:
    """A JSON list of ``{"date", "kind", "name"}``, or a line a day: ``2027-01-01,off,元旦``.

    The kind is off or work, or 休 and 班. Raises OfficialDaysUnreadableError naming the line.
    """
    text = text.lstrip("\ufeff").strip()
    rows = _json_rows(text) if text.startswith("[") else _lines(text)
    found = [_day(number, row) for number, row in rows]
    if not found:
        raise OfficialDaysUnreadableError(line=1, text="")
    return found


def _json_rows(text: str) -> list[tuple[int, list[str]]]:
    try:
        rows: list[dict[str, Any]] = json.loads(text)
        return [
            (number, [str(row["date"]), str(row["kind"]), str(row.get("name", ""))])
            for number, row in enumerate(rows, start=1)
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        line = problem.lineno if isinstance(problem, json.JSONDecodeError) else 1
        raise OfficialDaysUnreadableError(line=line, text=text[:40]) from problem


def _lines(text: str) -> list[tuple[int, list[str]]]:
    separator = "\t" if "\t" in text else ","
    plain = text.replace("，", ",")
    rows = enumerate(csv.reader(StringIO(plain), delimiter=separator), start=1)
    return [(number, row) for number, row in rows if any(cell.strip() for cell in row) and not _is_header(number, row)]


def _is_header(number: int, row: list[str]) -> bool:
    return number == 1 and row[0].strip().casefold() in {"date", "day", "日期"}


def _day(number: int, row: list[str]) -> OfficialDay:
    cells = [cell.strip() for cell in row] + [""] * _COLUMNS
    try:
        return OfficialDay(day=date.fromisoformat(cells[0]), works=_WORDS[cells[1].casefold()], name=cells[2])
    except (ValueError, KeyError) as problem:
        raise OfficialDaysUnreadableError(line=number, text=",".join(row)[:40]) from problem
