"""What a platform says later of a message: that it did not arrive after all, or that one in doubt did."""

from datetime import datetime

from sqlalchemy import bindparam, update

from channels.delivery import delivery_table
from channels.inbox import IN_QUEUE
from channels.models import DeliveryState
from kit.db import AsyncSession
from kit.log import log
from kit.outbox import NewJob, enqueue_one

#: For the composition root; the payload names the ``key`` of the delivery.
DELIVERY_FAILED = "delivery.failed"
DELIVERY_CONFIRMED = "delivery.confirmed"


async def fail_afterwards(session: AsyncSession, now: datetime, key: str, *, code: str, text: str) -> bool:
    """Take back that the delivery was sent; False when it was not, or this was told before.

    For platforms whose messages are one part: all of it is sent again, if at all.
    """
    failed = (await session.execute(_FAIL, {"of_key": key, "code": code, "text": text})).first()
    if failed is None:
        return False
    await enqueue_one(session, now, NewJob(kind=DELIVERY_FAILED, payload={"key": key}, queue=IN_QUEUE))
    log.warning("delivery failed afterwards", thread=failed.thread, key=key, code=code)
    return True


async def confirm_afterwards(session: AsyncSession, now: datetime, key: str, *, provider_id: str) -> bool:
    """What nobody knew the outcome of has arrived; False when there was no doubt."""
    values = {"of_key": key, "name": provider_id, "at": now}
    confirmed = (await session.execute(_CONFIRM, values)).first()
    if confirmed is None:
        return False
    await enqueue_one(session, now, NewJob(kind=DELIVERY_CONFIRMED, payload={"key": key}, queue=IN_QUEUE))
    log.info("delivery confirmed afterwards", thread=confirmed.thread, key=key)
    return True


# Built once: to build a statement costs more than to run it.
_MAYBE_ARRIVED = [DeliveryState.SENT.value, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value]
_FAIL = (
    update(delivery_table)
    .where(delivery_table.c.key == bindparam("of_key"), delivery_table.c.state.in_(_MAYBE_ARRIVED))
    .values(state=DeliveryState.FAILED.value, error_code=bindparam("code"), error_text=bindparam("text"), parts_sent=0)
    .returning(delivery_table.c.thread)
)
_CONFIRM = (
    update(delivery_table)
    .where(delivery_table.c.key == bindparam("of_key"), delivery_table.c.state == DeliveryState.UNKNOWN.value)
    .values(
        state=DeliveryState.SENT.value,
        provider_id=bindparam("name"),
        sent_at=bindparam("at"),
        parts_sent=1,
        error_code=None,
        error_text=None,
    )
    .returning(delivery_table.c.thread)
)
