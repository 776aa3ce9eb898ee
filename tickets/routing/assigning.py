"""Give tickets to people: by load, within capacity, and safely when two nodes do it at once.

Whoever gives out tickets first locks the profiles of those on duty, in the order of their ids, and then counts: no
other transaction can give them one between the counting and the giving. Waiting tickets are taken with SKIP LOCKED,
so that whoever holds profiles never waits for a ticket.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Table, exists, select, update
from sqlmodel import col

from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.desk.models import StaffProfile
from tickets.models import EventKind, Ticket
from tickets.notices.models import NoticeKind
from tickets.notices.service import notify
from tickets.repository import change, note_event
from tickets.routing.line import ORDER, in_line
from tickets.routing.models import TicketNeed
from tickets.routing.people import Colleague, Need, best, named_on_duty, on_duty
from tickets.routing.reasons import by_load
from tickets.routing.setup import Setup, TeamInfo, setup_of

#: So many are given out in one transaction; the rest a moment later.
_AT_ONCE = 50
_profile: Table = StaffProfile.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def assign_one(
    session: AsyncSession, now: datetime, ticket: Ticket, team: TeamInfo, *, zone: str, skills: Collection[str] = ()
) -> Colleague | None:
    """Give a new ticket of a team that works by load to somebody; nobody when nobody has room."""
    setup = await setup_of(session)
    people = await on_duty(session, now, team.id, zone=zone, lock=True)
    chosen = best(people, _need(setup, ticket, skills))
    if chosen is not None:
        await give(session, now, ticket, chosen, why=by_load(chosen.load, chosen.capacity))
    return chosen


async def assign_person(session: AsyncSession, now: datetime, ticket: Ticket, login: str, why: dict[str, Any]) -> bool:
    """Give a new ticket to the person a rule names, if they are there and have room."""
    person = await named_on_duty(session, login)
    if person is None or person.room <= 0:
        return False
    await give(session, now, ticket, person, why=why)
    return True


async def give(session: AsyncSession, now: datetime, ticket: Ticket, to: Colleague, *, why: dict[str, Any]) -> None:
    """It is theirs: written down, told, and counted for whose turn is next."""
    await change(session, now, ticket, assignee_id=to.id)
    await note_event(session, now, ticket, EventKind.ASSIGNED, SYSTEM, to=to.name, why=why)
    mine = _profile.c.staff_id == to.id
    await session.execute(update(_profile).where(mine).values(last_assigned_at=now))
    await notify(session, now, [to.id], NoticeKind.ASSIGNED, ticket, why=why)


async def share_out(session: AsyncSession, now: datetime, *, zone: str, staff_id: int | None = None) -> int:
    """Give what waits to those who have room, team by team; with ``staff_id`` only this person's teams' tickets.

    This is what fills room that has become free, and what greets somebody who comes on duty.
    """
    setup = await setup_of(session)
    given = 0
    for team in setup.teams.values():
        if team.by_load and await _is_anything_waiting(session, now, team):
            given += await _share_out_team(session, now, setup, team, zone=zone, staff_id=staff_id)
    return given


async def _is_anything_waiting(session: AsyncSession, now: datetime, team: TeamInfo) -> bool:
    waiting = select(exists().where(col(Ticket.team_id) == team.id, in_line(now)))
    return bool((await session.execute(waiting)).scalar())


async def _share_out_team(
    session: AsyncSession, now: datetime, setup: Setup, team: TeamInfo, *, zone: str, staff_id: int | None
) -> int:
    if not _have_room(await on_duty(session, now, team.id, zone=zone), staff_id):
        return 0
    people = {one.id: one for one in await on_duty(session, now, team.id, zone=zone, lock=True)}
    waiting = select(Ticket).where(col(Ticket.team_id) == team.id, in_line(now)).order_by(*ORDER).limit(_AT_ONCE)
    tickets = list((await session.scalars(waiting.with_for_update(skip_locked=True))).all())
    needs = await _needs(session, [ticket.id for ticket in tickets])
    given = 0
    for ticket in tickets:
        chosen = best(people.values(), _need(setup, ticket, needs.get(ticket.id, ())))
        if chosen is not None:
            await give(session, now, ticket, chosen, why=by_load(chosen.load, chosen.capacity))
            people[chosen.id] = chosen.given_one(now)
            given += 1
    return given


def _have_room(people: list[Colleague], staff_id: int | None) -> bool:
    return any(one.room > 0 for one in people if staff_id is None or one.id == staff_id)


async def _needs(session: AsyncSession, ticket_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    rows = select(TicketNeed).where(col(TicketNeed.ticket_id).in_(ticket_ids))
    return {need.ticket_id: (need.skill,) for need in (await session.scalars(rows)).all()}


def _need(setup: Setup, ticket: Ticket, skills: Collection[str]) -> Need:
    category = setup.category(ticket.category_id)
    own = {category.skill} if category and category.skill else set()
    return Need(language=ticket.locale, skills=frozenset(own | set(skills)))
