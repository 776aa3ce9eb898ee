"""Open a ticket: number, team, targets, clocks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kit.db import AsyncSession, hint, insert_now
from tickets.actors import Actor
from tickets.contacts.models import Contact
from tickets.conversations.indexing import make_findable
from tickets.conversations.models import Conversation
from tickets.followups.models import FollowUpKind
from tickets.followups.service import schedule_all
from tickets.models import EventKind, Ticket
from tickets.numbers import new_lookup_code, new_token, next_number
from tickets.repository import note_event
from tickets.routing.service import Placement, Told, place, settle
from tickets.sla.policies import Policy
from tickets.sla.service import promise_times, start
from tickets.stages import Priority

MAX_SUBJECT = 60


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a ticket is about; ``facts`` are what the dialogue found out, by name."""

    text: str
    category: str | None = None
    #: How sure whoever named the category was; 1 for a person.
    category_sure: float = 1.0
    component: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    wants_person: bool = False
    #: It is at least as urgent.
    priority: Priority | None = None


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How this organisation keeps people informed; from the settings."""

    zone: str
    progress_every: timedelta
    fixed_check_after: timedelta
    survey_after: timedelta
    survey_quiet: timedelta
    confirm_window: timedelta


async def open_ticket(
    session: AsyncSession,
    now: datetime,
    conversation: Conversation,
    contact: Contact,
    matter: Matter,
    *,
    actor: Actor,
    rhythm: Rhythm,
) -> Ticket:
    """Open it and start its clocks."""
    # Whatever has changed meanwhile is written once, by the caller.
    with session.no_autoflush:
        told = Told(text=matter.text, category=matter.category, component=matter.component, sure=matter.category_sure)
        placement = await place(session, conversation, contact, told)
        ticket, policy = await _begin(session, now, conversation, contact, matter, placement=placement, rhythm=rhythm)
        await note_event(session, now, ticket, EventKind.OPENED, actor, public=True)
        await make_findable(session, ticket, contact)
        await _start_clocks(session, now, ticket, conversation.thread, policy)
        await settle(session, now, ticket, placement, zone=rhythm.zone)
    hint(session, "tickets")
    return ticket


async def _begin(
    session: AsyncSession,
    now: datetime,
    conversation: Conversation,
    contact: Contact,
    matter: Matter,
    *,
    placement: Placement,
    rhythm: Rhythm,
) -> tuple[Ticket, Policy]:
    ticket = Ticket(
        number=await next_number(session, now, zone=rhythm.zone),
        token=new_token(),
        lookup_code=new_lookup_code(),
        conversation_id=conversation.id,
        contact_id=contact.id,
        channel=conversation.channel,
        subject=subject_of(matter.text),
        description=matter.text,
        facts=matter.facts,
        category_id=placement.category_id,
        team_id=placement.team_id,
        priority=min(placement.priority, matter.priority or placement.priority),
        locale=conversation.locale,
        region=contact.region,
        component=matter.component,
        tags=list(placement.tags) or None,
        wants_person=matter.wants_person,
        waiting_since=now,
        next_update_at=now + rhythm.progress_every,
        # As the policy of the finished ticket has it, right below.
        first_reply_due=now,
        resolution_due=now,
        created_at=now,
        updated_at=now,
    )
    policy = await promise_times(session, now, ticket, contact.tags)
    await insert_now(session, ticket)
    return ticket, policy


def subject_of(text: str) -> str:
    """The first line, cut to what a list can show."""
    line = text.strip().split("\n", 1)[0].strip()
    return line if len(line) <= MAX_SUBJECT else f"{line[: MAX_SUBJECT - 1]}…"


async def _start_clocks(session: AsyncSession, now: datetime, ticket: Ticket, thread: str, policy: Policy) -> None:
    due = {**await start(session, now, ticket, policy)}
    if ticket.next_update_at is not None:
        due[FollowUpKind.PROGRESS] = ticket.next_update_at
    await schedule_all(session, ticket, thread, due)
