"""Two tickets about one matter become one: the source goes on in the target, and the customer is told once."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select, update

from kit.db import AsyncSession
from tickets.actors import Actor, ActorKind
from tickets.conversations.service import get_conversation
from tickets.events import DeskEvent, emit
from tickets.followups.models import FollowUp, FollowUpKind, FollowUpState
from tickets.followups.service import cancel, pending
from tickets.merging.errors import MergeGoneError, MergeNotOpenError, NotOnePersonError, SameTicketError
from tickets.merging.models import TicketMerge
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.notices.models import NoticeKind
from tickets.repository import change, note_event, refuse_if_changed
from tickets.sending.grip import hold_tickets, refuse_if_merged
from tickets.sla.service import align, revive
from tickets.stages import OPEN_STAGES, Stage
from tickets.watching.followers import carry_followers, tell_watchful
from tickets.watching.tagging import change_tags

#: What merging changes on the source, to be given back when it is undone.
_CLEARED: dict[str, Any] = {
    "promise_at": None,
    "next_update_at": None,
    "waiting_since": None,
    "next_reply_due": None,
    "sla_due": None,
    "alarm": None,
    "wants_person": False,
    "snoozed_until": None,
    "snoozed_for": None,
}
_MOMENTS = {"promise_at", "next_update_at", "waiting_since", "next_reply_due", "sla_due", "snoozed_until", "closed_at"}
_TAKEN_OVER = ("waiting_since", "wants_person")


async def merge(
    session: AsyncSession, now: datetime, *, source_id: int, target_id: int, seen: tuple[int, int], staff: Actor
) -> TicketMerge:
    """The source is closed and goes on in the target. ``seen`` are the versions of source and target.

    Raises TicketChangedError naming who was first, TicketMergedError, NotOnePersonError, MergeNotOpenError.
    """
    source, target = await _hold_both(session, source_id, target_id, seen)
    before: dict[str, Any] = {
        "source": _kept(source, [*_CLEARED, "stage", "closed_at"]),
        "target": _kept(target, _TAKEN_OVER),
    }
    before["follow_ups"] = [row.id for row in await pending(session, source.id)]
    before["tags"] = [name for name in source.tags or () if name not in (target.tags or ())]
    waited = [moment for moment in (source.waiting_since, target.waiting_since) if moment is not None]
    wanted = source.wants_person or target.wants_person
    await _close(session, now, source, target, staff)
    await change(session, now, target, waiting_since=min(waited, default=None), wants_person=wanted)
    await align(session, now, target)
    await _take_over(session, now, source, target, staff)
    merged = TicketMerge(
        source_id=source.id,
        target_id=target.id,
        before=before,
        last_event_id=await _last_event(session, source.id, target.id),
        at=now,
    )
    session.add(merged)
    await session.flush()
    await _tell(session, now, DeskEvent.MERGED, source, target)
    await tell_watchful(session, now, NoticeKind.FOLLOWED, target, but=staff.id, what=EventKind.MERGED_IN.value)
    return merged


async def _hold_both(
    session: AsyncSession, source_id: int, target_id: int, seen: tuple[int, int]
) -> tuple[Ticket, Ticket]:
    if source_id == target_id:
        raise SameTicketError
    held = await hold_tickets(session, source_id, target_id)
    source, target = held[source_id], held[target_id]
    for ticket, version in zip((source, target), seen, strict=True):
        await refuse_if_changed(session, ticket, version)
        await refuse_if_merged(session, ticket)
    if source.contact_id != target.contact_id:
        raise NotOnePersonError
    for ticket in (source, target):
        if ticket.stage not in OPEN_STAGES:
            raise MergeNotOpenError(number=ticket.number)
    return source, target


async def _close(session: AsyncSession, now: datetime, source: Ticket, target: Ticket, staff: Actor) -> None:
    values = {**_CLEARED, "stage": Stage.SOLVED, "closed_at": now, "merged_into_id": target.id}
    await change(session, now, source, **values)
    await cancel(session, source.id, FollowUpKind)
    await align(session, now, source)
    await note_event(session, now, source, EventKind.MERGED, staff, number=target.number, into=target.id)


async def _take_over(session: AsyncSession, now: datetime, source: Ticket, target: Ticket, staff: Actor) -> None:
    """Who follows the one and what is stuck to it goes to the other."""
    more: dict[str, Any] = {"other": source.id, "conversation": source.conversation_id}
    await note_event(session, now, target, EventKind.MERGED_IN, staff, number=source.number, **more)
    await carry_followers(session, now, source, target)
    await change_tags(session, now, target, add=source.tags or (), staff=staff)


async def undo_merge(session: AsyncSession, now: datetime, merge_id: int, *, staff: Actor, zone: str) -> TicketMerge:
    """Two tickets again, as they were; raises MergeGoneError when it is too late for that."""
    found = (await session.exec(select(TicketMerge).where(TicketMerge.id == merge_id))).first()
    if found is None:
        raise MergeGoneError
    held = await hold_tickets(session, found.source_id, found.target_id)
    fresh = select(TicketMerge).where(TicketMerge.id == merge_id).execution_options(populate_existing=True)
    merged = (await session.exec(fresh)).one()
    source, target = held[merged.source_id], held[merged.target_id]
    if not await may_undo(session, now, merged, zone=zone) or source.merged_into_id != target.id:
        raise MergeGoneError
    before = merged.before
    await change(session, now, source, merged_into_id=None, **_restored(before["source"]))
    await change(session, now, target, **_restored(before["target"]))
    await change_tags(session, now, target, remove=before["tags"], staff=staff)
    again = update(FollowUp).where(
        col(FollowUp.id).in_(before["follow_ups"]), col(FollowUp.state) == FollowUpState.CANCELLED
    )
    await session.exec(again.values(state=FollowUpState.PENDING))
    await revive(session, source, merged.at)
    for ticket in (source, target):
        await align(session, now, ticket)
    merged.undone_at = now
    session.add(merged)
    for one, other in ((source, target), (target, source)):
        await note_event(session, now, one, EventKind.UNMERGED, staff, number=other.number, other=other.id)
    await _tell(session, now, DeskEvent.UNMERGED, source, target)
    return merged


async def may_undo(session: AsyncSession, now: datetime, merged: TicketMerge, *, zone: str) -> bool:
    """On the same day, while nobody has done or said anything on either ticket."""
    if merged.undone_at is not None or _day(merged.at, zone) != _day(now, zone):
        return False
    since = select(TicketEvent.id).where(
        col(TicketEvent.ticket_id).in_([merged.source_id, merged.target_id]),
        col(TicketEvent.id) > merged.last_event_id,
        # That a clock went on is nothing that happened.
        col(TicketEvent.actor) != ActorKind.SYSTEM,
    )
    return (await session.exec(since.limit(1))).first() is None


async def merges_of(session: AsyncSession, ticket_id: int) -> list[tuple[TicketMerge, Ticket]]:
    """What went on in this ticket, newest first, each with the ticket it was."""
    into = (
        select(TicketMerge, Ticket)
        .join(Ticket, col(Ticket.id) == col(TicketMerge.source_id))
        .where(TicketMerge.target_id == ticket_id, col(TicketMerge.undone_at).is_(None))
        .order_by(col(TicketMerge.id).desc())
    )
    return [(merged, ticket) for merged, ticket in (await session.exec(into)).all()]


async def _tell(session: AsyncSession, now: datetime, event: DeskEvent, source: Ticket, target: Ticket) -> None:
    thread = (await get_conversation(session, source.conversation_id)).thread
    await emit(session, now, event, thread=thread, ticket_id=source.id, into=target.id)


async def _last_event(session: AsyncSession, *ticket_ids: int) -> int:
    last = select(func.max(TicketEvent.id)).where(col(TicketEvent.ticket_id).in_(ticket_ids))
    return int((await session.exec(last)).one() or 0)


def _day(moment: datetime, zone: str) -> Any:
    return moment.astimezone(ZoneInfo(zone)).date()


def _kept(ticket: Ticket, names: Any) -> dict[str, Any]:
    values = {name: getattr(ticket, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _restored(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _MOMENTS and value is not None else value
        for name, value in values.items()
    }
