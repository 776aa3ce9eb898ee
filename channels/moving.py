"""A person's address has changed: what waits for the old one goes to the new one."""

from datetime import datetime

from sqlalchemy import bindparam, update

from channels.delivery import delivery_table
from channels.inbox import IN_QUEUE
from channels.models import Delivery
from channels.port import thread_of
from kit.db import AsyncSession
from kit.outbox import NewJob, enqueue_one

#: The conversation has to follow; whoever keeps conversations handles this.
ADDRESS_MOVED = "address.moved"


async def move_thread(session: AsyncSession, now: datetime, delivery: Delivery, *, address: str) -> None:
    """Everything not yet sent to the old address goes to ``address``, in the caller's transaction."""
    thread = thread_of(delivery.channel, delivery.account, address)
    await session.execute(_MOVE, {"of_thread": delivery.thread, "address": address, "thread": thread})
    payload = {"old": delivery.thread, "thread": thread, "address": address}
    lane = f"in:{delivery.thread}"
    await enqueue_one(session, now, NewJob(kind=ADDRESS_MOVED, payload=payload, queue=IN_QUEUE, lane=lane))


_MOVE = (
    update(delivery_table)
    .where(delivery_table.c.thread == bindparam("of_thread"))
    .where(delivery_table.c.state.in_(["queued", "sending", "offered", "parked"]))
)
