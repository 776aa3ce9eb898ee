"""What staff do with a ticket: reply, note, assign, move, promise, release."""

from datetime import datetime
from typing import Any

from kit.db import AsyncSession
from kit.outbox import Priority as JobPriority
from kit.text import clean_text
from tickets.actors import Actor
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import (
    NewMessage,
    get_conversation,
    hold_conversation,
    post,
    release,
    take_over,
)
from tickets.errors import (
    EmptyReplyError,
    MoveNotAllowedError,
    PromiseInPastError,
    PromiseNotOpenError,
    ReplyTooLongError,
)
from tickets.events import DeskEvent, emit
from tickets.followups.models import FollowUpKind
from tickets.followups.service import cancel, schedule
from tickets.models import EventKind, Ticket
from tickets.notices.service import notify_new_owner
from tickets.opening import Rhythm
from tickets.repository import change, note_event
from tickets.sla.service import REPLIES, align, answered
from tickets.stages import MOVES, OWED_STAGES, Priority, Stage

MAX_REPLY = 10_000
_MIDDLE = frozenset({Stage.PROCESSING, Stage.WAITING})
_ENDS = frozenset({Stage.CONFIRMING, Stage.SOLVED})


def checked_text(raw: str) -> str:
    """What staff typed, cleaned; raises when nothing is left or it is longer than a message may be."""
    text = clean_text(raw)
    if not text:
        raise EmptyReplyError
    if len(text) > MAX_REPLY:
        raise ReplyTooLongError(limit=MAX_REPLY)
    return text


async def reply(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    text: str,
    staff: Actor,
    rhythm: Rhythm,
    seen: int | None = None,
    attachments: list[dict[str, Any]] | None = None,
) -> Message:
    """Say something to the customer: silences the bot, stops the first-reply clock, restarts the rhythm.

    With ``seen`` it raises TicketChangedError when somebody else was first, so that nobody is answered twice.
    """
    said = checked_text(text)
    if seen is not None:
        await change(session, now, ticket, seen=seen)
    conversation = await hold_conversation(session, ticket.conversation_id)
    if staff.id is not None:
        take_over(conversation, staff_id=staff.id)
    if ticket.stage == Stage.ACCEPTED:
        target = Stage.PROCESSING
        await _enter(session, now, ticket, conversation, target=target, staff=staff, rhythm=rhythm, beside_reply=True)
    new = NewMessage(
        author=Author.STAFF,
        text=said,
        author_name=staff.name,
        staff_id=staff.id,
        ticket_id=ticket.id,
        attachments=attachments or [],
    )
    message = await post(session, now, conversation, new)
    took = await _answered(session, now, ticket, staff)
    more: dict[str, Any] = {"message_id": message.id, "staff_id": staff.id, **took}
    await note_event(session, now, ticket, EventKind.REPLIED, staff, **more)
    await restart_rhythm(session, now, ticket, conversation.thread, rhythm)
    await emit(
        session,
        now,
        DeskEvent.REPLIED,
        thread=conversation.thread,
        priority=JobPriority.PERSON,
        ticket_id=ticket.id,
        message_id=message.id,
    )
    return message


async def _answered(session: AsyncSession, now: datetime, ticket: Ticket, staff: Actor) -> dict[str, Any]:
    """Nobody waits any more; returns whether it was the first reply, and how long it took if somebody waited."""
    first = ticket.first_replied_at is None
    due, took = await answered(session, now, ticket, REPLIES)
    values: dict[str, Any] = {"waiting_since": None, "wants_person": False, "alarm": None, **due}
    if first:
        values["first_replied_at"] = now
    if ticket.promise_at is not None and ticket.promise_at <= now:
        # The lapsed promise was answered for; what comes next is a new one.
        values["promise_at"] = None
    if ticket.assignee_id is None:
        values["assignee_id"] = staff.id
    await change(session, now, ticket, **values)
    return {"first": first} | ({"waited_s": took["seconds"], "working_s": took["working_s"]} if took else {})


async def note(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    text: str,
    staff: Actor,
    attachments: list[dict[str, Any]] | None = None,
) -> Message:
    """Write something only staff see."""
    conversation = await get_conversation(session, ticket.conversation_id)
    new = NewMessage(
        author=Author.STAFF,
        text=checked_text(text),
        author_name=staff.name,
        staff_id=staff.id,
        ticket_id=ticket.id,
        internal=True,
        attachments=attachments or [],
    )
    message = await post(session, now, conversation, new)
    await note_event(session, now, ticket, EventKind.NOTED, staff, message_id=message.id)
    return message


async def assign(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    assignee_id: int | None,
    assignee_name: str | None,
    staff: Actor,
    seen: int,
    tell: bool = True,
) -> None:
    """Give the ticket to somebody, or back to the team with None; they, and whoever had it, are told."""
    before = ticket.assignee_id
    await change(session, now, ticket, seen=seen, assignee_id=assignee_id)
    await note_event(session, now, ticket, EventKind.ASSIGNED, staff, to=assignee_name)
    if tell:
        await notify_new_owner(session, now, ticket, before=before, by=staff)


async def assign_team(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    team_id: int,
    team_name: str,
    staff: Actor,
    seen: int,
) -> None:
    """Give the ticket to a team; whoever had it has it no longer."""
    await change(session, now, ticket, seen=seen, team_id=team_id, assignee_id=None)
    await note_event(session, now, ticket, EventKind.ASSIGNED, staff, to=team_name)
    await align(session, now, ticket)


async def move(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    target: Stage,
    staff: Actor,
    seen: int,
    rhythm: Rhythm,
) -> None:
    """Set the public stage and tell the customer; raises MoveNotAllowedError or TicketChangedError.

    The end of a ticket has its own ways (resolve, confirm, reopen), because each of them sets clocks too.
    """
    if target not in plain_moves(ticket):
        raise MoveNotAllowedError(source=ticket.stage, target=target)
    conversation = await get_conversation(session, ticket.conversation_id)
    await change(session, now, ticket, seen=seen)
    await _enter(session, now, ticket, conversation, target=target, staff=staff, rhythm=rhythm)


def plain_moves(ticket: Ticket) -> frozenset[Stage]:
    """Where :func:`move` may take the ticket."""
    return MOVES[Stage(ticket.stage)] & _MIDDLE if ticket.stage not in _ENDS else frozenset()


async def _enter(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    conversation: Conversation,
    *,
    target: Stage,
    staff: Actor,
    rhythm: Rhythm,
    beside_reply: bool = False,
) -> None:
    source = Stage(ticket.stage)
    await change(session, now, ticket, stage=target)
    await note_event(session, now, ticket, EventKind.STAGE, staff, public=True, source=source, target=target)
    if not beside_reply:
        await align(session, now, ticket)
    await restart_rhythm(session, now, ticket, conversation.thread, rhythm)
    more: dict[str, Any] = {"beside_reply": True} if beside_reply else {}
    thread = conversation.thread
    await emit(session, now, DeskEvent.STAGE_CHANGED, thread=thread, ticket_id=ticket.id, stage=target, **more)


async def promise(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    at: datetime,
    staff: Actor,
    seen: int,
    rhythm: Rhythm,
) -> None:
    """Promise the customer news or a result by ``at``; a lapse alarms the desk."""
    if ticket.stage in _ENDS:
        raise PromiseNotOpenError
    if at <= now:
        raise PromiseInPastError
    conversation = await get_conversation(session, ticket.conversation_id)
    await change(session, now, ticket, seen=seen, promise_at=at, alarm=None)
    await note_event(session, now, ticket, EventKind.PROMISED, staff, public=True, by=at.isoformat())
    await schedule(session, ticket, conversation.thread, FollowUpKind.PROMISE_LAPSED, at)
    await restart_rhythm(session, now, ticket, conversation.thread, rhythm)
    await emit(session, now, DeskEvent.PROMISED, thread=conversation.thread, ticket_id=ticket.id, by=at.isoformat())


async def set_priority(
    session: AsyncSession, now: datetime, ticket: Ticket, *, priority: Priority, staff: Actor, seen: int
) -> None:
    """How urgent it is."""
    before = ticket.priority
    await change(session, now, ticket, seen=seen, priority=priority)
    await note_event(session, now, ticket, EventKind.PRIORITY, staff, source=before, target=int(priority))
    await align(session, now, ticket)


async def hand_back(
    session: AsyncSession, now: datetime, ticket: Ticket, *, staff: Actor, seen: int | None = None
) -> None:
    """Let the bot answer in this conversation again."""
    await change(session, now, ticket, seen=seen)
    conversation = await get_conversation(session, ticket.conversation_id)
    release(conversation)
    session.add(conversation)
    await note_event(session, now, ticket, EventKind.RELEASED, staff)


async def restart_rhythm(session: AsyncSession, now: datetime, ticket: Ticket, thread: str, rhythm: Rhythm) -> None:
    """News went out: the next one is due a full interval from now, as long as the next step is ours."""
    if ticket.stage in OWED_STAGES:
        due = now + rhythm.progress_every
        await change(session, now, ticket, next_update_at=due)
        await schedule(session, ticket, thread, FollowUpKind.PROGRESS, due)
    else:
        await change(session, now, ticket, next_update_at=None)
        await cancel(session, ticket.id, [FollowUpKind.PROGRESS])
