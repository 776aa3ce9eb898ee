"""Tickets put aside until a moment, until the customer writes, until the outage they hang on changes."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, select

from kit.db import AsyncSession
from tickets.actors import SYSTEM, Actor
from tickets.conversations.service import get_conversation
from tickets.followups.models import FollowUpKind
from tickets.followups.service import cancel, schedule
from tickets.models import EventKind, Ticket
from tickets.notices.models import NoticeKind
from tickets.repository import change, note_event
from tickets.sending.errors import NothingToSnoozeError, SnoozeInPastError, SnoozeTooLongError
from tickets.stages import OPEN_STAGES
from tickets.watching.followers import tell_watchful

LONGEST = timedelta(days=60)
#: When nothing but something happening is to wake it, it is looked at all the same after this.
WITHOUT_A_MOMENT = timedelta(days=30)


class Wake(StrEnum):
    """What wakes a ticket besides its moment; each has a text ``console.snooze.wake.<name>``."""

    REPLY = "reply"
    INCIDENT = "incident"


def wakes_of(ticket: Ticket) -> frozenset[Wake]:
    """What wakes this one."""
    return frozenset(Wake(name) for name in (ticket.snoozed_for or "").split(",") if name)


def is_snoozed(ticket: Ticket) -> bool:
    return ticket.snoozed_until is not None


async def snooze(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    until: datetime | None,
    wakes: Collection[Wake],
    staff: Actor,
    seen: int | None = None,
) -> None:
    """Out of the queue until then. Without Wake.REPLY it stays there even when the customer writes."""
    moment = until or now + WITHOUT_A_MOMENT
    if ticket.stage not in OPEN_STAGES:
        raise NothingToSnoozeError
    if moment <= now:
        raise SnoozeInPastError
    if moment > now + LONGEST:
        raise SnoozeTooLongError(days=LONGEST.days)
    names = ",".join(sorted(set(wakes)))
    await change(session, now, ticket, seen=seen, snoozed_until=moment, snoozed_for=names or None)
    thread = (await get_conversation(session, ticket.conversation_id)).thread
    await schedule(session, ticket, thread, FollowUpKind.SNOOZE_OVER, moment)
    await note_event(session, now, ticket, EventKind.SNOOZED, staff, until=moment.isoformat(), wakes=names)


async def wake(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    why: str,
    actor: Actor = SYSTEM,
    seen: int | None = None,
    notice: bool = True,
) -> None:
    """Back into the queue; nothing happens to one that is there. ``why`` is "time", "by_hand" or a Wake."""
    if not is_snoozed(ticket):
        return
    await change(session, now, ticket, seen=seen, snoozed_until=None, snoozed_for=None)
    await cancel(session, ticket.id, [FollowUpKind.SNOOZE_OVER])
    if ticket.stage not in OPEN_STAGES:
        return
    await note_event(session, now, ticket, EventKind.WOKEN, actor, why=why)
    if notice:
        await tell_watchful(session, now, NoticeKind.WOKEN, ticket, but=actor.id, why=why)


async def snooze_is_over(session: AsyncSession, now: datetime, ticket: Ticket) -> None:
    """Its follow-up has come due; one that was put off again meanwhile sleeps on."""
    if ticket.snoozed_until is not None and ticket.snoozed_until <= now:
        await wake(session, now, ticket, why="time")


async def customer_is_back(session: AsyncSession, now: datetime, ticket: Ticket) -> None:
    """The customer writes on an open ticket, before anything is noted of it.

    Costs nothing while the ticket is not snoozed and they wait already: whoever should know was told.
    """
    if is_snoozed(ticket) and Wake.REPLY in wakes_of(ticket):
        await wake(session, now, ticket, why=Wake.REPLY, notice=False)
    if ticket.waiting_since is None:
        await tell_watchful(session, now, NoticeKind.CUSTOMER_WROTE, ticket)


async def incident_changed(session: AsyncSession, now: datetime, incident_id: int) -> int:
    """Wake every ticket that waits for this outage to change; return how many."""
    asleep = select(Ticket).where(
        col(Ticket.incident_id) == incident_id,
        col(Ticket.snoozed_until).is_not(None),
        col(Ticket.snoozed_for).contains(Wake.INCIDENT.value),
    )
    tickets = (await session.exec(asleep.order_by(col(Ticket.id)))).all()
    for ticket in tickets:
        await wake(session, now, ticket, why=Wake.INCIDENT)
    return len(tickets)
