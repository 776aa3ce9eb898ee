"""The end of a ticket: resolved by staff, confirmed or reopened by the customer, then rated."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from kit.db import AsyncSession, hint
from kit.text import clean_text
from tickets.actors import Actor
from tickets.conversations.service import get_conversation, release
from tickets.errors import MoveNotAllowedError, ReplyTooLongError, SolutionMissingError
from tickets.events import DeskEvent, emit
from tickets.followups.models import FollowUpKind
from tickets.followups.service import cancel, schedule
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.opening import Rhythm
from tickets.repository import change, note_event
from tickets.sla.models import ClockKind
from tickets.sla.service import REPLIES, align, answered
from tickets.stages import MOVES, Stage, raised
from tickets.working import MAX_REPLY

_OPEN_CLOCKS = (
    FollowUpKind.PROGRESS,
    FollowUpKind.PROMISE_LAPSED,
)
_CLOSING_CLOCKS = (FollowUpKind.FIXED_CHECK, FollowUpKind.CONFIRM_TIMEOUT, FollowUpKind.SURVEY)


async def resolve(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    solution: str,
    staff: Actor,
    seen: int,
    rhythm: Rhythm,
) -> None:
    """Tell the customer what was done, and soon ask whether it really works; the bot is released."""
    text = clean_text(solution)
    if not text:
        raise SolutionMissingError
    if len(text) > MAX_REPLY:
        raise ReplyTooLongError(limit=MAX_REPLY)
    if Stage.CONFIRMING not in MOVES[Stage(ticket.stage)]:
        raise MoveNotAllowedError(source=ticket.stage, target=Stage.CONFIRMING)
    conversation = await get_conversation(session, ticket.conversation_id)
    values: dict[str, Any] = {
        "stage": Stage.CONFIRMING,
        "solution": text,
        "resolved_at": now,
        "promise_at": None,
        "next_update_at": None,
    }
    values |= {} if ticket.first_replied_at else {"first_replied_at": now}
    await change(session, now, ticket, seen=seen, alarm=None, waiting_since=None, wants_person=False, **values)
    due, took = await answered(session, now, ticket, (ClockKind.RESOLUTION, *REPLIES))
    await change(session, now, ticket, **due)
    await cancel(session, ticket.id, _OPEN_CLOCKS)
    release(conversation)
    session.add(conversation)
    more = {"solution": text, "staff_id": staff.id, **took}
    await note_event(session, now, ticket, EventKind.RESOLVED, staff, public=True, **more)
    await schedule(session, ticket, conversation.thread, FollowUpKind.FIXED_CHECK, now + rhythm.fixed_check_after)
    await schedule(session, ticket, conversation.thread, FollowUpKind.CONFIRM_TIMEOUT, now + rhythm.confirm_window)
    await emit(session, now, DeskEvent.RESOLVED, thread=conversation.thread, ticket_id=ticket.id)


async def confirm(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    actor: Actor,
    rhythm: Rhythm,
    seen: int | None = None,
) -> None:
    """It works (or nobody said otherwise in time): close, and ask how it went a little later.

    Raises MoveNotAllowedError when the ticket does not wait for that, as when "yes" is pressed twice.
    """
    if Stage.SOLVED not in MOVES[Stage(ticket.stage)]:
        raise MoveNotAllowedError(source=ticket.stage, target=Stage.SOLVED)
    thread = (await get_conversation(session, ticket.conversation_id)).thread
    await change(session, now, ticket, seen=seen, stage=Stage.SOLVED, closed_at=now)
    await cancel(session, ticket.id, _CLOSING_CLOCKS)
    await note_event(session, now, ticket, EventKind.CONFIRMED, actor, public=True)
    await align(session, now, ticket)
    await schedule(session, ticket, thread, FollowUpKind.SURVEY, now + rhythm.survey_after)


async def reopen(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    reason: str,
    actor: Actor,
    rhythm: Rhythm,
    seen: int | None = None,
) -> None:
    """It does not work: back to work, one priority up, with the customer's words for staff to see.

    Raises MoveNotAllowedError when it was not called solved in the first place.
    """
    if ticket.stage not in {Stage.CONFIRMING, Stage.SOLVED}:
        raise MoveNotAllowedError(source=ticket.stage, target=Stage.PROCESSING)
    thread = (await get_conversation(session, ticket.conversation_id)).thread
    priority = raised(ticket.priority)
    due = now + rhythm.progress_every
    await change(
        session,
        now,
        ticket,
        seen=seen,
        stage=Stage.PROCESSING,
        priority=priority,
        reopened=ticket.reopened + 1,
        resolved_at=None,
        closed_at=None,
        next_update_at=due,
        waiting_since=now,
        alarm="reopened",
    )
    await cancel(session, ticket.id, _CLOSING_CLOCKS)
    await note_event(session, now, ticket, EventKind.REOPENED, actor, public=True, reason=reason)
    await schedule(session, ticket, thread, FollowUpKind.PROGRESS, due)
    await align(session, now, ticket)


async def give_reason(session: AsyncSession, ticket: Ticket, reason: str) -> None:
    """Write on the last reopening why, when the customer says so only afterwards."""
    last = (
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.REOPENED)
        .order_by(col(TicketEvent.id).desc())
        .limit(1)
    )
    reopened = (await session.exec(last)).first()
    if reopened is not None:
        reopened.data = {**reopened.data, "reason": reason}
        session.add(reopened)
        hint(session, f"ticket:{ticket.id}")
