"""The tickets that somebody means who types into the palette: by number, or by what is known of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.console.queries.queue import QueueRecord, load_records, with_words
from tickets.models import Ticket
from tickets.numbers import number_of
from tickets.search.searching import search
from tickets.search.segment import fold
from tickets.search.wanted import Wanted, understand

#: More than this nobody reads in a list that follows the keys.
MOST = 8
#: How far back the count of a day alone names a ticket, and how far a part of its day too.
_DAYS_BY_COUNT, _DAYS_BY_DAY = 60, 366
_TYPED = re.compile(r"(?:[a-z]{2})?[\s-]*(\d[\d\s-]*)")
#: Digits of a day, and those of its count on all but the busiest days.
_DAY, _COUNT = 6, 4


@dataclass(frozen=True)
class Meant:
    """The tickets, best first; those of the first ``named`` have the number that was typed."""

    records: list[QueueRecord]
    wanted: Wanted
    named: int = 0


async def meant_tickets(session: AsyncSession, typed: str, today: date) -> Meant:
    """At most :data:`MOST`, open or not; ``today`` is where the organisation is."""
    wanted = understand(typed)
    named = await _ids_of(session, numbers_meant(typed, today))
    hits = await search(session, wanted, limit=MOST)
    ids = list(dict.fromkeys([*named, *hits.tickets]))[:MOST]
    return Meant(await with_words(session, await load_records(session, ids), hits), wanted, len(named))


async def _ids_of(session: AsyncSession, numbers: Sequence[str]) -> list[int]:
    if not numbers:
        return []
    # By the index of numbers, each of which is written out: the end of one has no index.
    found = select(Ticket.id).where(col(Ticket.number).in_(numbers)).order_by(col(Ticket.id).desc()).limit(MOST)
    return list((await session.exec(found)).all())


def numbers_meant(typed: str, today: date) -> list[str]:
    """The numbers that end so, the last days' first: ``42``, ``1124-0042`` and ``YP-261124-0042`` are all one."""
    match = _TYPED.fullmatch(fold(typed).strip())
    digits = "".join(filter(str.isdecimal, match[1])) if match else ""
    if len(digits) >= _DAY + _COUNT:
        return [f"YP-{digits[:_DAY]}-{digits[_DAY:]}"]
    return list(dict.fromkeys(number_of(day, count) for day, count in _places(digits, today)))


def _places(digits: str, today: date) -> Iterator[tuple[date, int]]:
    if 0 < len(digits) <= _COUNT + 1:
        yield from ((day, int(digits)) for day in _days_before(today, _DAYS_BY_COUNT))
    if len(digits) > _COUNT:
        of_day, count = digits[:-_COUNT], int(digits[-_COUNT:])
        yield from ((day, count) for day in _days_before(today, _DAYS_BY_DAY) if f"{day:%y%m%d}".endswith(of_day))


def _days_before(today: date, count: int) -> Iterable[date]:
    return (today - timedelta(days=back) for back in range(count))
