"""What a step does: tell people, make it more urgent, give it to others."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from kit.access.identity import Role
from kit.access.models import Staff
from kit.db import AsyncSession
from tickets.actors import SYSTEM
from tickets.desk.models import Team, TeamMember
from tickets.models import EventKind, Ticket
from tickets.notices.models import NoticeKind
from tickets.notices.service import notify
from tickets.repository import change, note_event
from tickets.sla.models import SlaClock
from tickets.sla.steps import Audience, Deed, DeedKind, Step
from tickets.stages import Priority

__all__ = ["carry_out"]


async def carry_out(
    session: AsyncSession, now: datetime, ticket: Ticket, clock: SlaClock, steps: Collection[Step]
) -> None:
    """All that these steps say, each person told once; whoever reads the timeline sees why."""
    why = {"because": f"{clock.kind}_{'soon' if all(step.warns for step in steps) else 'late'}"}
    deeds = [deed for step in steps for deed in step.deeds]
    if any(not step.warns and (step.at > 0 or step.share is not None) for step in steps):
        await note_event(session, now, ticket, EventKind.ESCALATED, SYSTEM, why=why, clock=clock.kind)
    for deed in deeds:
        if deed.kind is DeedKind.RAISE:
            await _raise(session, now, ticket, int(deed.value), why)
        elif deed.kind is DeedKind.ASSIGN:
            await _assign(session, now, ticket, deed.value, why)
    due = clock.due_at.isoformat() if clock.due_at else None
    told = await _told(session, ticket, deeds)
    await notify(session, now, told, _notice(steps), ticket, clock=clock.kind, due=due)


def _notice(steps: Collection[Step]) -> NoticeKind:
    if all(step.warns for step in steps):
        return NoticeKind.SLA_WARNED
    return NoticeKind.ESCALATED if any(step.at > 0 for step in steps) else NoticeKind.SLA_BREACHED


async def _told(session: AsyncSession, ticket: Ticket, deeds: Collection[Deed]) -> set[int]:
    """Who is to hear of it; what nobody owns is the whole team's."""
    audiences = {Audience(deed.value) for deed in deeds if deed.kind is DeedKind.NOTIFY}
    told: set[int] = set()
    if Audience.OWNER in audiences and ticket.assignee_id is not None:
        told.add(ticket.assignee_id)
    if Audience.TEAM in audiences or (Audience.OWNER in audiences and ticket.assignee_id is None):
        members = select(TeamMember.staff_id).where(TeamMember.team_id == ticket.team_id)
        told.update((await session.exec(members)).all())
    if Audience.SUPERVISORS in audiences:
        told.update(await _in_role(session, Role.SUPERVISOR) or await _in_role(session, Role.ADMIN))
    return told & await _at_work(session, told)


async def _in_role(session: AsyncSession, role: Role) -> set[int]:
    found = select(Staff.id).where(Staff.role == role, col(Staff.active))
    return {staff_id for staff_id in (await session.exec(found)).all() if staff_id is not None}


async def _at_work(session: AsyncSession, told: Collection[int]) -> set[int]:
    """Those of them who still have an account."""
    if not told:
        return set()
    found = select(Staff.id).where(col(Staff.id).in_(told), col(Staff.active))
    return {staff_id for staff_id in (await session.exec(found)).all() if staff_id is not None}


async def _raise(session: AsyncSession, now: datetime, ticket: Ticket, by: int, why: dict[str, Any]) -> None:
    source, target = ticket.priority, max(int(Priority.URGENT), ticket.priority - by)
    if target == source:
        return
    await change(session, now, ticket, priority=target)
    await note_event(session, now, ticket, EventKind.PRIORITY, SYSTEM, source=source, target=target, why=why)


async def _assign(session: AsyncSession, now: datetime, ticket: Ticket, key: str, why: dict[str, Any]) -> None:
    """To another team, or back to the one that has it."""
    if not key:
        if ticket.assignee_id is not None:
            await change(session, now, ticket, assignee_id=None)
            await note_event(session, now, ticket, EventKind.ASSIGNED, SYSTEM, to=None, why=why)
        return
    team = (await session.exec(select(Team).where(Team.key == key))).first()
    if team is None or team.id == ticket.team_id:
        return
    await change(session, now, ticket, team_id=team.id, assignee_id=None)
    names = {"zh": team.name_zh, "en": team.name_en}
    await note_event(session, now, ticket, EventKind.ASSIGNED, SYSTEM, to=names, why=why)
