"""Put the demo into an empty installation, and leave nothing behind that would speak by itself."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import col, delete, select, update

from bot.defaults import install_defaults
from bot.demo.people import ADMIN, COLLEAGUES
from bot.demo.playing import play
from bot.demo.script import Colleague
from bot.demo.stories import STORIES
from kit.access.models import Staff
from kit.access.service import create_staff
from kit.db import AsyncSession
from kit.outbox import Job, Lane
from kit.settings import Settings
from tickets.actors import Actor, ActorKind
from tickets.conversations.models import Conversation
from tickets.desk.models import Team, TeamMember
from tickets.events import QUEUE
from tickets.followups.models import FollowUp, FollowUpState
from tickets.models import Ticket
from tickets.repository import change
from tickets.rhythm import rhythm_of
from tickets.stages import OWED_STAGES


@dataclass(frozen=True)
class DemoLogin:
    """Shown once on the terminal; the other colleagues get passwords nobody knows."""

    login: str
    password: str


async def install_demo(session: AsyncSession, now: datetime, settings: Settings) -> DemoLogin | None:
    """Colleagues and their last days; None, and nothing done, when there is a ticket or an account already."""
    if await _in_use(session):
        return None
    await install_defaults(session)
    password = secrets.token_urlsafe(9)
    staff = await _hire(session, now, password)
    rhythm = rhythm_of(settings)
    tickets = [await play(session, now, story, staff=staff, rhythm=rhythm) for story in STORIES]
    for ticket in tickets:
        if ticket.stage in OWED_STAGES:
            # As if the rhythm had been kept all along: the next news is due a full interval from now.
            await change(session, now, ticket, next_update_at=now + rhythm.progress_every)
    await _quieten(session, tickets)
    return DemoLogin(ADMIN, password)


async def _in_use(session: AsyncSession) -> bool:
    staff = (await session.exec(select(Staff.id).limit(1))).first()
    ticket = (await session.exec(select(Ticket.id).limit(1))).first()
    return staff is not None or ticket is not None


async def _hire(session: AsyncSession, now: datetime, password: str) -> dict[str, Actor]:
    teams = {team.key: team.id for team in (await session.exec(select(Team))).all()}
    actors = {}
    for colleague in COLLEAGUES:
        own = password if colleague.login == ADMIN else secrets.token_urlsafe(18)
        staff = await create_staff(
            session, now, login=colleague.login, name=colleague.name, role=colleague.role, password=own
        )
        actors[colleague.login] = Actor(ActorKind.STAFF, staff.id, staff.name)
        session.add_all(_memberships(colleague, staff, teams))
    await session.flush()
    return actors


def _memberships(colleague: Colleague, staff: Staff, teams: dict[str, int]) -> Iterable[TeamMember]:
    staff_id = cast("int", staff.id)
    return (TeamMember(team_id=teams[key], staff_id=staff_id) for key in colleague.teams if key in teams)


async def _quieten(session: AsyncSession, tickets: list[Ticket]) -> None:
    """No job and no follow-up stays: the people of the demo do not exist."""
    conversations = select(Conversation.thread).where(
        col(Conversation.id).in_([ticket.conversation_id for ticket in tickets])
    )
    lanes = [f"{QUEUE}:{thread}" for thread in (await session.exec(conversations)).all()]
    await session.exec(delete(Job).where(col(Job.lane).in_(lanes)))
    await session.exec(delete(Lane).where(col(Lane.lane).in_(lanes)))
    ahead = update(FollowUp).where(
        col(FollowUp.ticket_id).in_([ticket.id for ticket in tickets]),
        col(FollowUp.state) == FollowUpState.PENDING,
    )
    await session.exec(ahead.values(state=FollowUpState.CANCELLED))
