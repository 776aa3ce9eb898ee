"""Replies that leave after a few seconds, so that a slip can be taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select, update

from kit.db import AsyncSession, hint
from kit.outbox import NewJob, Priority, enqueue
from tickets.actors import Actor, ActorKind
from tickets.conversations.models import Message
from tickets.conversations.service import get_conversation
from tickets.desk.models import StaffProfile
from tickets.events import QUEUE
from tickets.models import EventKind, Ticket
from tickets.notices.models import NoticeKind
from tickets.opening import Rhythm
from tickets.repository import get_ticket, note_event, survivor
from tickets.sending.drafts import drafts_of, save_draft
from tickets.sending.errors import ReplyGoneError
from tickets.sending.grip import hold_survivor
from tickets.sending.models import HeldReply, HeldState
from tickets.watching.followers import tell_watchful
from tickets.working import checked_text, reply

#: The job that lets one go; its payload is ``held_id``.
HELD_DUE = "reply.due"
LONGEST_HOLD_S = 30
_OPEN = (HeldState.HELD, HeldState.HANDED)


async def hold_seconds(session: AsyncSession, staff_id: int, *, usual: float) -> float:
    """How long this person's replies wait: as they chose, else as usual."""
    profile = (await session.exec(select(StaffProfile).where(StaffProfile.staff_id == staff_id))).first()
    chosen = profile.preferences.get("undo_s") if profile else None
    seconds = float(chosen) if isinstance(chosen, int | float) else usual
    return min(max(seconds, 0.0), LONGEST_HOLD_S)


async def say_later(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    text: str,
    staff: Actor,
    hold_s: float,
    attachments: Sequence[dict[str, Any]] = (),
) -> HeldReply:
    """Keep the reply for ``hold_s`` seconds; then it goes out by itself."""
    held = HeldReply(
        ticket_id=ticket.id,
        staff_id=staff.id or 0,
        staff_name=staff.name or "",
        text=checked_text(text),
        attachments=list(attachments),
        send_at=now + timedelta(seconds=hold_s),
        created_at=now,
    )
    session.add(held)
    await session.flush()
    hint(session, f"ticket:{ticket.id}")
    return held


async def say_now(
    session: AsyncSession,
    now: datetime,
    ticket: Ticket,
    *,
    text: str,
    staff: Actor,
    rhythm: Rhythm,
    attachments: Sequence[dict[str, Any]] = (),
) -> Message:
    """Say it at once; whoever watches the ticket is told."""
    message = await reply(session, now, ticket, text=text, staff=staff, rhythm=rhythm, attachments=list(attachments))
    about = {"what": EventKind.REPLIED.value, "by": staff.name}
    await tell_watchful(session, now, NoticeKind.FOLLOWED, ticket, but=staff.id, **about)
    return message


async def take_back(session: AsyncSession, now: datetime, held_id: int, *, staff: Actor) -> HeldReply:
    """Its text is a draft again, before whatever was begun meanwhile; raises ReplyGoneError when it has left."""
    taken = (
        update(HeldReply)
        .where(col(HeldReply.id) == held_id, col(HeldReply.staff_id) == staff.id, col(HeldReply.state).in_(_OPEN))
        .values(state=HeldState.TAKEN_BACK)
        .returning(col(HeldReply.id))
        .execution_options(synchronize_session=False)
    )
    if (await session.exec(taken)).first() is None:
        raise ReplyGoneError
    held = (await session.exec(select(HeldReply).where(HeldReply.id == held_id))).one()
    ticket = await survivor(session, await get_ticket(session, held.ticket_id))
    begun = (await drafts_of(session, ticket_id=ticket.id, staff_id=held.staff_id)).get("reply")
    text = f"{held.text}\n\n{begun.text}" if begun else held.text
    await save_draft(session, now, ticket_id=ticket.id, staff_id=held.staff_id, mode="reply", text=text)
    await note_event(session, now, ticket, EventKind.UNSENT, staff)
    return held


async def held_on(session: AsyncSession, ticket_ids: Sequence[int]) -> list[HeldReply]:
    """What is still to leave, in the order in which it will."""
    waiting = select(HeldReply).where(col(HeldReply.ticket_id).in_(ticket_ids), col(HeldReply.state).in_(_OPEN))
    return list((await session.exec(waiting.order_by(col(HeldReply.send_at), col(HeldReply.id)))).all())


async def hand_over_due(session: AsyncSession, now: datetime, *, limit: int = 100) -> int:
    """Give every reply whose moment has come to the person's lane; two nodes never hand over one twice."""
    due = (
        select(HeldReply)
        .where(col(HeldReply.state) == HeldState.HELD, col(HeldReply.send_at) <= now)
        .order_by(col(HeldReply.send_at), col(HeldReply.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    replies = (await session.exec(due)).all()
    jobs = []
    for held in replies:
        held.state = HeldState.HANDED
        session.add(held)
        ticket = await survivor(session, await get_ticket(session, held.ticket_id))
        thread = (await get_conversation(session, ticket.conversation_id)).thread
        jobs.append(
            NewJob(
                kind=HELD_DUE,
                payload={"held_id": held.id},
                queue=QUEUE,
                lane=f"in:{thread}",
                priority=Priority.PERSON,
            )
        )
    await enqueue(session, now, jobs)
    return len(jobs)


async def let_go(session: AsyncSession, now: datetime, held_id: int, *, rhythm: Rhythm) -> None:
    """Say what was held, once, on the ticket in which the matter goes on by now."""
    row = select(HeldReply).where(HeldReply.id == held_id)
    before = (await session.exec(row)).one()
    ticket = await hold_survivor(session, before.ticket_id)
    held = (await session.exec(row.with_for_update().execution_options(populate_existing=True))).one()
    if held.state == HeldState.HANDED:
        await _say(session, now, ticket, held, rhythm)


async def let_all_go(session: AsyncSession, now: datetime, ticket: Ticket, *, rhythm: Rhythm) -> None:
    """Whatever is held on a ticket (which the caller holds) is said before something that must come after it."""
    waiting = select(HeldReply).where(col(HeldReply.ticket_id) == ticket.id, col(HeldReply.state).in_(_OPEN))
    waiting = waiting.order_by(col(HeldReply.send_at), col(HeldReply.id)).with_for_update()
    for held in (await session.exec(waiting.execution_options(populate_existing=True))).all():
        await _say(session, now, ticket, held, rhythm)


async def _say(session: AsyncSession, now: datetime, ticket: Ticket, held: HeldReply, rhythm: Rhythm) -> None:
    staff = Actor(ActorKind.STAFF, held.staff_id, held.staff_name)
    message = await say_now(
        session, now, ticket, text=held.text, staff=staff, rhythm=rhythm, attachments=held.attachments
    )
    held.state, held.message_id = HeldState.SENT, message.id
    session.add(held)


async def kept_files(session: AsyncSession, held_id: int, *, staff_id: int) -> list[dict[str, Any]]:
    """The files of a reply this person took back, for writing it anew."""
    own = select(HeldReply.attachments).where(
        HeldReply.id == held_id, HeldReply.staff_id == staff_id, HeldReply.state == HeldState.TAKEN_BACK
    )
    return list((await session.exec(own)).first() or [])
