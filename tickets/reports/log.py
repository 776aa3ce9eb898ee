"""Reading the desk's log for one hour, with what has to be known of the hours before and after it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import col

from kit.db import AsyncSession
from tickets.models import EventKind, TicketEvent
from tickets.reports.counting import Before, Line, Place, Standing, owed_after

HOUR = timedelta(hours=1)
#: Tickets asked about at once.
_CHUNK = 500
_ANSWERS = (EventKind.REPLIED, EventKind.RESOLVED, EventKind.CALLED)
_STATE_KINDS = (
    EventKind.OPENED,
    EventKind.REOPENED,
    EventKind.RESOLVED,
    EventKind.CONFIRMED,
    EventKind.MERGED,
    EventKind.STAGE,
)


def hour_of(moment: datetime) -> datetime:
    """The hour it falls into."""
    return moment.replace(minute=0, second=0, microsecond=0)


def within(moment: Any, hour: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that a column of moments lies in this hour."""
    return moment >= hour, moment < hour + HOUR


async def read_lines(session: AsyncSession, hour: datetime) -> list[Line]:
    """All that happened within the hour, in order."""
    event = TicketEvent
    query = (
        select(
            col(event.id),
            col(event.ticket_id),
            col(event.kind),
            col(event.actor),
            col(event.at),
            col(event.data),
            *_PLACE,
        )
        .where(*within(col(event.at), hour))
        .order_by(col(event.at), col(event.id))
    )
    return [
        Line(id=id_, ticket_id=ticket_id, kind=kind, actor=actor, at=at, data=data or {}, place=_place(place))
        for id_, ticket_id, kind, actor, at, data, *place in (await session.execute(query)).all()
    ]


_PLACE = (
    col(TicketEvent.team_id),
    col(TicketEvent.category_id),
    col(TicketEvent.assignee_id),
    col(TicketEvent.channel),
    col(TicketEvent.region),
)


def _place(row: Sequence[Any]) -> Place:
    team_id, category_id, assignee_id, channel, region = row
    return Place(team_id or 0, category_id or 0, assignee_id or 0, channel or "", region or "")


async def read_before(session: AsyncSession, hour: datetime, lines: Iterable[Line]) -> Before:
    """What counting these lines needs to know of their tickets."""
    lines = list(lines)
    before = Before()
    for tickets in _chunks({line.ticket_id for line in lines}):
        before.standings.update(await _standings(session, hour, tickets))
    for tickets in _chunks(_tickets_with(lines, *_ANSWERS)):
        await _beginnings(session, tickets, before)
    for tickets in _chunks(_tickets_with(lines, EventKind.RATED)):
        before.last_ratings.update(await _last_ratings(session, tickets))
    return before


def _tickets_with(lines: Iterable[Line], *kinds: str) -> set[int]:
    return {line.ticket_id for line in lines if line.kind in kinds}


def _chunks(tickets: set[int]) -> Iterator[list[int]]:
    ordered = sorted(tickets)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


async def _standings(session: AsyncSession, hour: datetime, tickets: Sequence[int]) -> dict[int, Standing]:
    states = await _last_before(session, hour, tickets, *_STATE_KINDS)
    owed = {ticket_id: owed_after(kind, data or {}, otherwise=False) for ticket_id, kind, data, *_ in states}
    last = await _last_before(session, hour, tickets)
    return {ticket_id: Standing(owed.get(ticket_id, False), _place(place)) for ticket_id, _kind, _data, *place in last}


async def _last_before(session: AsyncSession, hour: datetime, tickets: Sequence[int], *kinds: str) -> Sequence[Any]:
    event = TicketEvent
    newest_first = func.row_number().over(
        partition_by=col(event.ticket_id), order_by=(col(event.at).desc(), col(event.id).desc())
    )
    ranked = select(col(event.ticket_id), col(event.kind), col(event.data), *_PLACE, newest_first.label("place")).where(
        col(event.ticket_id).in_(tickets), col(event.at) < hour
    )
    if kinds:
        ranked = ranked.where(col(event.kind).in_(kinds))
    rows = ranked.subquery()
    wanted = [column for column in rows.c if column.name != "place"]
    return (await session.execute(select(*wanted).where(rows.c.place == 1))).all()


async def _beginnings(session: AsyncSession, tickets: Sequence[int], before: Before) -> None:
    """When the tickets were opened, and which line was their first answer."""
    event = TicketEvent
    query = (
        select(col(event.ticket_id), col(event.kind), func.min(col(event.at)), func.min(col(event.id)))
        .where(col(event.ticket_id).in_(tickets), col(event.kind).in_([EventKind.OPENED, *_ANSWERS]))
        # Not every call that is written down was answered.
        .where(or_(col(event.kind) != EventKind.CALLED, event.data["answered"].as_boolean()))
        .group_by(col(event.ticket_id), col(event.kind))
    )
    for ticket_id, kind, at, id_ in (await session.execute(query)).all():
        if kind == EventKind.OPENED:
            before.opened_at[ticket_id] = at
        else:
            before.first_answers[ticket_id] = min(id_, before.first_answers.get(ticket_id, id_))


async def _last_ratings(session: AsyncSession, tickets: Sequence[int]) -> dict[int, int]:
    event = TicketEvent
    query = (
        select(col(event.ticket_id), func.max(col(event.id)))
        .where(col(event.ticket_id).in_(tickets), col(event.kind) == EventKind.RATED)
        .group_by(col(event.ticket_id))
    )
    return dict((await session.execute(query)).all())


async def hours_changed_by(
    session: AsyncSession, hour: datetime, lines: Iterable[Line], *, later: bool
) -> set[datetime]:
    """Other hours that are counted otherwise because of these lines.

    A rating corrects an earlier one; and with ``later``, how a ticket moves follows from where it stood before.
    """
    event, changed = TicketEvent, set[datetime]()
    lines = list(lines)
    for tickets in _chunks(_tickets_with(lines, EventKind.RATED)):
        rated = (col(event.ticket_id).in_(tickets), col(event.kind) == EventKind.RATED)
        earlier = select(col(event.at)).where(*rated, col(event.at) < hour)
        changed.update(hour_of(at) for at in (await session.execute(earlier)).scalars())
    for tickets in _chunks({line.ticket_id for line in lines} if later else set()):
        following = select(col(event.at)).where(col(event.ticket_id).in_(tickets), col(event.at) >= hour + HOUR)
        changed.update(hour_of(at) for at in (await session.execute(following)).scalars())
    return changed
