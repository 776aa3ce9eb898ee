"""What the desk tells the rest of the product: jobs in the lane of the person it is about.

Sharing the lane of the person's own messages keeps news and answers in one order, and keeps two
workers from ever speaking to one person at once.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from kit.db import AsyncSession
from kit.outbox import NewJob, Priority, enqueue_one


class DeskEvent(StrEnum):
    """Kinds of events; the payload always has ``ticket_id``."""

    REPLIED = "ticket.replied"
    STAGE_CHANGED = "ticket.stage_changed"
    PROMISED = "ticket.promised"
    RESOLVED = "ticket.resolved"
    #: Somebody has called, and the call was written down.
    LOGGED = "ticket.logged"
    #: The ticket goes on in another, or does not after all; a part of it has become a ticket of its own.
    MERGED = "ticket.merged"
    UNMERGED = "ticket.unmerged"
    SPLIT = "ticket.split"
    FOLLOW_UP_DUE = "follow_up.due"


QUEUE = "in"


async def emit(
    session: AsyncSession,
    now: datetime,
    event: DeskEvent,
    *,
    thread: str,
    priority: Priority = Priority.BOT,
    **payload: Any,
) -> None:
    """Tell in this transaction."""
    job = NewJob(kind=event, payload=payload, queue=QUEUE, lane=f"in:{thread}", priority=priority)
    await enqueue_one(session, now, job)
