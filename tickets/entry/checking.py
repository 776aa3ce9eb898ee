"""One row at a time: what its cells mean, and what is wrong with them. Pure, so that ten thousand take a second."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from kit.phones import e164
from kit.settings import Locale
from kit.sheets import is_cut
from kit.text import clean_text
from tickets.entry.columns import Column
from tickets.entry.moments import MomentProblem, parse_moment
from tickets.stages import Priority

#: Says what is wrong with a taxpayer's number, or nothing; the composition root knows how to tell.
TaxIdCheck = Callable[[str, Locale], str | None]

#: Ways people come to us that are no platform of ours; each has a text ``console.channel.<way>``.
BY_HAND = ("phone", "paper", "counter", "fax", "visit", "other")
BEST, WORST = 5, 1
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]{2,}")
_SCORE = re.compile(r"([1-5])(?:\.0)?(?:\s*[分星])?(?:\s*/\s*5)?")
_SCORES = {"非常满意": 5, "很满意": 5, "满意": 4, "一般": 3, "基本满意": 3, "不满意": 2, "非常不满意": 1, "很不满意": 1}
_LONGEST: Mapping[Column, int] = {
    Column.REFERENCE: 60,
    Column.NAME: 80,
    Column.COMPANY: 200,
    Column.REGION: 40,
    Column.SUBJECT: 200,
    Column.DESCRIPTION: 10_000,
    Column.SOLUTION: 10_000,
    Column.NOTES: 10_000,
}
_MOMENTS = (Column.OCCURRED_AT, Column.FIRST_REPLIED_AT, Column.RESOLVED_AT)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: a text ``entry.problem.<key>`` that also says how to mend it."""

    column: Column
    key: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What rows may speak of, by whatever it is called, folded by :func:`called`."""

    now: datetime
    zone: ZoneInfo
    locale: Locale
    channels: Mapping[str, str]
    categories: Mapping[str, str]
    priorities: Mapping[str, int]
    staff: Mapping[str, int]
    tax_id: TaxIdCheck


@dataclass
class Checked:
    """A row as it is to be entered; moments are ISO 8601 in UTC."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, column: Column, key: str, **values: Any) -> None:
        self.problems.append(Problem(column, key, values))

    def moment(self, column: Column) -> datetime | None:
        text = self.values.get(column)
        return datetime.fromisoformat(text) if text else None


def check_row(cells: Mapping[Column, str], known: Known) -> Checked:
    """What the cells of a row mean, by column."""
    row = Checked()
    given = {column: clean_text(text) for column, text in cells.items()}
    for column, longest in _LONGEST.items():
        _take_text(row, column, given.get(column, ""), longest)
    _take_moments(row, given, known)
    _take_person(row, given, known)
    _take_named(row, given, known)
    _take_score(row, given.get(Column.SATISFACTION, ""))
    if not row.values.get(Column.SUBJECT) and not row.values.get(Column.DESCRIPTION):
        row.refuse(Column.DESCRIPTION, "missing_matter")
    return row


def called(name: str) -> str:
    """A name as it is looked up: without case, width and spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def nearest(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant, or nothing."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return close[0] if close else ""


def _take_text(row: Checked, column: Column, text: str, longest: int) -> None:
    if len(text) > longest:
        row.refuse(column, "too_long", limit=longest, actual=len(text))
    elif is_cut(text) and column is Column.REFERENCE:
        row.refuse(column, "cut", value=text)
    elif text:
        row.values[column] = text


def _take_moments(row: Checked, given: Mapping[Column, str], known: Known) -> None:
    opened: datetime | None = None
    for column in _MOMENTS:
        text = given.get(column, "")
        found = _moment(text, known.zone) if text else None
        if found is None:
            if column is Column.OCCURRED_AT:
                row.refuse(column, "missing_moment")
            continue
        if isinstance(found, MomentProblem):
            row.refuse(column, found.value, value=text)
            continue
        moment = _not_before(*found, opened, known.zone)
        if moment > known.now:
            row.refuse(column, "date_future", value=text)
        elif opened is not None and moment < opened:
            row.refuse(column, "before_opened", value=text, opened=given[Column.OCCURRED_AT])
        else:
            row.values[column] = moment.isoformat()
            opened = opened or (moment if column is Column.OCCURRED_AT else None)
    _check_order(row, given)


@lru_cache(maxsize=4096)
def _moment(text: str, zone: ZoneInfo) -> tuple[datetime, bool] | MomentProblem:
    return parse_moment(text, zone)


def _not_before(moment: datetime, exact: bool, opened: datetime | None, zone: ZoneInfo) -> datetime:  # noqa: FBT001 - the pair that parse_moment gives.
    """A day without a time that is the day of the opening is not before it."""
    if exact or opened is None or moment.astimezone(zone).date() != opened.astimezone(zone).date():
        return moment
    return max(moment, opened)


def _check_order(row: Checked, given: Mapping[Column, str]) -> None:
    replied, resolved = row.moment(Column.FIRST_REPLIED_AT), row.moment(Column.RESOLVED_AT)
    if replied is not None and resolved is not None and resolved < replied:
        texts = {"value": given[Column.RESOLVED_AT], "replied": given[Column.FIRST_REPLIED_AT]}
        row.refuse(Column.RESOLVED_AT, "before_replied", **texts)


def _take_person(row: Checked, given: Mapping[Column, str], known: Known) -> None:
    phone, email, tax_id = (given.get(column, "") for column in (Column.PHONE, Column.EMAIL, Column.TAX_ID))
    if phone:
        number = None if is_cut(phone) else _number(phone)
        if number is None:
            row.refuse(Column.PHONE, "cut" if is_cut(phone) else "phone", value=phone)
        else:
            row.values[Column.PHONE] = number
    if email and not _EMAIL.fullmatch(email):
        row.refuse(Column.EMAIL, "email", value=email)
    elif email:
        row.values[Column.EMAIL] = email.casefold()
    if tax_id:
        code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", tax_id)).upper()
        wrong = None if is_cut(tax_id) else known.tax_id(code, known.locale)
        if is_cut(tax_id):
            row.refuse(Column.TAX_ID, "cut", value=tax_id)
        elif wrong:
            row.refuse(Column.TAX_ID, "tax_id", value=tax_id, why=wrong)
        else:
            row.values[Column.TAX_ID] = code


@lru_cache(maxsize=4096)
def _number(text: str) -> str | None:
    return e164(unicodedata.normalize("NFKC", text))


def _take_named(row: Checked, given: Mapping[Column, str], known: Known) -> None:
    _take_one(row, given, Column.CHANNEL, known.channels)
    _take_one(row, given, Column.CATEGORY, known.categories)
    _take_one(row, given, Column.PRIORITY, known.priorities)
    _take_one(row, given, Column.HANDLED_BY, known.staff)
    usual = "phone" if Column.PHONE in row.values else "paper"
    row.values.setdefault(Column.CHANNEL, usual)


def _take_one(row: Checked, given: Mapping[Column, str], column: Column, names: Mapping[str, Any]) -> None:
    text = given.get(column, "")
    if not text:
        return
    found = names.get(called(text))
    if found is None:
        close = nearest(called(text), names)
        row.refuse(column, "unknown_near" if close else "unknown", value=text, near=close)
    else:
        row.values[column] = found


def _take_score(row: Checked, text: str) -> None:
    if not text:
        return
    match = _SCORE.fullmatch(unicodedata.normalize("NFKC", text))
    score = int(match[1]) if match else _SCORES.get(called(text))
    if score is None:
        row.refuse(Column.SATISFACTION, "score", value=text)
    elif Column.RESOLVED_AT not in row.values and not _refused(row.problems, Column.RESOLVED_AT):
        row.refuse(Column.SATISFACTION, "score_open", value=text)
    else:
        row.values[Column.SATISFACTION] = score


def _refused(problems: Sequence[Problem], column: Column) -> bool:
    return any(problem.column is column for problem in problems)


PRIORITY_NAMES: Mapping[str, int] = {str(int(priority)): int(priority) for priority in Priority}
