"""How much there is in each tab and each view, at the cost of one look at what has changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import func, select
from sqlmodel import col

from kit.db import AsyncSession
from tickets.console.queries.conditions import (
    DEFAULT_ZONE,
    SOON,
    conditions,
    is_awake_only,
    midnight_after,
    tab_clause,
)
from tickets.console.selection import Assigned, Due, Incident, Selection, Tab
from tickets.models import Ticket
from tickets.search.searching import search
from tickets.search.wanted import understand
from tickets.stages import OWED_STAGES, Stage
from tickets.views.open_tickets import NOTHING, Mask, OpenTickets, moment_number, open_tickets
from tickets.watching.models import Follower

#: Where solved tickets are counted too, nobody waits for more than this.
CAP = 999


@dataclass(frozen=True)
class Count:
    """How many; not ``exact``: that many and more."""

    number: int
    exact: bool = True

    def __str__(self) -> str:
        return str(self.number) if self.exact else f"{self.number}+"


@dataclass(frozen=True)
class _Look:
    """Who counts when, and what this person follows."""

    now: datetime
    staff_id: int
    zone: str
    followed: frozenset[int] = frozenset()


async def view_counts(
    session: AsyncSession,
    now: datetime,
    staff_id: int,
    views: Mapping[int, Selection],
    *,
    zone: str = DEFAULT_ZONE,
) -> dict[int, Count]:
    """How many tickets each view has. Of open tickets it is exact; where solved ones are meant too it stops at CAP."""
    desk = open_tickets(session)
    await desk.refresh(session, now)
    followed = await _followed(session, staff_id) if any(one.followed for one in views.values()) else frozenset()
    look = _Look(now, staff_id, zone, followed)
    return {
        key: await _capped(session, selection, look)
        if _reaches_solved(selection)
        else Count(int(np.count_nonzero(mask_of(desk, selection, look))))
        for key, selection in views.items()
    }


async def open_matching(
    session: AsyncSession, now: datetime, staff_id: int, selection: Selection, *, zone: str
) -> tuple[OpenTickets, Mask] | None:
    """The open tickets with a mark at those that are meant; None where solved ones may be meant, or a text."""
    if _reaches_solved(selection):
        return None
    desk = open_tickets(session)
    await desk.refresh(session, now)
    followed = await _followed(session, staff_id) if selection.followed else frozenset()
    return desk, mask_of(desk, selection, _Look(now, staff_id, zone, followed))


async def queue_counts(session: AsyncSession, now: datetime, *, staff_id: int) -> dict[Tab, int]:
    """How many tickets each tab has."""
    desk = open_tickets(session)
    await desk.refresh(session, now)
    look = _Look(now, staff_id, DEFAULT_ZONE)
    counts = {tab: int(np.count_nonzero(mask_of(desk, Selection(tab=tab), look))) for tab in Tab}
    solved = select(func.count()).where(tab_clause(now, Tab.SOLVED, staff_id))
    counts[Tab.SOLVED] = (await session.execute(solved)).scalar_one()
    return counts


def count_now(desk: OpenTickets, now: datetime, staff_id: int, selection: Selection, *, zone: str) -> Count | None:
    """How many tickets a selection has, of what was read last; nothing where only the database knows."""
    if _reaches_solved(selection) or selection.followed:
        return None
    return Count(int(np.count_nonzero(mask_of(desk, selection, _Look(now, staff_id, zone)))))


def mine_now(desk: OpenTickets, now: datetime, *, staff_id: int) -> int:
    """How many tickets somebody has, of what was read last."""
    return int(np.count_nonzero(mask_of(desk, Selection(tab=Tab.MINE), _Look(now, staff_id, DEFAULT_ZONE))))


def _reaches_solved(selection: Selection) -> bool:
    return bool(selection.text) or selection.tab is Tab.SOLVED or selection.stage is Stage.SOLVED


async def _capped(session: AsyncSession, selection: Selection, look: _Look) -> Count:
    clauses = conditions(selection, look.now, look.staff_id, zone=look.zone)
    if selection.text:
        hits = await search(session, understand(selection.text), clauses)
        return Count(len(hits.tickets), hits.complete)
    some = select(col(Ticket.id)).where(*clauses).limit(CAP + 1).subquery()
    found = (await session.execute(select(func.count()).select_from(some))).scalar_one()
    return Count(min(found, CAP), found <= CAP)


async def _followed(session: AsyncSession, staff_id: int) -> frozenset[int]:
    mine = select(col(Follower.ticket_id)).where(col(Follower.staff_id) == staff_id)
    return frozenset((await session.execute(mine)).scalars())


def mask_of(desk: OpenTickets, selection: Selection, look: _Look) -> Mask:
    """Which of the open tickets a selection means: what tickets.console.queries.conditions says in SQL."""
    mask = np.ones(len(desk), np.bool_)
    for part in (*_tab(desk, selection, look), *_equal(desk, selection), *_others(desk, selection, look)):
        mask &= part
    return mask


def _tab(desk: OpenTickets, selection: Selection, look: _Look) -> Iterable[Mask]:
    asleep = desk.column("snoozed_until") > moment_number(look.now)
    match Tab.OPEN if selection.anywhere else selection.tab:
        case Tab.MINE:
            yield desk.column("assignee_id") == look.staff_id
        case Tab.UNASSIGNED:
            yield desk.column("assignee_id") == NOTHING
        case Tab.FIRST_REPLY:
            yield np.isin(desk.column("stage"), [desk.number(stage) for stage in OWED_STAGES])
            yield desk.column("first_replied_at") == NOTHING
        case Tab.ALARMS:
            yield desk.column("alarm") != NOTHING
        case Tab.CONFIRMING:
            yield desk.column("stage") == desk.number(Stage.CONFIRMING)
        case Tab.SNOOZED:
            yield asleep
        case _:
            pass
    if is_awake_only(selection):
        yield ~asleep


def _equal(desk: OpenTickets, selection: Selection) -> Iterable[Mask]:
    numbers = {
        "team_id": selection.team,
        "assignee_id": selection.assignee,
        "priority": selection.priority,
        "category_id": selection.category,
    }
    words = {
        "stage": selection.stage,
        "channel": selection.channel,
        "region": selection.region,
        "component": selection.component,
        "locale": selection.language,
    }
    yield from (desk.column(name) == number for name, number in numbers.items() if number)
    yield from (desk.column(name) == desk.number(word) for name, word in words.items() if word)


def _others(desk: OpenTickets, selection: Selection, look: _Look) -> Iterable[Mask]:
    owner = {Assigned.MINE: look.staff_id, Assigned.UNASSIGNED: NOTHING}
    if selection.assigned in owner:
        yield desk.column("assignee_id") == owner[selection.assigned]
    if selection.alarm:
        yield desk.column("alarm") != NOTHING
    if selection.waiting:
        yield desk.column("waiting_since") != NOTHING
    if selection.tag:
        yield desk.with_tag(selection.tag)
    if selection.followed:
        yield np.isin(desk.column("id"), list(look.followed))
    yield from _incident(desk, selection)
    yield from _due(desk, selection.due, look)


def _incident(desk: OpenTickets, selection: Selection) -> Iterable[Mask]:
    incidents = desk.column("incident_id")
    match selection.incident:
        case None:
            return
        case Incident.ANY:
            yield incidents != NOTHING
        case Incident.NONE:
            yield incidents == NOTHING
        case number:
            yield incidents == int(number)


def _due(desk: OpenTickets, due: Due, look: _Look) -> Iterable[Mask]:
    if due is Due.ANY:
        return
    ends, now = desk.column("sla_due"), moment_number(look.now)
    yield ends != NOTHING
    match due:
        case Due.LATE:
            yield ends < now
        case Due.SOON:
            yield (ends >= now) & (ends < moment_number(look.now + SOON))
        case Due.TODAY:
            yield ends < moment_number(midnight_after(look.now, look.zone))
